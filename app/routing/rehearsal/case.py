"""The words of a rehearsal: a lead to be routed again, what really became of it, how it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.config.condition import Features
from app.domain.lead import AgentId, LeadId

FeaturesAt = Callable[[datetime], Features]
"""What the rules may ask about a lead that is looked at again, at some instant."""


class Asking(NamedTuple):
    """One lead to be routed, and everything that the rules may ask about it."""

    lead: LeadId
    received_at: datetime
    """When this was asked."""
    features: Features
    again: FeaturesAt
    known_since: datetime
    """When the person asked first: of those who wait, who came first is first."""


class Really(NamedTuple):
    """What was really decided about it at that instant."""

    owner: AgentId | None
    rule: str | None = None
    is_claimable: bool = False
    """It was offered to all at once, or went into a pond: nobody had to be waited for."""


class Before(NamedTuple):
    """Where a person who asks again stood."""

    owner: AgentId | None
    """Whose they really were."""
    was_open: bool
    keep: bool
    """By the document rehearsed, they stay with their owner if they can."""


@dataclass(slots=True, eq=False)
class Case:
    """A lead that goes, or may yet go, another way than it really went."""

    asking: Asking
    rule: str | None = None
    reason: str = ""
    owner: AgentId | None = None
    """Who has it in the rehearsal."""
    team: str | None = None
    really: AgentId | None = None
    """Who really has it."""
    was: AgentId | None = None
    """Who really was the first to have it."""
    would_be: AgentId | None = None
    """Who is the first to have it in the rehearsal."""
    given_at: datetime | None = None
    """When they were given it there."""
    is_settled: bool = False
    """Whether it was counted who had it first."""

    def rest(self) -> None:
        """It is counted and has an owner: keep no more than whose it is.

        Of a draft that changes every owner there is one of these for each lead.
        """
        self.reason = ""
        self.asking = self.asking._replace(features=_NOTHING, again=_nothing)


_NOTHING = Features()


def _nothing(_: datetime) -> Features:
    return _NOTHING


class Settled(NamedTuple):
    """One lead, once it is known who had it first, and who would have."""

    lead: LeadId
    received_at: datetime
    was: AgentId | None
    would_be: AgentId | None
    rule: str | None
    reason: str
    """Of the decision that the rehearsal came to last."""
    given_at: datetime | None
    """When the rehearsal gave it to `would_be`."""
    is_claimable: bool = False
    """It is still on offer, or in a pond."""
