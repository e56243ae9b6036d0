"""Turns in proportion to weight: weight 2 gets two leads for each one of weight 1."""

from collections.abc import Sequence
from datetime import datetime

from app.routing.strategies.base import Contender, Strategy, waiting_since
from app.routing.turns import price


def weighted(contenders: Sequence[Contender]) -> Contender:
    """The smallest turn number; ties by weight, then wait, then order of the document.

    Weight goes before wait, unlike in a round robin: with wait first, a team of weights 2 and
    1 has windows that are one and a half leads per unit of weight off. In this order every
    window stays within one, not just every count from the start.
    """
    return min(contenders, key=_turn)


def _turn(contender: Contender) -> tuple[int, int, datetime]:
    return contender.passed, -contender.weight, waiting_since(contender)


def _price(contender: Contender) -> int:
    return price(contender.weight)


STRATEGY = Strategy(name="weighted", choose=weighted, price=_price)
