"""What a strategy is: a way to choose among people who could all take the lead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from app.domain.lead import AgentId
from app.routing.turns import SCALE

LATER_TURN = "later_turn"

_BEFORE_EVERYONE = datetime.min.replace(tzinfo=UTC)


class Contender(NamedTuple):
    """A person available for this lead, as strategies see them."""

    agent: AgentId
    passed: int
    last_assigned_at: datetime | None
    weight: int = 1
    open_leads: int = 0
    score: int = 0
    """How well they fit, where the strategy asks for it."""
    was_owner: bool = False
    """Whether the person was theirs when they last asked."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """`choose` gets at least one contender, in the order of the document."""

    name: str
    choose: Callable[[Sequence[Contender]], Contender]
    price: Callable[[Contender], int] = lambda _: SCALE
    """What the chosen pays in turns. Every lead that a team gives out costs something."""
    why_not: Callable[[Contender, Contender], str] = lambda _loser, _winner: LATER_TURN
    """Reason code of the first, who could have taken the lead that the second got."""
    why: Callable[[Contender], tuple[str, ...]] = lambda _: ()
    """What beside `chosen` is to be said of the winner."""
    scores: bool = False
    """It compares scores: they are worked out for the contenders."""
    offers: bool = False
    """It chooses nobody: the lead is offered to all contenders, and theirs who claims it."""


def waiting_since(contender: Contender) -> datetime:
    """When they last got a lead; who never did has waited longest of all."""
    return contender.last_assigned_at or _BEFORE_EVERYONE
