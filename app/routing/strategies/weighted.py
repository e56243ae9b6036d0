"""Turns in proportion to weight: weight 2 gets two leads for each one of weight 1.

The smallest turn number; ties by weight, then wait, then order of the document. Weight goes
before wait, unlike in a round robin: with wait first, a team of weights 2 and 1 has windows
that are one and a half leads per unit of weight off. In this order every window stays within
one, not just every count from the start.
"""

from app.routing.strategies.base import LONGEST_WAIT, TURN, Measure, Strategy
from app.routing.turns import price

HEAVIEST = Measure(
    lambda contest, agents: [contest.members[each].weight for each in agents], first=max
)

STRATEGY = Strategy(name="weighted", order=(TURN, HEAVIEST, LONGEST_WAIT), price=price)
