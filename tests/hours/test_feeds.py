"""Calendars as their makers export them, and what a schedule reads out of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.people import OnCall
from app.domain.lead import AgentId
from app.hours.feeds import FeedRead, FeedUnreadable, read_feed
from app.hours.layout import laid_out
from app.hours.named_in import Member
from app.hours.oncall import Shift, who
from tests.hours.calendars import NEW_YORK, instant

MEMBERS = [
    Member(AgentId("dana"), "Dana Okafor", "dana@harborline.example.com"),
    Member(AgentId("maria"), "Maria Sole", "maria@harborline.example.com"),
    Member(AgentId("otto"), "Otto Brandt", "otto@harborline.example.com"),
    Member(AgentId("jose-luis"), "José Luis", None),
]
MONDAY = datetime(2026, 3, 16, 16, tzinfo=UTC)
FEED = OnCall.model_validate({"ical": "https://calendar.example.com/on-call.ics"})


def read(feed: bytes, *, schedule: str = "managers", zone: str = NEW_YORK) -> FeedRead:
    return read_feed(feed, MEMBERS, schedule=schedule, zone=ZoneInfo(zone), now=MONDAY)


def sample(name: str) -> bytes:
    return (Path(__file__).parent / "feeds" / f"{name}.ics").read_bytes()


def calendar(*events: str) -> bytes:
    """A calendar of events, each written as its lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for event in events:
        lines += ["BEGIN:VEVENT", *(line.strip() for line in event.strip().splitlines())]
        lines += ["END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def event(summary: str, *more: str) -> str:
    """One event from noon to two in New York, on the Monday."""
    times = ("DTSTART:20260316T160000Z", "DTEND:20260316T180000Z", "UID:1")
    given = {each.partition(":")[0].partition(";")[0] for each in more}
    return "\n".join([f"SUMMARY:{summary}", *(e for e in times if e.partition(":")[0] not in given),
                      *more])  # fmt: skip


def on_call(found: FeedRead, at: str) -> str | None:
    return who(FEED, instant(at), default_timezone="UTC", shifts=found.shifts)


@pytest.mark.parametrize(
    ("name", "at", "expected", "why"),
    [
        ("pagerduty", "2026-03-16T07:59:59-04:00", "maria", "by attendee, without mailto"),
        ("pagerduty", "2026-03-16T08:00-04:00", "otto", "the next, marked as free time"),
        ("pagerduty", "2026-03-23T08:00-04:00", None, "the last shift has ended"),
        ("google", "2026-03-17T08:00-04:00", "maria", "a fortnightly recurrence"),
        ("google", "2026-03-18T18:00-04:00", "otto", "an exception entered over it"),
        ("google", "2026-03-19T08:00-04:00", "maria", "and back"),
        ("google", "2026-03-20T12:30Z", "maria", "what was cancelled does not count"),
        ("google", "2026-03-21T00:00-04:00", "dana", "a whole day begins at midnight here"),
        ("google", "2026-03-22T00:00-04:00", "maria", "and ends at the next"),
        ("google", "2026-03-30T09:00-04:00", None, "a changed instance begins a day later"),
        ("google", "2026-03-31T08:00-04:00", "maria", "there it is"),
        ("google", "2026-04-07T12:00-04:00", None, "an instance that was taken out"),
        ("google", "2026-04-21T12:00-04:00", "otto", "the one after it is there"),
        ("opsgenie", "2026-03-16T12:00-04:00", "maria", "an address as the title"),
        ("opsgenie", "2026-03-16T21:00Z", "otto", "a name in the title"),
        ("outlook", "2026-03-16T17:00-04:00", "otto", "a zone that the calendar defines itself"),
        ("outlook", "2026-03-14T17:00-04:00", None, "not at the weekend"),
        ("outlook", "2026-04-21T17:00-04:00", None, "not after the recurrence ended"),
        ("outlook", "2026-03-21T08:00-04:00", "maria", "a zone by the name that Windows gives it"),
        ("outlook", "2026-03-22T08:00-04:00", "maria", "a time without any zone is the schedule's"),
        ("outlook", "2026-03-22T20:00-04:00", None, "up to its end"),
    ],
)
def test_an_export_says_who_is_on_call(name: str, at: str, expected: str | None, why: str) -> None:
    assert on_call(read(sample(name)), at) == expected, why


def test_a_feed_that_names_strangers_says_how_many_and_when_and_not_whom() -> None:
    found = read(sample("google"))

    assert found.remark == "events that name nobody of the config: 1 (2026-03-22)"


@pytest.mark.parametrize(
    ("summary", "more", "expected"),
    [
        ("On-call: Maria Sole", (), "maria"),
        ("ON CALL - MARIA  SOLE - MANAGERS", (), "maria"),
        ("Maria Sole-Smith", (), None),
        ("on call: maria", (), "maria"),
        ("Managers 2: otto (primary)", (), "otto"),
        ("Maria Lopez on call", (), None),
        ("jose-luis", (), "jose-luis"),
        ("JOSE\u0301 LUIS", (), "jose-luis"),
        ("otto@harborline.example.com", (), "otto"),
        ("otto@harborline.example.com.evil.example", (), None),
        ("Shift", ("ATTENDEE:mailto:OTTO@harborline.example.com",), "otto"),
        ("Shift", ("ATTENDEE;PARTSTAT=DECLINED:mailto:otto@harborline.example.com",), None),
        ("Shift", ("ORGANIZER:mailto:otto@harborline.example.com",), "otto"),
        (
            "Maria Sole",
            ("ORGANIZER:mailto:otto@harborline.example.com",),
            "maria",
        ),
        (
            "Shift",
            (
                "ORGANIZER:mailto:otto@harborline.example.com",
                "ATTENDEE:mailto:otto@harborline.example.com",
                "ATTENDEE:mailto:dana@harborline.example.com",
            ),
            "dana",
        ),
        (
            "Shift of Maria Sole",
            (
                "ATTENDEE:mailto:dana@harborline.example.com",
                "ATTENDEE:mailto:maria@harborline.example.com",
            ),
            "maria",
        ),
        ("Lunch", (), None),
        ("", (), None),
    ],
)
def test_an_event_means_one_person_or_nobody(
    summary: str, more: tuple[str, ...], expected: str | None
) -> None:
    # Somebody else comes before and after, so that not the whole calendar is of nobody.
    other = event("Dana Okafor", "UID:2", "DTSTART:20260318T160000Z", "DTEND:20260318T180000Z")
    found = read(calendar(event(summary, *more), other))

    assert on_call(found, "2026-03-16T17:00Z") == expected
    assert (found.remark is None) == (expected is not None)


def test_a_rotation_at_eight_stays_at_eight_when_clocks_change() -> None:
    weekly = event(
        "maria",
        "DTSTART:20260302T080000",
        "DTEND:20260302T200000",
        "RRULE:FREQ=DAILY",
    )
    found = read_feed(
        calendar(weekly), MEMBERS, schedule="m", zone=ZoneInfo(NEW_YORK),
        now=instant("2026-03-07T12:00Z"),
    )  # fmt: skip

    assert on_call(found, "2026-03-07T08:00-05:00") == "maria"
    assert on_call(found, "2026-03-09T07:59-04:00") is None
    assert on_call(found, "2026-03-09T08:00-04:00") == "maria"


@pytest.mark.parametrize(
    ("feed", "why"),
    [
        (b"", "does not begin with"),
        (b"<!doctype html><title>Sign in</title>", "does not begin with"),
        (sample("google")[:-40], "cut off"),
        (b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR\r\n", "no iCalendar"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 9 + b"END:X\n" * 9 + b"END:VCALENDAR", "too deep"),
        (b"BEGIN:VCALENDAR\n" + b" " * 1024 * 1024 + b"END:VCALENDAR", "longer than"),
        (b"\x00" * 5000, "does not begin with"),
        (calendar(event("Canary Kim")), "name nobody of the config: 1 (2026-03-16)"),
        (calendar(event("maria", "DTSTART:tomorrow")), "cannot be read: 1"),
    ],
)
def test_what_is_no_schedule_is_refused_with_a_reason(feed: bytes, why: str) -> None:
    with pytest.raises(FeedUnreadable) as refused:
        read(feed)

    assert why in str(refused.value)
    assert "Canary" not in str(refused.value)


def test_an_empty_calendar_says_that_nobody_is_on_call() -> None:
    assert read(calendar()) == FeedRead(())


@pytest.mark.parametrize(
    "broken",
    [
        ("DTSTART:20260316",),
        ("DTSTART:yesterday",),
        ("DTEND:20260101T000000Z",),
        ("RRULE:FREQ=NEVER",),
        ("RRULE:FREQ=SECONDLY",),
        ("RRULE:FREQ=MINUTELY;INTERVAL=1",),
        ("RRULE:FREQ=DAILY;INTERVAL=0",),
        ("RRULE:FREQ=HOURLY", "DTSTART:19000101T000000Z", "DTEND:19000101T003000Z"),
        (
            "RRULE:FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24)))
            + ";BYMINUTE=" + ",".join(map(str, range(60))),
        ),
        ("RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=" + ",".join(map(str, range(24)))
         + ";BYMINUTE=" + ",".join(map(str, range(60))),),
        ("RRULE:COUNT=3",),
        ("RDATE:never",),
        ("DTSTART;TZID=Mars/Base:20260316T160000", "DTEND;TZID=Mars/Base:20260316T180000"),
        ("DURATION:-PT3H",),
        ("RECURRENCE-ID:20260316T160000Z", "RECURRENCE-ID:20260317T160000Z"),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",),
        ("EXDATE:all",),
    ],
)  # fmt: skip
def test_a_broken_event_costs_no_other(broken: tuple[str, ...]) -> None:
    other = event("Dana Okafor", "UID:2", "DTSTART:20260318T160000Z", "DTEND:20260318T180000Z")

    found = read(calendar(event("maria", *broken), other))

    assert on_call(found, "2026-03-18T17:00Z") == "dana"


@given(
    st.binary(max_size=300)
    | st.lists(
        st.sampled_from(
            [
                *("BEGIN:VEVENT", "END:VEVENT", "UID:1", "UID:2", "SUMMARY:maria"),
                *("DTSTART:20260316T160000Z", "DTSTART;VALUE=DATE:20260317", "DTEND:20260318"),
                *("DTSTART:20260316T160000", "DURATION:P1W", "DURATION:x", "STATUS:CANCELLED"),
                *("RRULE:FREQ=DAILY", "RRULE:FREQ=MONTHLY;BYDAY=-1FR", "RRULE:", "EXDATE:2026"),
                *("RECURRENCE-ID:20260317T160000Z", "BEGIN:VTIMEZONE", "END:VTIMEZONE"),
                *("ATTENDEE:", "ATTENDEE;X=:mailto:", "RDATE;VALUE=PERIOD:20260319T000000Z/PT2H"),
                *("TZID:X", "DTSTART;TZID=X:20260316T160000", "\ud7ff", "X-PUBLISHED-TTL:PT"),
            ]
        ),
        max_size=25,
    ).map(lambda lines: "\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"]).encode())
)
@settings(max_examples=150, deadline=None)
def test_whatever_comes_it_is_read_the_same_or_refused(feed: bytes) -> None:
    def outcome() -> object:
        try:
            return read(feed)
        except FeedUnreadable as refused:
            return str(refused)

    assert outcome() == outcome()


HOURS = st.integers(0, 80).map(lambda hour: MONDAY + timedelta(hours=hour))
SHIFTS = st.lists(
    st.builds(Shift, HOURS, HOURS, st.sampled_from(["dana", "maria", "otto"]).map(AgentId)),
    max_size=12,
)


@given(SHIFTS, st.randoms(use_true_random=False))
def test_shifts_are_laid_out_in_order_within_the_time_asked_for(
    shifts: list[Shift], order: Random
) -> None:
    since, until = MONDAY + timedelta(hours=10), MONDAY + timedelta(hours=60)
    found = laid_out(shifts, since=since, until=until)

    assert all(since <= each.start < each.end <= until for each in found)
    assert all(one.end <= next_.start for one, next_ in pairwise(found))
    assert all(
        (one.end, one.member) != (next_.start, next_.member) for one, next_ in pairwise(found)
    )
    mixed = list(shifts)
    order.shuffle(mixed)
    assert laid_out(mixed, since=since, until=until) == found
    for half_hours in range(100):
        at = since + timedelta(minutes=30 * half_hours)
        assert answer(found, at) == answer([e for e in shifts if e.start < e.end], at)


def answer(shifts: Iterable[Shift], at: datetime) -> AgentId | None:
    return who(FEED, at, default_timezone="UTC", shifts=list(shifts))


@given(st.integers(0, 6), st.integers(1, 30), st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]))
@settings(max_examples=30, deadline=None)
def test_what_a_feed_says_within_a_day_does_not_change_by_itself(
    back: int, hours: int, freq: str
) -> None:
    start = datetime(2026, 2, 1 + back, 9)  # noqa: DTZ001 - a time without a zone is the point.
    rule = event(
        "maria",
        f"DTSTART:{start:%Y%m%dT%H%M%S}",
        f"DURATION:PT{hours}H",
        f"RRULE:FREQ={freq}",
    ).replace("DTEND:20260316T180000Z\n", "")

    read_at = [
        read_feed(calendar(rule), MEMBERS, schedule="m", zone=ZoneInfo(NEW_YORK), now=at)
        for at in (MONDAY.replace(hour=0), MONDAY.replace(hour=23, minute=59))
    ]

    assert read_at[0] == read_at[1]
    assert read_at[0].shifts
