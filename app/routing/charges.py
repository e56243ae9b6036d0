"""What a lead costs that was not given out by turn, and which turn is given back.

A claim or a person's assignment may cost a turn as well (`routing.turns`): the agent moves
in their team's line as if the lead had come by turn. A lead by turn that its owner declined
may be given back: then they stand as if it had never come.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.config.document import Config
from app.domain.lead import AgentId
from app.routing.availability import away
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster, Turn
from app.routing.situation import Situation
from app.routing.turns import SCALE, line_up, price


def goes_by_weight(team: str, config: Config) -> bool:
    """Whether some rule gives this team's leads out in proportion to weight."""
    targets = [rule.to for rule in config.routing.rules if rule.to.team == team]
    return any(
        "weighted" in {to.strategy, to.otherwise if to.strategy == "first_to_claim" else None}
        for to in targets
    )


def cost_of_one(team: str, agent: AgentId, plan: Plan) -> int:
    """What one lead costs this member: by weight where the team's leads go by weight."""
    return price(plan.people[agent].weight) if goes_by_weight(team, plan.config) else SCALE


def charge(team: str | None, agent: AgentId, question: Question, plan: Plan, roster: Roster) -> int:
    """Let the agent pay one turn, and answer its price.

    First they get in line as by a decision: a newcomer at the floor, and whoever was away as
    `routing.after_absence` says; or a lead claimed on return would cost nothing. The floor
    stays: only what is given out by turn raises it. 0: they are no member of the team, and
    so have no turns to pay with.
    """
    members = plan.teams.get(team) if team is not None else None
    if team is None or members is None or agent not in members:
        return 0
    absences = away(members.values(), Situation.of(question, plan, roster))
    turns = roster.turns.get(team, {})
    line = line_up(
        # Whoever takes a lead is there, whatever their calendar says.
        [each for each in members if each == agent or each not in absences],
        {each: turns[each].passed for each in members if each in turns},
        roster.floors.get(team, 0),
        plan.config.routing.after_absence,
    )
    cost = cost_of_one(team, agent, plan)
    at = roster.instant_of_turn(team, question.now)
    _move(roster, team, agent, Turn(line.numbers[agent] + cost, at))
    return cost


class Paid(NamedTuple):
    """The turn that somebody paid for a lead."""

    team: str
    price: int


def paid_in(detail: Mapping[str, Any], agent: AgentId) -> Paid | None:
    """What the agent paid by a stored decision that chose them. `None`: it cost no turn."""
    if detail.get("floor") is None or detail.get("owner") != agent:
        return None
    before = next((each["turn"] for each in detail["candidates"] if each["agent"] == agent), None)
    after = detail["turns_after"].get(agent)
    if before is None or after is None:
        return None
    return Paid(detail["team"], after - before)


def chose(detail: Mapping[str, Any], agent: AgentId) -> bool:
    """Whether a stored decision gave the agent the lead, and not just left it with them."""
    return any(each["agent"] == agent and each["chosen"] for each in detail["candidates"])


def refund(paid: Paid, agent: AgentId, config: Config, roster: Roster) -> int:
    """Give a turn back, and answer by how much the agent's number fell.

    Never below the team's floor, if that has risen meanwhile: whoever is below it counts as
    having been away. `hold_position` would lift them to it anyway, and `baseline` would send
    them behind everybody. At the floor they are next in line, and nobody is owed more.
    Under `catch_up` nobody is lifted, and the whole turn is given back.
    """
    turn = roster.turns.get(paid.team, {}).get(agent)
    if turn is None:
        return 0
    catches_up = config.routing.after_absence == "catch_up"
    least = 0 if catches_up else roster.floors.get(paid.team, 0)
    number = min(turn.passed, max(least, turn.passed - paid.price))
    if number != turn.passed:
        _move(roster, paid.team, agent, Turn(number, turn.last_assigned_at))
    return turn.passed - number


def _move(roster: Roster, team: str, agent: AgentId, turn: Turn) -> None:
    roster.turns.setdefault(team, {})[agent] = turn
    roster.changed_turns.add((team, agent))
