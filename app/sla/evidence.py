"""What counts as an answer: which acts of a person stop a clock of which policy.

Only people give evidence. An automatic message is none, so it never gets here.
"""

from datetime import datetime, timedelta
from typing import Literal

from app.domain.errors import FieldProblem, InvalidFields
from app.domain.lead import LeadStatus

Evidence = Literal["acknowledged", "attempted", "connected"]
"""From weak to strong: "I have it", "I tried", "we spoke"."""

AttemptOutcome = Literal["no_answer", "voicemail", "connected", "sent", "bad_contact"]

_STRENGTH: dict[Evidence, int] = {"acknowledged": 1, "attempted": 2, "connected": 3}

CLOCK_SKEW = timedelta(seconds=60)
"""How far ahead of ours another system's clock may be before we stop believing it."""


def shown_by(outcome: AttemptOutcome) -> Evidence:
    """What an attempt proves.

    A wrong number is an attempt too: the agent did act, and no clock should punish them
    for what the lead wrote into the form.
    """
    return "connected" if outcome == "connected" else "attempted"


def stops(stops_on: Evidence, shown: Evidence) -> bool:
    """Whether `shown` satisfies a policy that waits for `stops_on`: stronger always does."""
    return _STRENGTH[shown] >= _STRENGTH[stops_on]


def check_dated(at: datetime, *, received_at: datetime, now: datetime) -> None:
    """Refuse evidence from before the lead came, or from the future: `InvalidFields`."""
    if at < received_at:
        raise _wrong("is before the lead was received")
    if at > now + CLOCK_SKEW:
        raise _wrong("lies in the future")


def status_after(status: LeadStatus, outcome: AttemptOutcome) -> LeadStatus:
    """The lead's status once an attempt is recorded: forward only, never re-opening a lead."""
    if status not in {LeadStatus.NEW, LeadStatus.ATTEMPTED}:
        return status
    return LeadStatus.CONTACTED if outcome == "connected" else LeadStatus.ATTEMPTED


def _wrong(problem: str) -> InvalidFields:
    return InvalidFields((FieldProblem("at", problem),))
