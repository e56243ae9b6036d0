"""What holds for every calendar, in weeks in which clocks change above all."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.config.calendars import Calendar
from app.hours.opening import Opening

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

CHANGES = [
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Dublin", date(2026, 3, 29)),
    ("Europe/Dublin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Santiago", date(2026, 4, 4)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Asia/Beirut", date(2026, 10, 25)),
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2026, 11, 1)),
    ("Pacific/Apia", date(2011, 12, 30)),
]


@dataclass(frozen=True)
class Case:
    """A calendar, and the day around which its zone changes clocks."""

    calendar: Calendar
    around: date

    @property
    def opening(self) -> Opening:
        return Opening.of(self.calendar, default_timezone="UTC")


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


# Clocks change at night: half of all times are drawn from there, to meet the change often.
minutes = st.integers(0, 1439) | st.integers(0, 200) | st.integers(1370, 1439)
spans = (
    st.tuples(minutes, minutes | st.just(1440))
    .filter(lambda span: span[0] != span[1])
    .map(lambda span: f"{_clock(span[0])}-{_clock(span[1])}")
)
weeks = st.dictionaries(
    st.sampled_from(WEEKDAYS), st.lists(spans, min_size=1, max_size=3), min_size=1, max_size=7
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    timezone, around = draw(st.sampled_from(CHANGES))
    days_off = st.integers(-4, 4).map(lambda days: around + timedelta(days=days))
    document: dict[str, Any] = {
        "timezone": timezone,
        "weekly": draw(weeks),
        "closed": draw(st.lists(days_off, max_size=2)),
    }
    return Case(Calendar.model_validate(document), around)


@st.composite
def instants(draw: st.DrawFn, case: Case) -> datetime:
    noon = datetime.combine(case.around, time(12), UTC)
    return noon + timedelta(microseconds=draw(st.integers(-4 * DAY // TICK, 4 * DAY // TICK)))


durations = st.timedeltas(timedelta(0), 3 * DAY) | st.integers(0, 600).map(lambda n: n * MINUTE)


@cache
def minutes_shown(timezone: str, around: date) -> dict[datetime, list[datetime]]:
    """Each minute a clock on the wall shows in these seven days, and when it shows it."""
    zone = ZoneInfo(timezone)
    first = datetime.combine(around, time(), UTC) - 3 * DAY
    shown = defaultdict(list)
    for number in range(7 * 24 * 60):
        at = first + number * MINUTE
        shown[at.astimezone(zone).replace(tzinfo=None, fold=0)].append(at)
    return dict(shown)


def open_minutes(case: Case) -> set[datetime]:
    """The slow way: look at the clock every minute.

    A block is open from the first to the last minute at which the clock shows one of its
    times, and in between.
    """
    shown = minutes_shown(case.calendar.timezone or "UTC", case.around)
    found: set[datetime] = set()
    for offset in range(-3, 4):
        day = case.around + timedelta(days=offset)
        if day in case.calendar.closed:
            continue
        for block in case.calendar.weekly_blocks:
            if block.weekday != day.weekday():
                continue
            midnight = datetime.combine(day, time())
            walls = (midnight + number * MINUTE for number in range(block.start, block.end))
            seen = [at for wall in walls for at in shown.get(wall, ())]
            if seen:
                length = (max(seen) - min(seen)) // MINUTE
                found.update(min(seen) + number * MINUTE for number in range(length + 1))
    return found


@pytest.mark.parametrize(("timezone", "around"), CHANGES)
def test_clocks_do_change_on_these_days(timezone: str, around: date) -> None:
    zone = ZoneInfo(timezone)
    noon = datetime.combine(around, time(12), UTC)

    before, after = ((noon + days * DAY).astimezone(zone).utcoffset() for days in (-2, 2))

    assert before != after


@given(cases())
@settings(deadline=None, max_examples=60)
def test_open_is_what_a_look_at_the_clock_every_minute_says(case: Case) -> None:
    opening = case.opening
    first = datetime.combine(case.around, time(), UTC) - DAY
    every_minute = {first + number * MINUTE for number in range(3 * 24 * 60)}

    found = {at for at in every_minute if opening.is_open(at)}

    assert found == open_minutes(case) & every_minute


@given(cases(), st.data(), durations)
@settings(deadline=None)
def test_just_as_much_time_passes_as_was_added(
    case: Case, data: st.DataObject, open_time: timedelta
) -> None:
    opening, start = case.opening, data.draw(instants(case))

    assert opening.elapsed(start, opening.add(start, open_time)) == open_time


@given(cases(), st.data(), durations)
@settings(deadline=None)
def test_no_earlier_instant_would_do(case: Case, data: st.DataObject, open_time: timedelta) -> None:
    assume(open_time)
    opening, start = case.opening, data.draw(instants(case))

    due = opening.add(start, open_time)

    assert opening.elapsed(start, due - TICK) == open_time - TICK


@given(cases(), st.data(), durations, durations)
@settings(deadline=None)
def test_adding_twice_is_adding_the_sum(
    case: Case, data: st.DataObject, one: timedelta, other: timedelta
) -> None:
    assume(other)
    opening, start = case.opening, data.draw(instants(case))

    assert opening.add(opening.add(start, one), other) == opening.add(start, one + other)


@given(cases(), st.data(), durations, durations)
@settings(deadline=None)
def test_more_time_and_a_later_start_never_fall_due_earlier(
    case: Case, data: st.DataObject, one: timedelta, other: timedelta
) -> None:
    opening = case.opening
    earlier, later = sorted((data.draw(instants(case)), data.draw(instants(case))))
    less, more = sorted((one, other))

    assert opening.add(earlier, less) <= opening.add(earlier, more)
    assert opening.add(earlier, less) <= opening.add(later, less)


@given(cases(), st.data())
@settings(deadline=None)
def test_stretches_sum_up_to_the_time_elapsed(case: Case, data: st.DataObject) -> None:
    opening = case.opening
    start, end = sorted((data.draw(instants(case)), data.draw(instants(case))))

    stretches = list(opening.segments(start, end))

    assert sum((each.end - each.start for each in stretches), timedelta(0)) == opening.elapsed(
        start, end
    )
    assert all(each.start < each.end for each in stretches)
    assert all(one.end < two.start for one, two in pairwise(stretches))


@given(cases(), st.data())
@settings(deadline=None)
def test_the_next_opening_is_the_first_open_instant(case: Case, data: st.DataObject) -> None:
    opening, at = case.opening, data.draw(instants(case))

    opens = opening.next_opening(at)

    assert opens is not None
    assert opens >= at
    assert opening.is_open(opens)
    assert opening.elapsed(at, opens) == timedelta(0)


@given(cases(), st.data())
@settings(deadline=None)
def test_nothing_changes_before_the_next_change(case: Case, data: st.DataObject) -> None:
    opening, at = case.opening, data.draw(instants(case))
    change = opening.next_change(at)
    assume(change is not None)
    assert change is not None

    assert change > at
    assert opening.is_open(at) == opening.is_open(change - TICK)
    assert opening.is_open(at) != opening.is_open(change)
    assert opening.elapsed(at, change) == (change - at if opening.is_open(at) else timedelta(0))
