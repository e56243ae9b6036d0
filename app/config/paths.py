"""Where something stands in a sender's JSON: paths such as `items[0].name`, compiled once.

They are JSONPath (RFC 9535), and `$.` may be left out at the start. A text with none of the
signs of a path is the name of one member, as it is: `First Name`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from itertools import islice
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator

from app.config.words import Name, as_list

Place = tuple[str | int, ...]
"""Keys and indexes from the top of a document."""
Find = Callable[[Any], Iterator[tuple[Place, Any]]]
"""Document → the places that a path names, each with what stands there."""

MOST = 1000
"""Places that one path may name in one document."""

_SIGN = re.compile(r"[$.\[\]*@?'\"]")
_KEYS = re.compile(r"(?P<start>\$\.|\$?\.\.)?(?P<keys>[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)*)")
_KEY = r"[^\W\d][\w-]*"
_ITEM = r"\[(?:0|[1-9][0-9]{0,5}|\*)\]"
_NAMED = (
    rf"\[\?(?:@\.{_KEY}==(?:'[^'\\]*'|\"[^\"\\]*\")|\(@\.{_KEY}==(?:'[^'\\]*'|\"[^\"\\]*\")\))\]"
)
_STEPS = re.compile(rf"(?:\$\.)?{_KEY}(?:\.{_KEY}|{_ITEM}|{_NAMED})*")
"""Keys, items of lists by number, all of them, or by the name they have in a list of names and
values: `items[0].name`, `items[*].name`, `fields[?@.name=='email'].value`."""
_STEP = re.compile(
    rf"(?P<key>{_KEY})|\[(?P<item>[0-9]+|\*)\]"
    rf"|\[\?\(?@\.(?P<by>{_KEY})==(?P<quote>['\"])(?P<value>.*?)(?P=quote)\)?\]"
)

_EXAMPLES = (
    "write a path such as contact.email, items[0].name, items[*].name, ['odd key'] or"
    " fields[?@.name=='email'].value"
)


class Lost(Exception):
    """A path leads too deep into this document."""


@lru_cache(maxsize=1024)
def compiled(path: str) -> Find:
    """How to follow `path`. Raises `ValueError`, saying what is wrong with it."""
    if not _SIGN.search(path):
        return partial(_follow, path, (path,))
    plain = _KEYS.fullmatch(path)
    if plain is None and _STEPS.fullmatch(path):
        return partial(_step_by_step, [_step(it) for it in _STEP.finditer(path)])
    if plain is None:
        return partial(_search, _query(path))
    keys = tuple(plain["keys"].split("."))
    is_anywhere = (plain["start"] or "").endswith("..")
    return partial(_descend, keys) if is_anywhere else partial(_follow, path, keys)


def _follow(path: str, keys: tuple[str, ...], document: Any) -> Iterator[tuple[Place, Any]]:
    """The paths that nearly everybody writes: key after key, nothing else.

    Flat senders write `contact.email` as one key.
    """
    if isinstance(document, Mapping) and path in document:
        keys = (path,)
    yield from _under((), document, keys)


class _Named(NamedTuple):
    """Of a list of names and values, those whose member `by` says `value`."""

    by: str
    value: str


_Step = str | int | None | _Named
"""A key, the number of an item, all of them, or those of a name."""


def _step(found: re.Match[str]) -> _Step:
    if found["key"]:
        return found["key"]
    if found["by"]:
        return _Named(found["by"], found["value"])
    return None if found["item"] == "*" else int(found["item"])


def _step_by_step(steps: Sequence[_Step], document: Any) -> Iterator[tuple[Place, Any]]:
    """In the order of the document."""
    found: list[tuple[Place, Any]] = [((), document)]
    for step in steps:
        found = [
            ((*place, at), inside) for place, here in found for at, inside in _inside(here, step)
        ]
    yield from found[:MOST]


def _inside(here: Any, step: _Step) -> Iterable[tuple[str | int, Any]]:
    match step:
        case None:
            return _members(here)
        case _Named(by, value):
            return [
                (at, it)
                for at, it in _members(here)
                if isinstance(it, Mapping) and it.get(by) == value
            ]
        case int():
            return [(step, here[step])] if isinstance(here, list) and step < len(here) else ()
    return [(step, here[step])] if isinstance(here, Mapping) and step in here else ()


def _members(here: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(here, list):
        return enumerate(here)
    return here.items() if isinstance(here, Mapping) else ()


def _descend(keys: tuple[str, ...], document: Any) -> Iterator[tuple[Place, Any]]:
    """`..email`: in the document or anywhere inside it, from the top down."""
    left: list[tuple[Place, Any]] = [((), document)] if isinstance(document, dict | list) else []
    found = 0
    while left and found < MOST:
        place, here = left.pop()
        for each in _under(place, here, keys):
            found += 1
            yield each
        inside = here.items() if isinstance(here, Mapping) else enumerate(here)
        left += reversed([((*place, at), it) for at, it in inside if isinstance(it, dict | list)])


def _under(place: Place, here: Any, keys: tuple[str, ...]) -> Iterator[tuple[Place, Any]]:
    for key in keys:
        if not isinstance(here, Mapping) or key not in here:
            return
        here = here[key]
    yield (*place, *keys), here


def _search(query: Any, document: Any) -> Iterator[tuple[Place, Any]]:
    from jsonpath import JSONPathError  # noqa: PLC0415 - see `_query`.

    try:
        for match in islice(query.finditer(document), MOST):
            yield match.parts, match.obj
    except JSONPathError:
        raise Lost from None


def _query(path: str) -> Any:
    # Loaded for the first path that needs it: 1.4 MB that most configs never pay for.
    from jsonpath import JSONPathError  # noqa: PLC0415

    start = "" if path.startswith("$") else "$" if path[0] in "[." else "$."
    try:
        return _environment().compile(start + path)
    except JSONPathError as error:
        at = -1 if error.token is None else error.token.index
        where = f"at character {max(at - len(start), 0) + 1}" if at >= 0 else "at its end"
        # The part of the path that the library quotes may have come from a variable.
        what = str(error.message).partition("'")[0].partition('"')[0].strip()
        raise ValueError(f"this is no path: {what} {where} ({_EXAMPLES})") from None


@cache
def _environment() -> Any:
    from jsonpath import JSONPathEnvironment  # noqa: PLC0415 - see `_query`.

    return JSONPathEnvironment(strict=True)


def _check_path(path: str) -> str:
    compiled(path)
    return path


Paths = Annotated[
    tuple[Annotated[Name, AfterValidator(_check_path)], ...], BeforeValidator(as_list)
]
"""One path or a list of them; the first that names something counts."""
