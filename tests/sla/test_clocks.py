from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.config.calendars import Calendar
from app.config.condition import Features
from app.config.document import Config
from app.config.sla import SlaPolicy, Step
from app.hours.opening import Opening
from app.sla.clocks import NewClock, acknowledge_by, clocks, policy_for

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
STEPS = [
    {"name": "nudge", "after": "3m", "remind": "owner"},
    {"name": "manager", "after": "5m", "escalate": "manager"},
    {"name": "director", "after": "1h", "escalate": {"agent": "maria"}},
]
OFFICE = {"timezone": "America/New_York", "weekly": {"mon-fri": ["08:00-20:00"]}}


def a_policy(**parts: Any) -> SlaPolicy:
    return SlaPolicy.model_validate({"name": "speed", "steps": STEPS} | parts)


def a_document(*policies: dict[str, Any]) -> Config:
    return Config.model_validate(
        {
            "organization": {"name": "Harborline"},
            "calendars": {"office": OFFICE},
            "agents": [{"id": "maria", "name": "Maria", "role": "manager"}],
            "routing": {"rules": [{"name": "all", "to": {"agent": "maria"}}]},
            "sla": list(policies),
        }
    )


def due(policy: SlaPolicy, started_at: datetime) -> list[datetime]:
    calendars = {
        name: Opening.of(calendar, default_timezone="UTC")
        for name, calendar in a_document().calendars.items()
    }
    return [clock.due_at for clock in clocks(policy, calendars, started_at)]


def test_every_step_of_the_policy_is_a_clock() -> None:
    def clock(step: str, position: int, action: Any, minutes: int) -> NewClock:
        return NewClock("speed", step, position, action, NOON, NOON + timedelta(minutes=minutes))

    assert clocks(a_policy(), {}, NOON) == (
        clock("nudge", 0, "remind", 3),
        clock("manager", 1, "escalate", 5),
        clock("director", 2, "escalate", 60),
    )


@pytest.mark.parametrize(
    ("received", "due_at"),
    [
        pytest.param("2026-03-13 10:00", "2026-03-13 10:05", id="in open hours"),
        pytest.param("2026-03-13 19:58", "2026-03-16 08:03", id="across the weekend"),
        pytest.param("2026-03-14 12:00", "2026-03-16 08:05", id="on a closed day"),
        pytest.param("2026-03-06 19:58", "2026-03-09 08:03", id="across the change to summer time"),
    ],
)
def test_a_policy_may_run_in_a_calendars_open_hours(received: str, due_at: str) -> None:
    assert due(a_policy(clock="office"), _local(received))[1] == _local(due_at)


def test_a_calendar_closed_for_over_a_year_does_not_leave_a_lead_without_deadline() -> None:
    closed = [NOON.date() + timedelta(days=each) for each in range(-7, 800)]
    calendar = Calendar.model_validate(OFFICE | {"closed": closed})

    never = {"office": Opening.of(calendar, default_timezone="UTC")}

    assert clocks(a_policy(clock="office"), never, NOON) == clocks(a_policy(), {}, NOON)


def test_the_first_policy_that_fits_counts() -> None:
    rental = {"name": "rentals", "when": {"kind": "renter"}, "steps": STEPS}
    other = {"name": "others", "when": {"status": "new"}, "steps": STEPS}
    document = a_document(rental, other)

    assert policy_for(Features(kind="renter"), document) == document.sla[0]
    assert policy_for(Features(kind="buyer"), document) == document.sla[1]
    assert policy_for(Features(kind="buyer", status="contacted"), document) is None


def test_an_escalation_waits_for_its_acknowledgement_in_real_time() -> None:
    patient = {"name": "a", "after": "5m", "escalate": "manager"}
    impatient = patient | {"acknowledge_within": "5m", "then": {"agent": "maria"}}

    assert acknowledge_by(Step.model_validate(patient), NOON) is None
    assert acknowledge_by(Step.model_validate(impatient), NOON) == NOON + timedelta(minutes=5)


def _local(text: str) -> datetime:
    """A time on the wall in New York, in March 2026: summer time since the 8th."""
    wall = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    return wall + timedelta(hours=5 if wall < datetime(2026, 3, 8, tzinfo=UTC) else 4)
