"""Who gets which lead: rules in order, and what happens when nobody is there."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from app.config.condition import Condition
from app.config.durations import Duration, parse_duration
from app.config.model import Model
from app.config.recipients import Recipient
from app.config.words import Name, Texts, Whole

Strategy = Literal[
    "round_robin", "weighted", "least_loaded", "first_to_claim", "best_match", "sticky"
]
FallbackStrategy = Literal["round_robin", "weighted", "least_loaded", "best_match", "sticky"]
MATCH = "match"
"""As the only text of a trait: the agent's must fit what this lead tells."""


class Traits(Model):
    """What an agent must or should have: texts of which all count, or `match`."""

    skills: Texts = ()
    languages: Texts = ()
    zips: Texts = ()
    licences: Texts = ()


class Score(Model):
    """What each fit is worth to `best_match`. 0: it does not count."""

    skills: Annotated[Whole, Field(ge=0)] = 1
    languages: Annotated[Whole, Field(ge=0)] = 1
    licences: Annotated[Whole, Field(ge=0)] = 1
    zips: Annotated[Whole, Field(ge=0)] = 1


class Target(Model):
    """Where a rule sends a lead: exactly one of agent, team, on_call, pond."""

    agent: str | None = None
    """An agent's id, or `from_provider`: the one whom the source named."""
    team: str | None = None
    on_call: str | None = None
    pond: str | None = None
    """A team in whose pond the lead waits, unowned, until a member claims it."""
    strategy: Strategy = "round_robin"
    require: Traits = Traits()
    """Who lacks any of these is no candidate."""
    prefer: Traits = Traits()
    """Who has these goes before who has not, where both are free."""
    score: Score = Score()
    """With `best_match`."""
    offer_for: Duration = parse_duration("2m")
    """With `first_to_claim`: how long anybody may claim it before `otherwise`."""
    otherwise: FallbackStrategy = "round_robin"
    """With `first_to_claim`: how it is given out when nobody claimed it."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        places = (self.agent, self.team, self.on_call, self.pond)
        if sum(each is not None for each in places) != 1:
            raise ValueError("give exactly one of agent, team, on_call, pond")
        said = self.model_fields_set
        if self.team is None and said & {"strategy", "require", "prefer"}:
            raise ValueError("strategy, require and prefer only go with a team")
        if self.strategy != "best_match" and "score" in said:
            raise ValueError("score only goes with strategy best_match")
        if self.strategy != "first_to_claim" and said & {"offer_for", "otherwise"}:
            raise ValueError("offer_for and otherwise only go with strategy first_to_claim")
        return self


class Rule(Model):
    """The first rule whose `when` holds decides."""

    name: Name
    when: Condition = Condition()
    to: Target


class NobodyAvailable(Model):
    """What happens to a lead for which no candidate is free."""

    to: Recipient | None = None
    """Who is told and takes it. `None`: it is only held."""
    hold_until: Literal["calendar"] | None = "calendar"
    """`calendar`: it is routed again when a candidate's hours begin."""


class Turns(Model):
    """Which leads cost a turn, beside those that were given out by turn."""

    claims: bool = True
    """A lead claimed from an offer or a pond."""
    manual_assignments: bool = False
    """A lead that a person assigned."""
    declines: bool = False
    """A lead by turn that its owner declined. `False`: they get the turn back."""


def _never(value: object) -> object:
    return None if value == "never" else value


class Routing(Model):
    """The rules; the last one takes everything that is left."""

    rules: tuple[Rule, ...]
    nobody_available: NobodyAvailable = NobodyAvailable()
    after_absence: Literal["hold_position", "catch_up", "baseline"] = "hold_position"
    """How an agent who was away returns to the turn order."""
    turns: Turns = Turns()
    off_duty_after: Annotated[Duration | None, BeforeValidator(_never)] = timedelta(minutes=15)
    """An owner who went off duty this long ago without answering loses the lead to somebody
    who is there. `never`: they keep it."""

    @model_validator(mode="after")
    def _has_rules(self) -> Self:
        if not self.rules:
            raise ValueError("give at least one rule under `rules`")
        return self
