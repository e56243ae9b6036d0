"""Level the load: whoever has the fewest open leads takes the next one.

Ties take turns as in a round robin.
"""

from app.routing.roster import IDLE
from app.routing.strategies.base import LONGEST_WAIT, TURN, Measure, Strategy

MORE_OPEN_LEADS = "more_open_leads"

FEWEST_OPEN = Measure(
    lambda contest, agents: [contest.standings.get(each, IDLE).open_leads for each in agents],
    why_not=lambda _mine, _fewest: MORE_OPEN_LEADS,
)

STRATEGY = Strategy(name="least_loaded", order=(FEWEST_OPEN, TURN, LONGEST_WAIT))
