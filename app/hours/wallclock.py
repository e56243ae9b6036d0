"""From what a clock on the wall shows to the instant it shows it: gaps and folds included.

When clocks go forward, some wall-clock times never come (a gap). When they go back, some come
twice (a fold). Every opening and every handover is written as wall-clock time, so what happens
to the unusual ones is decided here, once.
"""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_TICK = timedelta(microseconds=1)


def begins(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which something that begins at `wall`, a naive local time, begins.

    A time that comes twice counts the first time; one that never comes, at the first instant
    after the gap.
    """
    first, second = _occurrences(wall, zone)
    return first if first <= second else _end_of_gap(second, first, zone)


def ends(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which something that ends at `wall`, a naive local time, ends.

    A time that comes twice counts the second time, and one that never comes is the first
    instant after the gap. One exception keeps an end out of the repeated hour: what ends just
    as the repeated hour begins is over when the clock first shows that time. An office that
    closes at midnight is closed, even where the clock goes back from one o'clock to midnight.
    """
    first, second = _occurrences(wall, zone)
    if first > second:
        return _end_of_gap(second, first, zone)
    if first == second:
        return first
    clock_ran_up_to_it = _wall(second - _TICK, zone) == wall - _TICK
    return second if clock_ran_up_to_it else first


def _occurrences(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The two readings of a wall-clock time (PEP 495): equal, or a fold, or reversed: a gap."""
    local = wall.replace(tzinfo=zone)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Find the change of offset in `(before, after]`. All zones change on a full second."""
    offset = after.astimezone(zone).utcoffset()

    def has_changed(second: int) -> bool:
        return (before + timedelta(seconds=second)).astimezone(zone).utcoffset() == offset

    before = before.replace(microsecond=0)
    span = int((after - before).total_seconds()) + 1
    return before + timedelta(seconds=bisect_left(range(span), True, key=has_changed))


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
