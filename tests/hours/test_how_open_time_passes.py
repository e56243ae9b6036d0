"""Deadlines, openings and stretches, by example."""

from datetime import timedelta

import pytest

from app.hours.opening import NeverOpens, Opening
from app.hours.week import Segment
from tests.hours.calendars import instant, opening

OFFICE = opening(
    {"mon-fri": ["08:00-12:30", "13:00-20:00"], "sat": "09:00-17:00"}, holidays="US-FL"
)
EVENINGS = opening({"mon-sun": "18:00-02:00"})
ALWAYS = opening({"mon-sun": "00:00-24:00"})
TWO_HALVES = opening({"wed": ["09:00-12:00", "12:00-15:00", "14:00-17:00"]})
ONCE = opening({"sun": "02:15-02:45"}, closed=["2026-03-15"])
LONG_CLOSED = opening({"mon": "09:00-17:00"}, closed=["2026-11-09", "2026-11-16"])
YEARS_CLOSED = opening(
    {"mon": "09:00-17:00"},
    closed=[(instant("2026-11-02T12:00Z") + timedelta(weeks=n)).date() for n in range(60)],
)

DEADLINES = [
    (OFFICE, "2026-11-04T10:00-05:00", "0:05", "2026-11-04T10:05-05:00", "open"),
    (OFFICE, "2026-11-04T12:28-05:00", "0:05", "2026-11-04T13:03-05:00", "over lunch"),
    (OFFICE, "2026-11-04T12:25-05:00", "0:05", "2026-11-04T12:30-05:00", "used up at lunch"),
    (OFFICE, "2026-11-04T19:58-05:00", "0:05", "2026-11-05T08:03-05:00", "overnight"),
    (OFFICE, "2026-11-04T23:59:59-05:00", "0:05", "2026-11-05T08:05-05:00", "started closed"),
    (OFFICE, "2026-11-07T16:58-05:00", "0:05", "2026-11-09T08:03-05:00", "over the week end"),
    (OFFICE, "2026-11-25T19:58-05:00", "0:05", "2026-11-28T09:03-05:00", "over Thanksgiving"),
    (OFFICE, "2026-11-02T08:00-05:00", "65:30", "2026-11-07T17:00-05:00", "a whole week"),
    (OFFICE, "2026-11-02T08:00-05:00", "0:00", "2026-11-02T08:00-05:00", "nothing, open"),
    (OFFICE, "2026-11-02T20:00-05:00", "0:00", "2026-11-03T08:00-05:00", "nothing, closed"),
    (EVENINGS, "2026-03-08T01:30-05:00", "1:00", "2026-03-08T18:30-04:00", "two is skipped"),
    (EVENINGS, "2026-11-01T00:30-04:00", "2:00", "2026-11-01T01:30-05:00", "one comes twice"),
    (ALWAYS, "2026-03-08T00:00-05:00", "24:00", "2026-03-09T01:00-04:00", "a day of 23 hours"),
    (ALWAYS, "2026-11-01T00:00-04:00", "24:00", "2026-11-01T23:00-05:00", "a day of 25 hours"),
    (ONCE, "2026-03-02T00:00-05:00", "0:15", "2026-03-22T02:30-04:00", "skipped, then closed"),
]


@pytest.mark.parametrize(
    ("calendar", "start", "open_time", "due"),
    [pytest.param(*row, id=why) for *row, why in DEADLINES],
)
def test_a_deadline_falls_due_when_its_open_time_has_passed(
    calendar: Opening, start: str, open_time: str, due: str
) -> None:
    hours, minutes = map(int, open_time.split(":"))

    assert calendar.add(instant(start), timedelta(hours=hours, minutes=minutes)) == instant(due)


def test_open_time_cannot_be_taken_back() -> None:
    with pytest.raises(ValueError, match="taken back"):
        OFFICE.add(instant("2026-11-04T10:00Z"), timedelta(seconds=-1))


@pytest.mark.parametrize("open_time", [timedelta(0), timedelta(minutes=5)])
def test_a_deadline_on_a_calendar_that_stays_closed_is_an_error(open_time: timedelta) -> None:
    with pytest.raises(NeverOpens, match="no opening hours within"):
        YEARS_CLOSED.add(instant("2026-11-02T00:00Z"), open_time)


def test_a_calendar_that_stays_closed_has_no_next_opening_and_no_change() -> None:
    at = instant("2026-11-02T00:00Z")

    assert YEARS_CLOSED.next_opening(at) is None
    assert YEARS_CLOSED.next_change(at) is None
    assert YEARS_CLOSED.elapsed(at, at + timedelta(days=365)) == timedelta(0)


def test_an_opening_a_few_weeks_ahead_is_found() -> None:
    opens = LONG_CLOSED.next_opening(instant("2026-11-02T17:00-05:00"))

    assert opens == instant("2026-11-23T09:00-05:00")


def test_an_open_instant_is_its_own_next_opening() -> None:
    at = instant("2026-11-04T10:00-05:00")

    assert OFFICE.next_opening(at) == at


def test_the_next_change_is_a_closing_while_open_and_an_opening_while_closed() -> None:
    assert OFFICE.next_change(instant("2026-11-04T10:00-05:00")) == instant(
        "2026-11-04T12:30-05:00"
    )
    assert OFFICE.next_change(instant("2026-11-04T12:30-05:00")) == instant(
        "2026-11-04T13:00-05:00"
    )


def test_what_is_always_open_never_changes() -> None:
    assert ALWAYS.next_change(instant("2026-11-04T10:00Z")) is None


def test_blocks_that_touch_or_overlap_are_one_stretch() -> None:
    found = list(
        TWO_HALVES.segments(instant("2026-11-04T00:00-05:00"), instant("2026-11-05T00:00-05:00"))
    )

    assert found == [Segment(instant("2026-11-04T09:00-05:00"), instant("2026-11-04T17:00-05:00"))]


def test_stretches_are_cut_at_both_ends() -> None:
    start, end = instant("2026-11-04T10:00-05:00"), instant("2026-11-04T14:00-05:00")

    assert list(OFFICE.segments(start, end)) == [
        Segment(start, instant("2026-11-04T12:30-05:00")),
        Segment(instant("2026-11-04T13:00-05:00"), end),
    ]


def test_a_year_without_closing_is_one_stretch() -> None:
    start, end = instant("2026-01-01T00:00Z"), instant("2027-01-01T00:00Z")

    assert list(ALWAYS.segments(start, end)) == [Segment(start, end)]


def test_an_evening_is_an_hour_shorter_or_longer_when_clocks_change() -> None:
    longest = opening({"sat": "18:00-06:00"})

    spring = longest.elapsed(instant("2026-03-07T12:00Z"), instant("2026-03-09T12:00Z"))
    autumn = longest.elapsed(instant("2026-10-31T12:00Z"), instant("2026-11-02T12:00Z"))

    assert (spring, autumn) == (timedelta(hours=11), timedelta(hours=13))


def test_no_time_has_passed_before_the_start() -> None:
    later, earlier = instant("2026-11-04T15:00Z"), instant("2026-11-04T14:00Z")

    assert OFFICE.elapsed(later, earlier) == timedelta(0)
