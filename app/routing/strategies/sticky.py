"""The person's own agent, whenever they last asked; a round robin for whoever has none.

`identity.repeat_inquiry` keeps a person with their owner within its window. This strategy
does so beyond it, and within one team: only if their agent is of it and free.
"""

from app.routing.strategies.base import LONGEST_WAIT, TURN, Measure, Strategy

THEIR_AGENT = "their_agent"
NOT_THEIR_AGENT = "not_their_agent"

WAS_THEIRS = Measure(
    lambda contest, agents: [each == contest.former_owner for each in agents],
    first=max,
    why_not=lambda _mine, _best: NOT_THEIR_AGENT,
    why=lambda was_theirs: (THEIR_AGENT,) if was_theirs else (),
)

STRATEGY = Strategy(name="sticky", order=(WAS_THEIRS, TURN, LONGEST_WAIT))
