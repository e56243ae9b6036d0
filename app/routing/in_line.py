"""Where each member of a team stands in its line, and who is next if a lead came now."""

from datetime import UTC, datetime
from typing import NamedTuple

from app.config.condition import Features
from app.domain.lead import AgentId
from app.routing.availability import away
from app.routing.charges import goes_by_weight
from app.routing.decision import Codes
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import NEWCOMER, Roster
from app.routing.situation import Situation
from app.routing.turns import line_up

_BEFORE_EVERYONE = datetime.min.replace(tzinfo=UTC)


class Place(NamedTuple):
    """One member's place."""

    passed: int
    """Their turn number; the smallest goes first. Of who is present, as it would be now."""
    next_in_line: int | None
    """1: the next lead that everybody there could take is theirs. `None`: they are away."""
    away: Codes
    """Why they take no lead now."""


def places(team: str, plan: Plan, roster: Roster, now: datetime) -> dict[AgentId, Place]:
    """Everybody's place, in the order of the document.

    By turn alone: what a lead needs, whom its rule prefers and how loaded somebody is
    remain to be seen when it comes.
    """
    members = plan.teams[team]
    absences = away(members.values(), Situation.of(Question(Features(), now), plan, roster))
    present = [each for each in members if each not in absences]
    turns = roster.turns.get(team, {})
    floor = roster.floors.get(team, 0)
    line = line_up(
        present,
        {each: turns[each].passed for each in members if each in turns},
        floor,
        plan.config.routing.after_absence,
    )
    by_weight = goes_by_weight(team, plan.config)

    def order(agent: AgentId) -> tuple[int, int, datetime]:
        heavy = -members[agent].weight if by_weight else 0
        waiting_since = turns.get(agent, NEWCOMER).last_assigned_at or _BEFORE_EVERYONE
        return line.numbers[agent], heavy, waiting_since

    rank = {agent: at for at, agent in enumerate(sorted(present, key=order), start=1)}
    return {
        agent: Place(line.numbers.get(agent, floor), rank.get(agent), absences.get(agent, ()))
        for agent in members
    }
