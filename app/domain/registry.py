"""An index of named things that refuses duplicates: sources, strategies, channels."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def by_name(things: Iterable[T], *, name: Callable[[T], str]) -> dict[str, T]:
    """Index `things` by name. Two of one name is a mistake of ours: `ValueError`."""
    index: dict[str, T] = {}
    for thing in things:
        key = name(thing)
        if key in index:
            raise ValueError(f"{key!r} is registered twice")
        index[key] = thing
    return index
