"""Turns, handovers and overrides, by example."""

from datetime import datetime
from typing import Any

import pytest

from app.config.people import OnCall
from app.domain.lead import AgentId
from app.hours.oncall import who
from tests.hours.calendars import NEW_YORK, instant


def on_call(timezone: str | None = NEW_YORK, **rest: Any) -> OnCall:
    return OnCall.model_validate({"timezone": timezone, **rest})


def rotation(every: str, starts: str, *members: str) -> dict[str, Any]:
    return {"every": every, "starts": starts, "members": members}


MANAGERS = on_call(
    rotation=rotation("1w", "2026-01-05T08:00", "maria", "otto"),
    overrides=[
        {"from": "2026-11-26T00:00", "to": "2026-11-27T00:00", "member": "otto"},
        {"from": "2026-11-26T12:00", "to": "2026-11-28T00:00", "member": "dana"},
    ],
)
THREE_DAYS = on_call(rotation=rotation("1d", "2026-03-01T02:30", "ann", "bob", "cy"))
FOLDED = on_call(rotation=rotation("1d", "2026-10-01T01:30", "ann", "bob"))
SHIFTS = on_call(rotation=rotation("12h", "2026-03-02T08:00", "day", "night"))
FEED = on_call(
    ical="https://calendar.example.com/on-call.ics",
    overrides=[{"from": "2026-11-26T00:00", "to": "2026-11-27T00:00", "member": "otto"}],
)

EXAMPLES = [
    (MANAGERS, "2026-01-05T08:00-05:00", "maria", "the first turn begins"),
    (MANAGERS, "2026-01-12T07:59:59-05:00", "maria", "its last second"),
    (MANAGERS, "2026-01-12T08:00-05:00", "otto", "the first handover"),
    (MANAGERS, "2026-01-19T08:00-05:00", "maria", "and around again"),
    (MANAGERS, "2025-12-31T08:00-05:00", "maria", "before it starts, the first member"),
    (MANAGERS, "2026-03-09T07:59:59-04:00", "maria", "summer: still eight o'clock"),
    (MANAGERS, "2026-03-09T08:00-04:00", "otto", "summer: at eight o'clock"),
    (MANAGERS, "2026-11-02T07:59:59-05:00", "maria", "winter: still eight o'clock"),
    (MANAGERS, "2026-11-02T08:00-05:00", "otto", "winter: at eight o'clock"),
    (MANAGERS, "2026-11-25T23:59:59-05:00", "maria", "before the override"),
    (MANAGERS, "2026-11-26T00:00-05:00", "otto", "the override begins"),
    (MANAGERS, "2026-11-26T13:00-05:00", "otto", "of two overrides the first wins"),
    (MANAGERS, "2026-11-27T00:00-05:00", "dana", "the first has ended"),
    (MANAGERS, "2026-11-28T00:00-05:00", "maria", "both have ended"),
    (THREE_DAYS, "2026-03-08T01:59:59-05:00", "ann", "before the skipped 02:30"),
    (THREE_DAYS, "2026-03-08T03:00-04:00", "bob", "handed over at once after the gap"),
    (THREE_DAYS, "2026-03-09T02:30-04:00", "cy", "and at 02:30 the next day"),
    (FOLDED, "2026-11-01T01:29:59-04:00", "ann", "before the first 01:30"),
    (FOLDED, "2026-11-01T01:30-04:00", "bob", "handed over at the first 01:30"),
    (FOLDED, "2026-11-01T01:10-05:00", "bob", "not handed back when 01:10 comes again"),
    (FOLDED, "2026-11-02T01:29:59-05:00", "bob", "until the next 01:30"),
    (FOLDED, "2026-11-02T01:30-05:00", "ann", "then the next"),
    (SHIFTS, "2026-03-08T07:59-04:00", "night", "a night of eleven hours"),
    (SHIFTS, "2026-03-08T08:00-04:00", "day", "shifts stay at eight and eight"),
    (SHIFTS, "2026-03-08T20:00-04:00", "night", "both of them"),
    (FEED, "2026-11-26T13:00-05:00", "otto", "overrides of a feed count"),
    (FEED, "2026-11-28T13:00-05:00", None, "feeds are not read here"),
]


@pytest.mark.parametrize(
    ("schedule", "at", "expected"),
    [pytest.param(*row, id=f"{row[1]} {why}") for *row, why in EXAMPLES],
)
def test_one_person_is_on_call(schedule: OnCall, at: str, expected: AgentId | None) -> None:
    assert who(schedule, instant(at), default_timezone="UTC") == expected


def test_a_schedule_without_a_zone_is_in_the_organizations() -> None:
    schedule = on_call(timezone=None, rotation=rotation("1d", "2026-01-01T00:00", "ann", "bob"))
    at = instant("2026-01-01T23:30-05:00")

    assert who(schedule, at, default_timezone=NEW_YORK) == "ann"
    assert who(schedule, at, default_timezone="UTC") == "bob"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        who(MANAGERS, datetime(2026, 11, 4, 12), default_timezone="UTC")  # noqa: DTZ001 - on purpose
