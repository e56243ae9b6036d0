"""Who gets this lead? One pure question, one answer, always with its reasons."""

from app.routing.decision import Decision
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.returning import keep_owner
from app.routing.roster import Roster
from app.routing.rules import Match, first_match
from app.routing.situation import Situation
from app.routing.staying import stay
from app.routing.targets import send


def route(question: Question, *, plan: Plan, roster: Roster) -> Decision:
    """Decide, and change nothing: `roster.take` applies the decision."""
    situation = Situation.of(question, plan, roster)
    owner = question.returning_owner
    known = None if owner is None else keep_owner(owner, situation)
    if isinstance(known, Decision):
        return known
    match = first_match(plan.rules, question.features)
    if known is not None:
        match = Match(match.rule, (known, *match.trail))
    return stay(send(match, situation), match, question.holder)
