"""By when a lead must be answered, and what happens if it is not."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.config.condition import Condition
from app.config.durations import Duration
from app.config.model import Model
from app.config.recipients import Recipient
from app.config.words import Name, Texts, Whole


class Step(Model):
    """One deadline: either a reminder, or an escalation."""

    name: Name
    after: Duration
    """Since the lead was received, in the policy's clock."""
    remind: Recipient | None = None
    escalate: Recipient | None = None
    via: Texts = ()
    """Channels to use. Empty: each recipient's own `reach`."""
    acknowledge_within: Duration | None = None
    """An escalation that nobody acknowledges by then goes on to `then`."""
    then: Recipient | None = None
    reassign: bool = False
    """When this step is due the lead is taken from its owner, who did not answer, and routed
    anew: to anybody but those who have lost it. Who is told hears of it all the same."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if (self.remind is None) == (self.escalate is None):
            raise ValueError("a step either has `remind` or `escalate`")
        if (self.then is None) != (self.acknowledge_within is None):
            raise ValueError("`then` and `acknowledge_within` go together")
        return self


class Reassign(Model):
    """Limits on taking a lead away from its owner by automation."""

    at_most: Annotated[Whole, Field(ge=0)] = 2
    """Times per lead, for a missed deadline or because its owner went off duty."""
    never_for_sources: Texts = ()
    """Sources that forbid passing their leads on: the owner keeps them, and one that is
    declined is given to somebody else by a person only."""


class SlaPolicy(Model):
    """Deadlines for the leads that `when` describes; the first policy that fits counts."""

    name: Name
    when: Condition = Condition()
    clock: str = "always"
    """`always`, or the calendar in whose hours the clock runs."""
    stops_on: Literal["acknowledged", "attempted", "connected"] = "attempted"
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    reassign: Reassign = Reassign()

    def step(self, name: str) -> Step | None:
        """The step of that name."""
        return next((step for step in self.steps if step.name == name), None)

    @model_validator(mode="after")
    def _steps_ascend(self) -> Self:
        latest = timedelta(0)
        for step in self.steps:
            if step.after < latest:
                raise ValueError(f"step {step.name} comes too late: sort the steps by `after`")
            latest = step.after
        return self
