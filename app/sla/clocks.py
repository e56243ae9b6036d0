"""Which deadlines does a lead have? One clock for each step of the policy that fits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.config.condition import Features
from app.config.document import Config
from app.config.sla import SlaPolicy, Step
from app.hours.opening import NeverOpens, Opening

ALWAYS = "always"

Action = Literal["remind", "escalate"]


@dataclass(frozen=True, slots=True)
class NewClock:
    """One deadline to write down."""

    policy: str
    step: str
    position: int
    """The place of the step in its policy, from 0: steps may be due at the same instant."""
    action: Action
    started_at: datetime
    due_at: datetime


def policy_for(features: Features, config: Config) -> SlaPolicy | None:
    """The first policy whose `when` holds. `None`: this lead has no deadline."""
    return next((policy for policy in config.sla if policy.when.why_not(features) is None), None)


def policy_until_known(features: Features, config: Config) -> SlaPolicy | None:
    """The policy for a lead of which only an id came: what it is nobody knows yet.

    Where none fits what is known it is the last one, by custom the most general: a lead that
    can never be fetched must be heard of.
    """
    return policy_for(features, config) or next(reversed(config.sla), None)


def clocks(
    policy: SlaPolicy, calendars: Mapping[str, Opening], started_at: datetime
) -> tuple[NewClock, ...]:
    """The policy's clocks for a lead received at `started_at`, in the order of its steps."""
    calendar = None if policy.clock == ALWAYS else calendars[policy.clock]
    return tuple(
        NewClock(
            policy=policy.name,
            step=step.name,
            position=position,
            action=action_of(step),
            started_at=started_at,
            due_at=_due_at(calendar, started_at, step.after),
        )
        for position, step in enumerate(policy.steps)
    )


def action_of(step: Step) -> Action:
    return "escalate" if step.remind is None else "remind"


def acknowledge_by(step: Step, told_at: datetime) -> datetime | None:
    """When an escalation goes on to the step's `then`. `None`: it never does.

    In real time, whatever the policy's clock: whoever was told just now can answer now.
    """
    return None if step.acknowledge_within is None else told_at + step.acknowledge_within


def _due_at(calendar: Opening | None, started_at: datetime, after: timedelta) -> datetime:
    if calendar is None:
        return started_at + after
    try:
        return calendar.add(started_at, after)
    except NeverOpens:
        # Closed for more than a year: better a deadline too early than a lead with none.
        return started_at + after
