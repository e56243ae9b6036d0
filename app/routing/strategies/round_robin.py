"""Everybody takes turns, one lead each, whatever their weight."""

from collections.abc import Sequence
from datetime import datetime

from app.routing.strategies.base import Contender, Strategy, waiting_since


def round_robin(contenders: Sequence[Contender]) -> Contender:
    """The smallest turn number; ties by longest wait, then by the order of the document."""
    return min(contenders, key=_turn)


def _turn(contender: Contender) -> tuple[int, datetime]:
    return contender.passed, waiting_since(contender)


STRATEGY = Strategy(name="round_robin", choose=round_robin)
