"""What differs between two documents as they were written: by names, not by lines.

Agents are told apart by id, rules, policies and the like by name, so that one that was put
in is no change of all that follow it. Where the first that fits counts, a move is a
difference, too. What stands under the key of a secret is never told, but as `${NAME}`.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.config.masking import masked

Kind = Literal["added", "removed", "changed", "moved"]
SIGNS: Mapping[Kind, str] = {"added": "+", "removed": "-", "changed": "~", "moved": "~"}

Path = tuple[str, ...]
"""Names from the top of the document."""

_ANY_ORDER = frozenset({"agents", "webhooks"})
"""Lists of which not the first that fits counts, but each."""
_LONGEST = 160
"""Characters of a value that a line for people takes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the second document says otherwise."""

    kind: Kind
    section: str
    """The key at the top of the document."""
    path: str
    """From there on, by names: `rules.luxury.when.price.min`. Empty: the section itself."""
    old: Any = None
    new: Any = None
    """What stands there, secrets hidden. Of what moved, its places, counted from 1."""

    def __str__(self) -> str:
        """The difference in a line, without its section."""
        where = self.path or self.section
        return (
            f"{SIGNS[self.kind]} {where if where.isprintable() else _text(where)}: {self._what()}"
        )

    def _what(self) -> str:
        if self.kind == "moved":
            return f"moved from place {self.old} to {self.new}"
        if self.kind == "changed" and self.old == self.new:
            return f"{in_a_line(self.old)} → another"
        if self.kind == "changed":
            return _items(self.old, self.new) or f"{in_a_line(self.old)} → {in_a_line(self.new)}"
        return in_a_line(self.new if self.kind == "added" else self.old)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """All of them, in the order of the documents. Empty: they say the same."""
    return [each for section in _both(old, new) for each in _sections(section, old, new)]


def in_a_line(value: Any) -> str:
    """A value as YAML would write it in a line, cut where it is long."""
    text = _text(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


# ── What is compared with what ──────────────────────────────────────────────────────


def _sections(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """What differs in a section. One that is left out is an empty one, told entry by entry."""
    if key in old and key in new:
        yield from _values((key,), old[key], new[key])
        return
    only = old[key] if key in old else new[key]
    if isinstance(only, list | Mapping):
        nothing: Any = {} if isinstance(only, Mapping) else []
        yield from _values((key,), old.get(key, nothing), new.get(key, nothing))
    else:
        yield _difference("removed" if key in old else "added", (key,), old.get(key), new.get(key))


def _values(path: Path, old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _maps(path, old, new)
        return
    before, after = _by_name(old), _by_name(new)
    if before is not None and after is not None:
        yield from _maps(path, before, after)
        if path[0] not in _ANY_ORDER:
            yield from _moves(path, list(before), list(after))
        return
    yield _difference("changed", path, old, new)


def _maps(path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for key in _both(old, new):
        if key not in old:
            yield _difference("added", (*path, key), None, new[key])
        elif key not in new:
            yield _difference("removed", (*path, key), old[key], None)
        else:
            yield from _values((*path, key), old[key], new[key])


def _moves(path: Path, old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    """The fewest moves that explain the new order of those that are in both lists."""
    stay = _longest_in_order([old.index(name) for name in new if name in old])
    for at, name in enumerate(new):
        if name in old and old.index(name) not in stay:
            section, *rest = (*path, name)
            yield Difference("moved", section, ".".join(rest), old.index(name) + 1, at + 1)


def _longest_in_order(places: Sequence[int]) -> set[int]:
    """The most of these numbers that come in ascending order already."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(ends, place)
        before[place] = ends[at - 1] if at else None
        ends[at : at + 1] = [place]
    kept: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def _difference(kind: Kind, path: Path, old: Any, new: Any) -> Difference:
    section, *rest = path
    return Difference(kind, section, ".".join(rest), masked(old, path), masked(new, path))


def _both(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return list({**old, **new})


def _by_name(value: Any) -> dict[str, Any] | None:
    """A list of things with names of their own, by name. `None`: it is none."""
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        return None
    names = [each.get("id", each.get("name")) for each in value]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        return None
    return dict(zip(names, value, strict=True))


# ── How it is told ──────────────────────────────────────────────────────────────────


def _items(old: Any, new: Any) -> str | None:
    """What came and went of a list of plain values. `None`: it is better shown whole."""
    lists = (old, new)
    if not all(isinstance(each, list) and _is_plain(each) for each in lists):
        return None
    came = [f"+ {_text(each)}" for each in new if each not in old]
    went = [f"- {_text(each)}" for each in old if each not in new]
    return ", ".join(came + went) or None


def _is_plain(values: Sequence[Any]) -> bool:
    return not any(isinstance(each, list | Mapping) for each in values)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_text(key)}: {_text(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    return "null" if value is None else str(value)


def _quoted(text: str) -> str:
    """A text in quotes where it would not be taken for one, or runs on; in one line always."""
    plain = text and text.isprintable() and text == text.strip() and not set(text) & set('{}[],#"')
    return text if plain and ": " not in text else '"' + repr(text)[1:-1].replace('"', '\\"') + '"'
