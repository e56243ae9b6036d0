"""What is off because its variables are not set: sources, channels, subscribers."""

from dataclasses import dataclass
from typing import Any, Literal

from app.config.environment import Filled
from app.config.reading import Path
from app.config.secret import UNSET

Section = Literal["source", "channel", "webhook"]

_SECTIONS: dict[str, Section] = {"sources": "source", "channels": "channel", "webhooks": "webhook"}
_ALTERNATIVES = frozenset({"secrets", "public_keys", "access_tokens", "urls"})
"""Of these, one that is set is enough; the others are left out."""
_WITH_DEFAULTS = frozenset(
    {"medium", "team", "consent", "fields", "max_body", "honeypot", "mapping", "rules"}
    | {"sns_signature", "events"}
)
"""These cannot be unknown in the config: of what is off, they are left at their defaults."""
_ALWAYS_NEEDED = frozenset({"kind", "name"})
"""Without these nobody can say what it is that is off."""


@dataclass(frozen=True, slots=True)
class Off:
    """A source answers 503, a channel is a sandbox, a subscriber is told nothing."""

    section: Section
    name: str
    variables: tuple[str, ...]
    """The environment variables to set."""


def switch_off(filled: Filled) -> tuple[Off, ...]:
    """Find what is off, and drop the unset alternatives of what is not.

    Whatever else is unset stays in `filled.unset`: it is a mistake.
    """
    names: dict[tuple[Section, str], list[str]] = {}
    for path, variables in list(filled.unset.items()):
        if len(path) < 3 or path[0] not in _SECTIONS or path[-1] in _ALWAYS_NEEDED:
            continue
        del filled.unset[path]
        if not _has_alternative(filled.raw, path):
            key = (_SECTIONS[str(path[0])], _name_of(filled.raw, path))
            names.setdefault(key, []).extend(variables)
        if path[2] in _WITH_DEFAULTS:
            filled.raw[path[0]][path[1]].pop(path[2], None)
    _drop_unset_alternatives(filled.raw)
    return tuple(
        Off(section, name, tuple(dict.fromkeys(variables)))
        for (section, name), variables in names.items()
    )


def _name_of(raw: Any, path: Path) -> str:
    if path[0] != "webhooks":
        return str(path[1])
    unit = raw["webhooks"][path[1]]
    name = unit.get("name") if isinstance(unit, dict) else None
    return name if isinstance(name, str) else str(path[1])


def _has_alternative(raw: Any, path: Path) -> bool:
    if len(path) != 4 or path[2] not in _ALTERNATIVES:
        return False
    return any(each is not UNSET for each in _values(raw[path[0]][path[1]][path[2]]))


def _values(group: Any) -> list[Any]:
    return list(group.values()) if isinstance(group, dict) else list(group)


def _drop_unset_alternatives(raw: Any) -> None:
    for unit in _units(raw):
        for key in _ALTERNATIVES & unit.keys():
            group = unit[key]
            if isinstance(group, list):
                unit[key] = [each for each in group if each is not UNSET] or group
            elif isinstance(group, dict):
                unit[key] = {k: each for k, each in group.items() if each is not UNSET} or group


def _units(raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, dict):
        return []
    sections = (raw.get(section) for section in _SECTIONS)
    return [
        unit
        for section in sections
        if isinstance(section, dict | list)
        for unit in _values(section)
        if isinstance(unit, dict)
    ]
