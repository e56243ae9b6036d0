"""The person's own agent, whenever they last asked; a round robin for whoever has none.

`identity.repeat_inquiry` keeps a person with their owner within its window. This strategy
does so beyond it, and within one team: only if their agent is of it and free.
"""

from collections.abc import Sequence
from datetime import datetime

from app.routing.strategies.base import LATER_TURN, Contender, Strategy, waiting_since


def sticky(contenders: Sequence[Contender]) -> Contender:
    """Whose the person was; else the smallest turn number, ties by longest wait."""
    return min(contenders, key=_rank)


def _rank(contender: Contender) -> tuple[bool, int, datetime]:
    return not contender.was_owner, contender.passed, waiting_since(contender)


def _why_not(loser: Contender, winner: Contender) -> str:
    del loser
    return "not_their_agent" if winner.was_owner else LATER_TURN


def _why(winner: Contender) -> tuple[str, ...]:
    return ("their_agent",) if winner.was_owner else ()


STRATEGY = Strategy(name="sticky", choose=sticky, why_not=_why_not, why=_why)
