"""Who fits best: skills, languages, licences and zips scored by what the document makes them worth.

A fit counts only where the lead tells of it: its kind as a skill, its language, its state as
a licence, its zip. Between equals it goes by turn, and every lead costs a turn, so those who
always tie share alike.
"""

from collections.abc import Sequence
from datetime import datetime

from app.routing.strategies.base import LATER_TURN, Contender, Strategy, waiting_since


def best_match(contenders: Sequence[Contender]) -> Contender:
    """The highest score; ties take turns as in a round robin."""
    return min(contenders, key=_rank)


def _rank(contender: Contender) -> tuple[int, int, datetime]:
    return -contender.score, contender.passed, waiting_since(contender)


def _why_not(loser: Contender, winner: Contender) -> str:
    if loser.score < winner.score:
        return f"lower_score:{loser.score}<{winner.score}"
    return LATER_TURN


def _why(winner: Contender) -> tuple[str, ...]:
    return (f"score:{winner.score}",)


STRATEGY = Strategy(name="best_match", choose=best_match, why_not=_why_not, why=_why, scores=True)
