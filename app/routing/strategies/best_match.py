"""Who fits best: skills, languages, licences and zips scored by what the document makes them worth.

A fit counts only where the lead tells of it: its kind as a skill, its language, its state as
a licence, its zip. Between equals it goes by turn, and every lead costs a turn, so those who
always tie share alike.
"""

from app.routing.strategies.base import LONGEST_WAIT, TURN, Measure, Strategy

LOWER_SCORE = "lower_score"
SCORE = "score"

HIGHEST_SCORE = Measure(
    lambda contest, agents: contest.scores(agents),
    first=max,
    why_not=lambda mine, highest: f"{LOWER_SCORE}:{mine}<{highest}",
    why=lambda highest: (f"{SCORE}:{highest}",),
)

STRATEGY = Strategy(name="best_match", order=(HIGHEST_SCORE, TURN, LONGEST_WAIT))
