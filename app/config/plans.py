"""Follow-up plans: what to do about a lead on which day, until something happens."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from app.config.condition import Condition
from app.config.durations import Duration, parse_duration
from app.config.model import Model
from app.config.times import Weekday, parse_minute
from app.config.words import Count, Name

StopsOn = Literal[
    "acknowledged", "attempted", "connected", "reply", "converted", "lost", "appointment", "opt_out"
]


@dataclass(frozen=True, slots=True)
class Days:
    """A range of days, both included. Day 1 is the day the lead came in."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class CallAt:
    """When on its day a call is due: so long after the lead came, or at a time of day."""

    after: timedelta | None = None
    """`at_once` is no time at all after."""
    minute: int | None = None
    """Minutes since midnight, in the lead's zone."""


def _days(value: object) -> object:
    if isinstance(value, Days):
        return value
    first, _, last = value.partition("-") if isinstance(value, str) else ("", "", "")
    if not (first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last) <= 3650):
        raise ValueError('write a range of days as "2-5"')
    return Days(int(first), int(last))


def _call_at(value: object) -> object:
    if isinstance(value, CallAt):
        return value
    if value == "at_once":
        return CallAt(after=timedelta(0))
    if isinstance(value, str) and value.startswith("+"):
        return CallAt(after=parse_duration(value[1:]))
    try:
        return CallAt(minute=parse_minute(value))
    except ValueError as error:
        raise ValueError('write at_once, "+5m" or a time such as "11:00"') from error


def _listed_times(value: object) -> object:
    return {"at": value} if isinstance(value, list | tuple) else value


class Calls(Model):
    """When to call: at each time of `at`; with `per_week`, on that many days of `on`."""

    at: Annotated[tuple[Annotated[CallAt, BeforeValidator(_call_at)], ...], Field(min_length=1)]
    per_week: Annotated[Count, Field(le=7)] | None = None
    on: tuple[Weekday, ...] = ()

    @model_validator(mode="after")
    def _fits_the_week(self) -> Self:
        if self.per_week and self.on and self.per_week > len(self.on):
            raise ValueError("`per_week` is more than the days that `on` names")
        return self


class PlanStep(Model):
    """One line of a plan: when (day, days, month or every) and what (call, email, sms)."""

    day: Annotated[Count, Field(le=3650)] | None = None
    days: Annotated[Days, BeforeValidator(_days)] | None = None
    month: Annotated[Count, Field(le=120)] | None = None
    """Months after the lead came in, on the same day of the month."""
    every: Duration | None = None
    from_: Duration | None = Field(default=None, alias="from")
    until: Duration | None = None
    """`every` begins `from` after the lead came in, and ends `until` after it."""
    call: Annotated[Calls, BeforeValidator(_listed_times)] | None = None
    email: str | None = None
    """Name of a template."""
    sms: str | None = None
    after_call: Count | None = None
    """Sent once so many calls of that day went unanswered."""
    voicemail_on: Count | None = None
    """Which call of that day leaves a voicemail, counted from 1."""

    @model_validator(mode="after")
    def _has_a_when_and_a_what(self) -> Self:
        whens = (self.day, self.days, self.month, self.every)
        if sum(each is not None for each in whens) != 1:
            raise ValueError("give exactly one of day, days, month, every")
        if self.call is None and self.email is None and self.sms is None:
            raise ValueError("a step does something: give call, email or sms")
        if self.every is None and (self.from_ or self.until):
            raise ValueError("`from` and `until` only go with `every`")
        return self


class FollowUpPlan(Model):
    """What is done about leads that `when` describes, until one of `stops_on` happens."""

    name: Name
    when: Condition = Condition()
    stops_on: tuple[StopsOn, ...] = ("connected", "reply", "converted", "lost", "opt_out")
    steps: Annotated[tuple[PlanStep, ...], Field(min_length=1)]
