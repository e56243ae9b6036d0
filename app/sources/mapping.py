"""What the config's paths find in a document, and what is then left of it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from app.config.inquiry_fields import CANONICAL, EACH
from app.config.paths import Lost, Place, compiled
from app.domain.errors import Unreadable
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.taking import KEPT_AS_SENT, take_text

_NAMES = frozenset({"full_name", "first_name", "last_name"})
_ONE = frozenset(
    {
        *("email", "phone", "external_id", "provider_agent", "occurred_at", "is_test"),
        *("kind", "language", "state", "zip", "price", "url"),
    }
)
"""What a lead has one of: several joined by commas would be none."""

Paths = Mapping[str, tuple[str, ...]]


class Found(NamedTuple):
    """One lead's document, sorted by a mapping."""

    told: Mapping[str, str]
    """Our name → text."""
    left: Any
    """The document with nothing where something was taken."""
    missing: tuple[str, ...]
    """Paths of fields for which no path found a text."""


def items(document: Any, mapping: Paths) -> tuple[str, list[Any]] | None:
    """The leads that a body holds, and where: by `each`, or because the body is a list.

    `None`: it is one lead, or `each` finds nothing in it.
    """
    for path in mapping.get(EACH, ()):
        values = [value for _, value in _search(path, document)]
        if values:
            lists = [each if isinstance(each, list) else [each] for each in values]
            return path, [lead for each in lists for lead in each]
    return ("$", document) if isinstance(document, list) else None


def read(document: Any, mapping: Paths) -> Found:
    """Follow every path. Raises `Unreadable`: a path leads too deep into this document."""
    told: dict[str, str] = {}
    taken: set[Place] = set()
    missing: list[str] = []
    for ours, paths in mapping.items():
        name = CANONICAL.get(ours)
        if name is None or name in told:
            continue
        text, places = _first(document, paths, name)
        if text is None:
            missing += paths
            continue
        told[name] = text
        if name not in KEPT_AS_SENT:
            taken.update(places)
    return Found(told, _without(document, taken), tuple(missing))


def _first(document: Any, paths: Iterable[str], name: str) -> tuple[str | None, list[Place]]:
    """The first path that names a text, and the places it was taken from."""
    for path in paths:
        found = _search(path, document)
        groups = [[each] for each in found] if name in _ONE else [found]
        for group in groups:
            value = _joined([value for _, value in group], name)
            text = take_text(Fields({name: value}), name, meaning=name)
            if text is not None:
                return text, [place for place, _ in group]
    return None, []


def _joined(values: list[Any], name: str) -> Any:
    """Several texts as one list; the parts of a name as one name, in the order sent."""
    inside = [each if isinstance(each, list) else [each] for each in values]
    whole = [part for each in inside for part in each]
    if name in _NAMES:
        return " ".join(text for each in whole if (text := texts.line(each)))
    return whole[0] if len(whole) == 1 else whole


def _search(path: str, document: Any) -> list[tuple[Place, Any]]:
    try:
        return list(compiled(path)(document))
    except Lost:
        # The path is the config's own, and may be told.
        raise Unreadable(f"The path {path} leads too deep into this body") from None


def _without(document: Any, taken: set[Place], here: Place = ()) -> Any:
    """A copy with `None` at the places taken, so that all others keep theirs."""
    if not taken:
        return document
    if here in taken:
        return None
    if isinstance(document, Mapping):
        return {key: _without(value, taken, (*here, key)) for key, value in document.items()}
    if isinstance(document, list):
        return [_without(value, taken, (*here, at)) for at, value in enumerate(document)]
    return document
