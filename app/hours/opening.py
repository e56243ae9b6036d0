"""Which instants of a calendar are open, and when so much open time has passed.

A calendar is written in wall-clock times of its zone; everything here is asked and answered in
real, elapsed time. The rules, in one place:

- A block opens at its first minute and is closed at its end: 08:00-20:00 is not open at 20:00.
- A holiday or closed date removes the blocks that *start* on it. The tail of a block over
  midnight belongs to the day it started on. Blocks that touch or overlap are one.
- Where clocks change, a block begins at the first and ends at the last showing of its times;
  a time that is skipped is the first instant after the gap. `wallclock` has the details.
- A clock started while closed begins at the next opening.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from typing import Self
from zoneinfo import ZoneInfo

from app.config.calendars import Block, Calendar
from app.domain.errors import AppError
from app.hours.public_holidays import public_holidays
from app.hours.wallclock import begins, ends
from app.hours.week import Segment, Week, merged, number_of, starts_at

LOOK_AHEAD = timedelta(days=400)
"""A calendar that opens nowhere within this time counts as one that never opens."""

_LOOK_AHEAD_WEEKS = LOOK_AHEAD // timedelta(weeks=1) + 1
_CACHED_WEEKS = 64
"""Per calendar; a week takes 1 or 2 kB. A whole look ahead passes over fewer."""

_NOTHING = timedelta(0)
_A_DAY = timedelta(days=1)


class NeverOpens(AppError):
    """The calendar has no opening hours within the next 400 days."""


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """A calendar, compiled. Keep it: it remembers the weeks it has worked out.

    Instants are aware, in any zone (`ValueError` for naive ones), and answered in UTC.
    """

    _week: Callable[[int], Week]

    @classmethod
    def of(cls, calendar: Calendar, *, default_timezone: str) -> Self:
        """Compile. `default_timezone` is the organization's, for calendars that name none."""
        plan = _Plan.of(calendar, ZoneInfo(calendar.timezone or default_timezone))
        return cls(lru_cache(maxsize=_CACHED_WEEKS)(partial(_week, plan)))

    def is_open(self, at: datetime) -> bool:
        at = _in_utc(at)
        return self._week(number_of(at)).is_open(at)

    def next_opening(self, at: datetime) -> datetime | None:
        """`at` itself when open then; `None` when nothing opens within 400 days."""
        at = _in_utc(at)
        first = number_of(at)
        for number in range(first, first + _LOOK_AHEAD_WEEKS):
            if (opening := self._week(number).next_opening(at)) is not None:
                return opening if opening <= at + LOOK_AHEAD else None
        return None

    def next_change(self, at: datetime) -> datetime | None:
        """When it next opens or closes, after `at`; `None` when not within 400 days."""
        at = _in_utc(at)
        horizon = at + LOOK_AHEAD
        stretch = next(self.segments(at, horizon), None)
        if stretch is None:
            return None
        change = stretch.end if stretch.start == at else stretch.start
        return change if change < horizon else None

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        """The first instant by which `open_time` has passed since `start`.

        No time at all has passed at `start` where that is open, else at the next opening. An
        amount that is used up just at closing ends there, not at the next opening. Raises
        `ValueError` for a negative amount, `NeverOpens` when it can never pass.
        """
        if open_time < _NOTHING:
            raise ValueError("open time cannot be taken back")
        at = _in_utc(start)
        if not open_time:
            return self._opening_after(at)
        number = number_of(at)
        week = self._week(number)
        wanted = open_time + week.open_time_before(at)
        while wanted > week.open_time:
            wanted -= week.open_time
            number = self._week_that_opens(number + 1)
            week = self._week(number)
        return week.when_passed(wanted)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """How much open time passes from `start` to `end`. Nothing when `end` is earlier."""
        start, end = _in_utc(start), _in_utc(end)
        if end <= start:
            return _NOTHING
        first, last = number_of(start), number_of(end)
        weeks = sum((self._week(number).open_time for number in range(first, last)), _NOTHING)
        before_start = self._week(first).open_time_before(start)
        return weeks + self._week(last).open_time_before(end) - before_start

    def segments(self, start: datetime, end: datetime) -> Iterator[Segment]:
        """The open stretches from `start` to `end`, cut there, in order, none touching."""
        start, end = _in_utc(start), _in_utc(end)
        numbers = range(number_of(start), number_of(end) + 1)
        stretches = (each for number in numbers for each in self._week(number).segments())
        cut = (Segment(max(each.start, start), min(each.end, end)) for each in stretches)
        return merged(cut)

    def _opening_after(self, at: datetime) -> datetime:
        opening = self.next_opening(at)
        if opening is None:
            raise NeverOpens
        return opening

    def _week_that_opens(self, first: int) -> int:
        for number in range(first, first + _LOOK_AHEAD_WEEKS):
            if self._week(number).edges:
                return number
        raise NeverOpens


@dataclass(frozen=True, slots=True)
class _Plan:
    """What of a calendar is needed to work out a week."""

    zone: ZoneInfo
    blocks: tuple[tuple[Block, ...], ...]
    """By weekday, Monday first."""
    holidays: str | None
    closed: frozenset[date]
    reach: timedelta
    """For how long before a week a block may have started that still touches it."""

    @classmethod
    def of(cls, calendar: Calendar, zone: ZoneInfo) -> Self:
        weekly = calendar.weekly_blocks
        latest = max((block.end for block in weekly), default=0)
        return cls(
            zone=zone,
            blocks=tuple(
                tuple(block for block in weekly if block.weekday == weekday) for weekday in range(7)
            ),
            holidays=calendar.holidays,
            closed=frozenset(calendar.closed),
            reach=timedelta(minutes=latest) + _A_DAY,
        )

    def blocks_on(self, day: date) -> tuple[Block, ...]:
        """The blocks that start on `day`: none on a holiday or closed date."""
        blocks = self.blocks[day.weekday()]
        return () if not blocks or self._is_closed(day) else blocks

    def _is_closed(self, day: date) -> bool:
        if day in self.closed:
            return True
        return self.holidays is not None and day in public_holidays(self.holidays, day.year)


def _week(plan: _Plan, number: int) -> Week:
    return Week.of(number, _stretches(plan, number))


def _stretches(plan: _Plan, number: int) -> Iterator[Segment]:
    """Everything open that touches the week, and a little more before and after."""
    day = (starts_at(number) - plan.reach).date()
    last = (starts_at(number + 1) + _A_DAY).date()
    while day <= last:
        midnight = datetime.combine(day, datetime.min.time())
        for block in plan.blocks_on(day):
            yield Segment(
                begins(midnight + timedelta(minutes=block.start), plan.zone),
                ends(midnight + timedelta(minutes=block.end), plan.zone),
            )
        day += _A_DAY


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError("an instant needs a zone")
    return at.astimezone(UTC)
