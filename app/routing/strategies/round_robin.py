"""Everybody takes turns, one lead each, whatever their weight.

The smallest turn number; ties by longest wait, then by the order of the document.
"""

from app.routing.strategies.base import LONGEST_WAIT, TURN, Strategy

STRATEGY = Strategy(name="round_robin", order=(TURN, LONGEST_WAIT))
