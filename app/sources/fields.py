"""The members of one delivery, crossed off as they are read: what is left is kept, too."""

import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from app.sources.normalise import texts

_LONGEST_NAME = 200
_SEGMENTS = re.compile(r"[\[\].]+")


class Fields:
    """One object's members. Reading one crosses it off, unless it says nothing."""

    __slots__ = ("_left",)

    def __init__(self, members: Any = None) -> None:
        """Anything that is no object has no members."""
        self._left: dict[str, Any] = dict(members) if isinstance(members, Mapping) else {}

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._left))

    def look(self, name: str) -> Any:
        """The value as sent; it is not crossed off."""
        return self._left.get(name)

    def line(self, *names: str) -> str | None:
        """The first of these members that says something, as one line of text."""
        for name in names:
            text = texts.line(self._left.get(name))
            if text is not None:
                del self._left[name]
                return text
        return None

    def paragraphs(self, *names: str) -> str | None:
        """Like `line`, with its line breaks."""
        for name in names:
            text = texts.paragraphs(self._left.get(name))
            if text is not None:
                del self._left[name]
                return text
        return None

    def flag(self, name: str) -> bool:
        """Whether a flag is set. What is no flag stays where it is, and is not set."""
        told = texts.truth(self._left.get(name))
        if told is not None:
            del self._left[name]
        return told is True

    def inner(self, name: str) -> "Fields":
        """The members of the object of that name; none if it is no object."""
        value = self._left.get(name)
        if isinstance(value, dict):
            del self._left[name]
        return Fields(value)

    def drop(self, name: str) -> None:
        """Cross off what must not be kept, or is kept elsewhere."""
        self._left.pop(name, None)

    def find(self, name: str) -> str | None:
        """The member a person means by `name`: exactly, in any case, or by its last part."""
        if name in self._left:
            return name
        wanted = name.casefold()
        for matches in (str.casefold, _leaf_in_any_case):
            for each in self._left:
                if matches(each) == wanted:
                    return each
        return None

    def unread(self) -> dict[str, Any]:
        """What nobody asked for, as it was sent: for a reader that goes on from there."""
        return dict(self._left)

    def left(self) -> dict[str, Any]:
        """What nobody asked for, safe to store. Members that say nothing are left out."""
        return kept(self._left)


def leaf(name: str) -> str:
    """The part of `fields[email][value]`, `data.email` or `email[]` that is the name."""
    return segments(name)[-1]


def segments(name: str) -> list[str]:
    """The parts of a nested name, without those that only number or wrap a value."""
    parts = [each for each in _SEGMENTS.split(name[:_LONGEST_NAME]) if each]
    while len(parts) > 1 and (parts[-1] == "value" or parts[-1].isdigit()):
        parts.pop()
    return parts or [name]


def kept(members: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that every database and encoder takes, without the empty members."""
    copy = {}
    for name, value in members.items():
        storable = _storable(value)
        if storable not in (None, "", [], {}):
            copy[texts.safe(name)] = storable
    return copy


def _leaf_in_any_case(name: str) -> str:
    return _leaf_by_name(name[:_LONGEST_NAME])


@lru_cache(maxsize=2048)
def _leaf_by_name(name: str) -> str:
    """A form has the same fields each time it is sent."""
    return leaf(name).casefold()


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return texts.paragraphs(value)
    if isinstance(value, dict):
        return kept(value)
    if isinstance(value, list | tuple):
        return [_storable(each) for each in value]
    return value if value is None else _storable_number(value)


def _storable_number(value: Any) -> Any:
    """Integers beyond 64 bits become text; what is no number at all is nothing."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return texts.line(value)
    return value
