from datetime import UTC, datetime, timedelta

import pytest

from app.domain.errors import FieldProblem, Invalid, InvalidFields
from app.domain.lead import LeadStatus
from app.sla.evidence import (
    AttemptOutcome,
    Evidence,
    check_dated,
    shown_by,
    status_after,
    stops,
)

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("stops_on", "stopped_by"),
    [
        ("acknowledged", {"acknowledged", "attempted", "connected"}),
        ("attempted", {"attempted", "connected"}),
        ("connected", {"connected"}),
    ],
)
def test_stronger_evidence_satisfies_a_weaker_demand(
    stops_on: Evidence, stopped_by: set[Evidence]
) -> None:
    shown: tuple[Evidence, ...] = ("acknowledged", "attempted", "connected")

    assert {each for each in shown if stops(stops_on, each)} == stopped_by


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [
        ("no_answer", "attempted"),
        ("voicemail", "attempted"),
        ("sent", "attempted"),
        ("bad_contact", "attempted"),
        ("connected", "connected"),
    ],
)
def test_every_attempt_is_an_attempt_even_at_a_wrong_number(
    outcome: AttemptOutcome, shown: Evidence
) -> None:
    assert shown_by(outcome) == shown


@pytest.mark.parametrize("at", [NOON, LATER, LATER + timedelta(seconds=60)])
def test_evidence_since_the_arrival_is_believed(at: datetime) -> None:
    check_dated(at, received_at=NOON, now=LATER)


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        (NOON - timedelta(seconds=1), "is before the lead was received"),
        (LATER + timedelta(seconds=61), "lies in the future"),
    ],
)
def test_evidence_from_before_the_lead_or_from_the_future_is_refused(
    at: datetime, problem: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        check_dated(at, received_at=NOON, now=LATER)

    assert isinstance(refusal.value, InvalidFields)
    assert refusal.value.errors == (FieldProblem("at", problem),)


@pytest.mark.parametrize(
    ("before", "outcome", "after"),
    [
        ("new", "no_answer", "attempted"),
        ("new", "bad_contact", "attempted"),
        ("new", "connected", "contacted"),
        ("attempted", "voicemail", "attempted"),
        ("attempted", "connected", "contacted"),
        ("contacted", "no_answer", "contacted"),
        ("appointment", "connected", "appointment"),
        ("lost", "connected", "lost"),
    ],
)
def test_an_attempt_moves_the_status_forward_only(
    before: str, outcome: AttemptOutcome, after: str
) -> None:
    assert status_after(LeadStatus(before), outcome) == LeadStatus(after)
