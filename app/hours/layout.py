"""Of shifts that overlap, who is on call when? Laid out so that no two overlap any more."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import pairwise

from app.hours.oncall import Shift, precedence


def laid_out(shifts: Iterable[Shift], *, since: datetime, until: datetime) -> tuple[Shift, ...]:
    """The same, in order, cut to the time from `since` to `until`, none touching its like.

    Of several that cover an instant the one that began last counts, as for `oncall.who`.
    The order in which they are given does not matter.
    """
    ranked = sorted({each for each in shifts if each.start < each.end}, key=precedence)
    edges = sorted({edge for each in ranked for edge in (each.start, each.end)})
    begins: dict[datetime, list[int]] = {}
    for rank, each in enumerate(ranked):
        begins.setdefault(each.start, []).append(-rank)
    running: list[int] = []
    found: list[Shift] = []
    for start, end in pairwise(edges):
        for rank in begins.get(start, ()):
            heappush(running, rank)
        while running and ranked[-running[0]].end <= start:
            heappop(running)
        if running:
            _append(found, max(start, since), min(end, until), ranked[-running[0]])
    return tuple(found)


def _append(found: list[Shift], start: datetime, end: datetime, shift: Shift) -> None:
    if start >= end:
        return
    last = found[-1] if found else None
    if last is not None and last.member == shift.member and last.end == start:
        found[-1] = Shift(last.start, end, last.member)
    else:
        found.append(Shift(start, end, shift.member))


def covered_until(shifts: Iterable[Shift]) -> datetime | None:
    """When the last shift ends: nobody is known to be on call from then on."""
    return max((each.end for each in shifts), default=None)


def ends_within(shifts: Iterable[Shift], within: timedelta, *, now: datetime) -> bool:
    """Whether nobody at all is on call any more before `within` has passed."""
    last = covered_until(shifts)
    return last is None or last <= now + within
