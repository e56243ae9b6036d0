"""Everybody who could take it is offered the lead at once; whoever claims it first has it.

When nobody has claimed it in time, it is given out by another strategy. An offer costs no
turn; a claim does, if `routing.turns.claims` says so.
"""

from app.routing.strategies.base import Strategy

OFFERED = "offered"

STRATEGY = Strategy(name="first_to_claim", order=(), offers=True)
