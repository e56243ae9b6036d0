"""When an owner counts as gone, and when they are looked at."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.routing.duty import first_look_at, look
from app.routing.plan import Plan
from app.routing.roster import Standing
from tests.routing.office import DANA, MARIA, NOON, an_office, hours

GRACE = timedelta(minutes=15)
CLOSING = datetime(2026, 3, 10, 20, tzinfo=UTC)
"""Dana works from 8 to 20, Monday to Friday; this is a Tuesday."""

ON = Standing(DANA)
OFF = Standing(DANA, available=False)


def a_plan(**routing: Any) -> Plan:
    config = an_office(routing=routing)
    return Plan.of(config, hours(config))


PLAN = a_plan()


def test_the_first_look_is_the_grace_period_after_the_next_closing() -> None:
    assert first_look_at(DANA, PLAN, NOON) == CLOSING + GRACE


def test_who_is_out_of_their_hours_is_expected_at_the_next_opening() -> None:
    assert first_look_at(DANA, PLAN, CLOSING) == CLOSING + timedelta(days=1) + GRACE


def test_who_has_no_hours_is_never_out_of_them() -> None:
    assert first_look_at(MARIA, PLAN, NOON) is None
    assert look(MARIA, Standing(MARIA), PLAN, NOON) == (False, None)


def test_who_never_closes_is_looked_at_every_week() -> None:
    always = {"timezone": "UTC", "weekly": {"mon-sun": ["00:00-24:00"]}}
    config = an_office(calendars={"day": always, "night": always})
    plan = Plan.of(config, hours(config))

    assert first_look_at(DANA, plan, NOON) == NOON + timedelta(weeks=1) + GRACE


def test_whoever_is_there_has_not_gone() -> None:
    assert look(DANA, ON, PLAN, NOON) == (False, CLOSING + GRACE)


def test_whoever_has_only_just_closed_is_given_time() -> None:
    assert look(DANA, ON, PLAN, CLOSING) == (False, CLOSING + GRACE)
    assert look(DANA, ON, PLAN, CLOSING + GRACE - timedelta(seconds=1)).gone is False


def test_whoever_closed_as_long_ago_as_the_grace_period_has_gone() -> None:
    assert look(DANA, ON, PLAN, CLOSING + GRACE).gone is True
    assert look(DANA, ON, PLAN, CLOSING + timedelta(hours=5)).gone is True


def test_who_is_switched_off_has_gone_when_they_are_looked_at() -> None:
    assert look(DANA, OFF, PLAN, NOON) == (True, CLOSING + GRACE)


def test_an_absence_that_has_ended_is_none() -> None:
    back = Standing(DANA, available=False, until=NOON)

    assert look(DANA, back, PLAN, NOON).gone is False


def test_whoever_the_document_names_no_more_has_gone() -> None:
    assert look(DANA, ON, Plan.of(an_office(agents=_without_dana(), teams={}), {}), NOON).gone


def _without_dana() -> list[dict[str, Any]]:
    return [{"id": "ben"}]


def test_by_a_document_that_says_never_nobody_goes() -> None:
    never = a_plan(off_duty_after="never")

    assert look(DANA, OFF, never, NOON) == (False, None)
    assert first_look_at(DANA, never, NOON) is None


@given(st.integers(0, 60 * 24 * 14))
def test_the_next_look_always_lies_ahead(minutes: int) -> None:
    at = NOON + timedelta(minutes=minutes)

    for standing in (ON, OFF):
        seen = look(DANA, standing, PLAN, at)
        assert seen.next_at is not None
        assert seen.next_at > at


@given(st.integers(0, 60 * 24 * 14))
def test_who_goes_is_closed_and_was_for_the_whole_grace_period(minutes: int) -> None:
    at = NOON + timedelta(minutes=minutes)
    opening = PLAN.calendars["day"]

    was_there = opening.is_open(at) or opening.elapsed(at - GRACE, at) > timedelta(0)

    assert look(DANA, ON, PLAN, at).gone is not was_there
