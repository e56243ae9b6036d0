"""A lead for one person by name: the provider's agent, the person on call, the last owner.

Hours and limits share out leads that could be anybody's. This one is theirs, so it reaches
them off shift and full, and only a switch turned off, or having lost it before, bars them.
"""

from app.domain.lead import AgentId
from app.routing.availability import away, barred
from app.routing.decision import CHOSEN, Candidate
from app.routing.situation import Situation


def named(agent: AgentId, situation: Situation) -> Candidate:
    """Whether this person gets the lead. What would have spoken against it is noted too."""
    obstacles = barred(agent, situation)
    if obstacles:
        return Candidate(agent, False, obstacles)
    absences = away((situation.plan.people[agent],), situation)
    return Candidate(agent, True, (CHOSEN, *absences.get(agent, ())))


def person_on_call(schedule: str, situation: Situation) -> AgentId | None:
    return situation.plan.on_call(schedule, situation.question.now)


def home_team(agent: AgentId, situation: Situation) -> str | None:
    """The team whose lead it is when a person was named: the first they are a member of.

    First by name: the order of a map may not survive being stored.
    """
    teams = situation.plan.config.teams
    return min((name for name, team in teams.items() if agent in team.members), default=None)
