"""Open or closed, by example."""

import subprocess
import sys
from datetime import datetime

import pytest

from app.config.calendars import Calendar
from app.hours.opening import Opening
from tests.hours.calendars import NEW_YORK, instant, opening

OFFICE = opening(
    {"mon-fri": ["08:00-12:30", "13:00-20:00"], "sat": "09:00-17:00"},
    holidays="US-FL",
    closed=["2026-12-24"],
)
EVENINGS = opening({"mon-sun": "18:00-02:00"})
FRIDAY_NIGHT = opening({"fri": "22:00-06:00"})
NEARLY_A_DAY = opening({"fri": "23:00-22:00"})
NIGHTS_WITH_HOLIDAYS = opening({"mon-sun": "22:00-06:00"}, holidays="US-FL")
ALWAYS = opening({"mon-sun": "00:00-24:00"})
SUNDAY_HALF_PAST_TWO = opening({"sun": "02:30-04:00"})
SUNDAY_UNTIL_HALF_PAST_TWO = opening({"sun": "01:00-02:30"})
SUNDAY_HALF_PAST_ONE = opening({"sun": "01:30-02:30"})
SUNDAY_UNTIL_HALF_PAST_ONE = opening({"sun": "00:00-01:30"})
SUNDAY_UNTIL_ONE = opening({"sun": "00:00-01:00"})
LORD_HOWE = opening({"sun": "01:45-02:15"}, "Australia/Lord_Howe")
SANTIAGO = opening({"sun": "00:00-08:00"}, "America/Santiago")
SANTIAGO_SATURDAY = opening({"sat": "20:00-24:00"}, "America/Santiago")
BEIRUT = opening({"sun": "00:00-08:00"}, "Asia/Beirut")
HAVANA_SATURDAY = opening({"sat": "20:00-24:00"}, "America/Havana")
APIA = opening({"mon-sun": "09:00-17:00"}, "Pacific/Apia")

OPEN, SHUT = True, False

EXAMPLES = [
    # An office with a lunch break.
    (OFFICE, "2026-11-04T07:59:59-05:00", SHUT, "a second before opening"),
    (OFFICE, "2026-11-04T08:00:00-05:00", OPEN, "the minute of opening belongs to it"),
    (OFFICE, "2026-11-04T12:29:59-05:00", OPEN, "the last second before lunch"),
    (OFFICE, "2026-11-04T12:30:00-05:00", SHUT, "lunch"),
    (OFFICE, "2026-11-04T13:00:00-05:00", OPEN, "after lunch"),
    (OFFICE, "2026-11-04T19:59:59.999999-05:00", OPEN, "the last microsecond"),
    (OFFICE, "2026-11-04T20:00:00-05:00", SHUT, "closing time is closed"),
    (OFFICE, "2026-11-04T03:00:00-05:00", SHUT, "night"),
    (OFFICE, "2026-11-07T16:00:00-05:00", OPEN, "Saturday afternoon"),
    (OFFICE, "2026-11-07T18:00:00-05:00", SHUT, "Saturday evening"),
    (OFFICE, "2026-11-08T12:00:00-05:00", SHUT, "Sunday"),
    (OFFICE, "2026-11-04T14:00:00+01:00", OPEN, "asked in another zone: eight in New York"),
    # Holidays and closed days.
    (OFFICE, "2026-11-26T10:00:00-05:00", SHUT, "Thanksgiving"),
    (OFFICE, "2026-07-03T10:00:00-04:00", SHUT, "Independence Day, observed on Friday"),
    (OFFICE, "2027-12-31T10:00:00-05:00", SHUT, "New Year of 2028, observed in 2027"),
    (OFFICE, "2026-12-24T10:00:00-05:00", SHUT, "closed by the config"),
    (OFFICE, "2026-12-23T10:00:00-05:00", OPEN, "the day before"),
    (NIGHTS_WITH_HOLIDAYS, "2026-11-26T05:59:59-05:00", OPEN, "the night before runs on"),
    (NIGHTS_WITH_HOLIDAYS, "2026-11-26T23:00:00-05:00", SHUT, "the holiday's own night"),
    (NIGHTS_WITH_HOLIDAYS, "2026-11-28T03:00:00-05:00", SHUT, "and its tail: the 27th is one too"),
    (NIGHTS_WITH_HOLIDAYS, "2026-11-28T22:00:00-05:00", OPEN, "the next night"),
    # Over midnight.
    (EVENINGS, "2026-11-04T17:59:59-05:00", SHUT, "before the evening"),
    (EVENINGS, "2026-11-04T23:59:59-05:00", OPEN, "a second before midnight"),
    (EVENINGS, "2026-11-05T00:00:00-05:00", OPEN, "midnight"),
    (EVENINGS, "2026-11-05T01:59:59-05:00", OPEN, "the small hours"),
    (EVENINGS, "2026-11-05T02:00:00-05:00", SHUT, "two in the morning"),
    (FRIDAY_NIGHT, "2026-11-07T05:00:00-05:00", OPEN, "Friday's block on Saturday morning"),
    (FRIDAY_NIGHT, "2026-11-06T05:00:00-05:00", SHUT, "Friday morning is no Friday night"),
    (NEARLY_A_DAY, "2026-11-07T21:59:59-05:00", OPEN, "Friday's block, Sunday already in UTC"),
    (NEARLY_A_DAY, "2026-11-07T22:00:00-05:00", SHUT, "23 hours later"),
    (ALWAYS, "2026-11-04T23:59:59-05:00", OPEN, "24:00 is the end of the day"),
    # 2026-03-08 in New York: 02:00 is followed by 03:00.
    (SUNDAY_HALF_PAST_TWO, "2026-03-08T01:59:59-05:00", SHUT, "before the gap"),
    (SUNDAY_HALF_PAST_TWO, "2026-03-08T03:00:00-04:00", OPEN, "02:30 is skipped: at once after"),
    (SUNDAY_UNTIL_HALF_PAST_TWO, "2026-03-08T01:59:59-05:00", OPEN, "until the gap"),
    (SUNDAY_UNTIL_HALF_PAST_TWO, "2026-03-08T03:00:00-04:00", SHUT, "02:30 is skipped: over"),
    # 2026-11-01 in New York: 02:00 is followed by a second 01:00.
    (SUNDAY_HALF_PAST_ONE, "2026-11-01T01:29:59-04:00", SHUT, "before the first 01:30"),
    (SUNDAY_HALF_PAST_ONE, "2026-11-01T01:30:00-04:00", OPEN, "from the first 01:30"),
    (SUNDAY_HALF_PAST_ONE, "2026-11-01T01:15:00-05:00", OPEN, "and on through the second hour"),
    (SUNDAY_UNTIL_HALF_PAST_ONE, "2026-11-01T01:45:00-04:00", OPEN, "not over yet"),
    (SUNDAY_UNTIL_HALF_PAST_ONE, "2026-11-01T01:29:59-05:00", OPEN, "until the second 01:30"),
    (SUNDAY_UNTIL_HALF_PAST_ONE, "2026-11-01T01:30:00-05:00", SHUT, "at the second 01:30"),
    (SUNDAY_UNTIL_ONE, "2026-11-01T00:59:59-04:00", OPEN, "until one"),
    (SUNDAY_UNTIL_ONE, "2026-11-01T01:00:00-04:00", SHUT, "the repeated hour is not part of it"),
    # Lord Howe moves by half an hour: 2026-04-05 02:00 → 01:30, 2026-10-04 02:00 → 02:30.
    (LORD_HOWE, "2026-04-05T01:44:59+11:00", SHUT, "before the first 01:45"),
    (LORD_HOWE, "2026-04-05T01:45:00+11:00", OPEN, "from the first 01:45"),
    (LORD_HOWE, "2026-04-05T01:30:00+10:30", OPEN, "on through the second 01:30"),
    (LORD_HOWE, "2026-04-05T02:15:00+10:30", SHUT, "at 02:15"),
    (LORD_HOWE, "2026-10-04T01:59:59+10:30", OPEN, "until the gap"),
    (LORD_HOWE, "2026-10-04T02:30:00+11:00", SHUT, "02:15 is skipped: over"),
    # Midnight itself is skipped, or the hour before it repeated.
    (SANTIAGO, "2026-09-05T23:59:59-04:00", SHUT, "Saturday"),
    (SANTIAGO, "2026-09-06T01:00:00-03:00", OPEN, "Sunday begins at one"),
    (SANTIAGO, "2026-04-04T23:30:00-04:00", SHUT, "the second 23:30 is still Saturday"),
    (SANTIAGO_SATURDAY, "2026-04-04T23:59:59-04:00", OPEN, "Saturday's second last hour"),
    (SANTIAGO_SATURDAY, "2026-04-05T00:00:00-04:00", SHUT, "Sunday"),
    (BEIRUT, "2026-03-28T23:59:59+02:00", SHUT, "Saturday"),
    (BEIRUT, "2026-03-29T01:00:00+03:00", OPEN, "Sunday begins at one"),
    (BEIRUT, "2026-10-24T23:30:00+02:00", SHUT, "the second 23:30 is still Saturday"),
    (BEIRUT, "2026-10-25T00:00:00+02:00", OPEN, "Sunday"),
    (HAVANA_SATURDAY, "2026-10-31T23:59:59-04:00", OPEN, "Saturday's last second"),
    (HAVANA_SATURDAY, "2026-11-01T00:30:00-04:00", SHUT, "Sunday's first hour comes twice"),
    # The seven days of this week have six dates: 2011-12-30 was skipped.
    (APIA, "2011-12-29T12:00:00-10:00", OPEN, "Thursday"),
    (APIA, "2011-12-29T23:00:00-10:00", SHUT, "Thursday night"),
    (APIA, "2011-12-31T00:00:00+14:00", SHUT, "Saturday's first second"),
    (APIA, "2011-12-31T12:00:00+14:00", OPEN, "Saturday"),
]


@pytest.mark.parametrize(
    ("calendar", "at", "expected"),
    [pytest.param(*row, id=f"{row[1]} {why}") for *row, why in EXAMPLES],
)
def test_an_instant_is_open_or_closed(calendar: Opening, at: str, expected: bool) -> None:
    assert calendar.is_open(instant(at)) is expected


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        OFFICE.is_open(datetime(2026, 11, 4, 12))  # noqa: DTZ001 - naive on purpose


def test_a_calendar_without_a_zone_is_in_the_organizations() -> None:
    calendar = Calendar.model_validate({"weekly": {"wed": "09:00-10:00"}})

    here = Opening.of(calendar, default_timezone=NEW_YORK)

    assert here.is_open(instant("2026-11-04T09:00-05:00"))
    assert not here.is_open(instant("2026-11-04T09:00+00:00"))


def test_calendars_without_holidays_never_load_the_library() -> None:
    program = """
import sys
from datetime import UTC, datetime
from app.config.calendars import Calendar
from app.hours.opening import Opening
calendar = Calendar.model_validate({"weekly": {"mon-sun": "09:00-17:00"}})
assert Opening.of(calendar, default_timezone="UTC").is_open(datetime(2026, 11, 4, 9, tzinfo=UTC))
sys.exit("holidays" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
