"""Names that must mean something: every place of the document that names another one.

The table is looked up in the raw document, so that a mistake elsewhere hides none of these.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.config.channels import SLOTS
from app.config.condition import text_matcher
from app.config.errors import ConfigProblem
from app.config.nearest import did_you_mean
from app.config.reading import Document, Path
from app.config.sources import KINDS


@dataclass(frozen=True, slots=True)
class Names:
    """Every name that the document gives to something, by what it is."""

    agent: frozenset[str]
    team: frozenset[str]
    calendar: frozenset[str]
    on_call: frozenset[str]
    source: frozenset[str]
    template: frozenset[str]
    channel: frozenset[str]
    kind_or_source: frozenset[str]


def names_of(raw: Any) -> Names:
    """Gather the names of a document, whatever state it is in."""
    sources = _keys(raw, "sources")
    return Names(
        agent=frozenset(text for _, text in leaves(raw, "agents.*.id")),
        team=_keys(raw, "teams"),
        calendar=_keys(raw, "calendars"),
        on_call=_keys(raw, "on_call"),
        source=sources,
        template=_keys(raw, "templates"),
        channel=_keys(raw, "channels") | frozenset(SLOTS),
        kind_or_source=sources | frozenset(KINDS),
    )


def _keys(raw: Any, section: str) -> frozenset[str]:
    found = raw.get(section) if isinstance(raw, Mapping) else None
    return frozenset(found) if isinstance(found, Mapping) else frozenset()


_WHENS = ("routing.rules.*", "sla.*", "auto_responses.*", "follow_up_plans.*")
_NAMED_IN_A_WHEN = {"source": "source", "team": "team", "provider_agent": "agent"}
_RECIPIENTS = (
    "alerts.to.*",
    "routing.nobody_available.to",
    "sla.*.steps.*.remind",
    "sla.*.steps.*.escalate",
    "sla.*.steps.*.then",
)

REFERENCES: tuple[tuple[str, str], ...] = (
    ("agents.*.calendar", "calendar"),
    ("agents.*.reach", "channel"),
    ("teams.*.members", "agent"),
    ("teams.*.manager", "agent"),
    ("on_call.*.rotation.members", "agent"),
    ("on_call.*.overrides.*.member", "agent"),
    ("sources.*.team", "team"),
    ("routing.rules.*.to.agent", "agent"),
    ("routing.rules.*.to.team", "team"),
    ("routing.rules.*.to.pond", "team"),
    ("routing.rules.*.to.on_call", "on_call"),
    ("sla.*.clock", "calendar"),
    ("sla.*.steps.*.via", "channel"),
    ("sla.*.reassign.never_for_sources", "source"),
    ("auto_responses.*.templates.*", "template"),
    ("auto_responses.*.after_hours.calendar", "calendar"),
    ("auto_responses.*.after_hours.templates.*", "template"),
    *((f"{path}.{key}", key) for path in _RECIPIENTS for key in ("agent", "team", "on_call")),
    *(
        (f"{path}.{when}.{key}", what)
        for path in _WHENS
        for when in ("when", "when.not", "when.not.not")
        for key, what in _NAMED_IN_A_WHEN.items()
    ),
)
"""Where a name stands, and what it must be the name of."""

PLAN_TEMPLATES = ("follow_up_plans.*.steps.*.email", "follow_up_plans.*.steps.*.sms")
"""Plans may name templates that are still to be written: nothing is sent until they are."""

_WORDS = {"routing.rules.*.to.agent": {"from_provider"}, "sla.*.clock": {"always"}} | {
    pattern: {"known", "unknown"}
    for pattern, _ in REFERENCES
    if pattern.endswith((".team", ".provider_agent")) and ".when" in pattern
}
"""Words that may stand in place of a name."""


def check_references(document: Document, filled: Any) -> Iterator[ConfigProblem]:
    """Every name that means nothing, and what was probably meant."""
    # Names that were filled in from the environment might be secrets: they count, and are
    # not suggested.
    names, as_written = names_of(filled), names_of(document.raw)
    for pattern, what in REFERENCES:
        known, said = getattr(names, what), getattr(as_written, what)
        for path, name in leaves(filled, pattern):
            if not _is_known(name, known) and name not in _WORDS.get(pattern, ()):
                words: Collection[str] = _WORDS.get(pattern, ())
                yield document.problem(
                    path, _unknown(document, path, name, what, known & said, words)
                )
    for path, name in _external_id_keys(filled):
        if name not in names.kind_or_source:
            known = names.kind_or_source & as_written.kind_or_source
            yield document.problem(path, _unknown(document, path, name, "source or kind", known))


def unwritten_templates(document: Document, filled: Any) -> Iterator[ConfigProblem]:
    """Templates that a follow-up plan names and nobody has written: a warning each."""
    known = names_of(filled).template
    for pattern in PLAN_TEMPLATES:
        for path, name in leaves(filled, pattern):
            if name not in known:
                said = _unknown(document, path, name, "template", known)
                yield document.problem(path, f"{said} Until it is written, this is not sent.")


def leaves(raw: Any, pattern: str) -> Iterator[tuple[Path, str]]:
    """The texts at a path such as `teams.*.members`; of a list there, its items."""
    found: list[tuple[Path, Any]] = [((), raw)]
    for part in pattern.split("."):
        found = [each for path, value in found for each in _inside(path, value, part)]
    for path, value in found:
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, list):
            yield from (
                ((*path, at), each) for at, each in enumerate(value) if isinstance(each, str)
            )


def _inside(path: Path, value: Any, part: str) -> list[tuple[Path, Any]]:
    if isinstance(value, list):
        return [((*path, at), each) for at, each in enumerate(value)] if part == "*" else []
    if not isinstance(value, Mapping):
        return []
    if part == "*":
        return [((*path, key), each) for key, each in value.items()]
    return [((*path, part), value[part])] if part in value else []


def _external_id_keys(raw: Any) -> list[tuple[Path, str]]:
    return [(path, str(path[-1])) for path, _ in leaves(raw, "agents.*.external_ids.*")]


def _is_known(name: str, known: frozenset[str]) -> bool:
    if "*" in name or "?" in name:
        return any(map(text_matcher((name,)), known))
    return name in known


def _unknown(
    document: Document,
    path: Path,
    name: str,
    what: str,
    known: frozenset[str],
    words: Collection[str] = (),
) -> str:
    # A text that was filled in from the environment might be a secret: it is not quoted.
    written = document.at(path) == name or path[-1] == name
    quoted = f" {name[:60]!r}" if written else " of that name"
    guess = did_you_mean(name, known.union(words))
    declared = f" There are {', '.join(sorted(known)[:12])}." if known and not guess else ""
    return f"there is no {what.replace('_', '-')}{quoted}.{guess or declared}"
