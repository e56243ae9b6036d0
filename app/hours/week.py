"""The open stretches of one week, laid out so that looking something up is one bisection."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

_NOTHING = timedelta(0)
_DAYS = 7


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time: `start` is part of it, `end` is not. In UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of UTC. What is open across an end of the week is cut there."""

    edges: tuple[datetime, ...]
    """Opening, closing, opening, closing ..., in order, never two of them equal."""
    passed: tuple[timedelta, ...]
    """How much open time of the week has passed by each edge."""

    @classmethod
    def of(cls, number: int, stretches: Iterable[Segment]) -> Self:
        """Lay out the stretches that touch the week, in any order, overlapping or not."""
        start, end = starts_at(number), starts_at(number + 1)
        cut = (Segment(max(each.start, start), min(each.end, end)) for each in stretches)
        edges: list[datetime] = []
        passed: list[timedelta] = []
        open_time = _NOTHING
        for each in merged(sorted(cut, key=_start)):
            edges += (each.start, each.end)
            passed += (open_time, open_time + (each.end - each.start))
            open_time = passed[-1]
        return cls(tuple(edges), tuple(passed))

    @property
    def open_time(self) -> timedelta:
        return self.passed[-1] if self.passed else _NOTHING

    def is_open(self, at: datetime) -> bool:
        return bisect_right(self.edges, at) % 2 == 1

    def next_opening(self, at: datetime) -> datetime | None:
        """`at` itself when open then, else the first opening after it in this week."""
        seen = bisect_right(self.edges, at)
        if seen % 2 == 1:
            return at
        return self.edges[seen] if seen < len(self.edges) else None

    def open_time_before(self, at: datetime) -> timedelta:
        seen = bisect_right(self.edges, at)
        if seen == 0:
            return _NOTHING
        last, passed = self.edges[seen - 1], self.passed[seen - 1]
        return passed + (at - last) if seen % 2 == 1 else passed

    def when_passed(self, open_time: timedelta) -> datetime:
        """The first instant by which `open_time`, more than nothing, of the week has passed."""
        closing = bisect_left(self.passed, open_time)
        return self.edges[closing] - (self.passed[closing] - open_time)

    def segments(self) -> Iterator[Segment]:
        return map(Segment, self.edges[::2], self.edges[1::2])


def number_of(at: datetime) -> int:
    """The number of the week that `at`, in UTC, falls into."""
    return at.toordinal() // _DAYS


def starts_at(number: int) -> datetime:
    return datetime.fromordinal(number * _DAYS).replace(tzinfo=UTC)


def merged(stretches: Iterable[Segment]) -> Iterator[Segment]:
    """Join stretches, sorted by start, that touch or overlap; drop those without length."""
    current: Segment | None = None
    for each in stretches:
        if each.end <= each.start:
            continue
        if current is None:
            current = each
        elif each.start <= current.end:
            current = Segment(current.start, max(current.end, each.end))
        else:
            yield current
            current = each
    if current is not None:
        yield current


def _start(segment: Segment) -> datetime:
    return segment.start
