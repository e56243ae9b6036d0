"""Level the load: whoever has the fewest open leads takes the next one."""

from collections.abc import Sequence
from datetime import datetime

from app.routing.strategies.base import LATER_TURN, Contender, Strategy, waiting_since


def least_loaded(contenders: Sequence[Contender]) -> Contender:
    """The fewest open leads; ties take turns as in a round robin."""
    return min(contenders, key=_load)


def _load(contender: Contender) -> tuple[int, int, datetime]:
    return contender.open_leads, contender.passed, waiting_since(contender)


def _why_not(loser: Contender, winner: Contender) -> str:
    return "more_open_leads" if loser.open_leads > winner.open_leads else LATER_TURN


STRATEGY = Strategy(name="least_loaded", choose=least_loaded, why_not=_why_not)
