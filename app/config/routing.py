"""Who gets which lead: rules in order, and what happens when nobody is there."""

from typing import Literal, Self

from pydantic import model_validator

from app.config.condition import Condition
from app.config.model import Model
from app.config.recipients import Recipient
from app.config.words import Name, Texts

Strategy = Literal[
    "round_robin", "weighted", "least_loaded", "first_to_claim", "best_match", "sticky"
]
MATCH = "match"
"""As the only text of a trait: the agent's must fit what this lead tells."""


class Traits(Model):
    """What an agent must or should have: texts of which all count, or `match`."""

    skills: Texts = ()
    languages: Texts = ()
    zips: Texts = ()
    licences: Texts = ()


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

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        places = (self.agent, self.team, self.on_call, self.pond)
        if sum(each is not None for each in places) != 1:
            raise ValueError("give exactly one of agent, team, on_call, pond")
        if self.team is None and self.model_fields_set & {"strategy", "require", "prefer"}:
            raise ValueError("strategy, require and prefer only go with a team")
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


class Routing(Model):
    """The rules; the last one takes everything that is left."""

    rules: tuple[Rule, ...]
    nobody_available: NobodyAvailable = NobodyAvailable()
    after_absence: Literal["hold_position", "catch_up", "baseline"] = "hold_position"
    """How an agent who was away returns to the turn order."""

    @model_validator(mode="after")
    def _has_rules(self) -> Self:
        if not self.rules:
            raise ValueError("give at least one rule under `rules`")
        return self
