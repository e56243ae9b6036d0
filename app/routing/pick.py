"""Who of a team? Everybody is looked at, those who can take the lead contend, one is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.config.people import Agent
from app.config.routing import Target, Traits
from app.domain.lead import AgentId
from app.routing.availability import OFF_SHIFT, PAUSES, away, back_at
from app.routing.decision import CHOSEN, Candidate
from app.routing.roster import Turn
from app.routing.situation import Situation
from app.routing.strategies.base import Contender, Strategy
from app.routing.strategies.first_to_claim import OFFERED
from app.routing.strategies.registry import STRATEGIES
from app.routing.traits import demands, fits, lacks, score
from app.routing.turns import Line, line_up

Codes = tuple[str, ...]

NOT_PREFERRED = "not_preferred"

_NEW = Turn()
_TIME_HEALS = frozenset({OFF_SHIFT}) | PAUSES


@dataclass(frozen=True, slots=True)
class Pick:
    """What became of asking one team."""

    owner: AgentId | None
    candidates: tuple[Candidate, ...]
    able: int = 0
    """How many could have taken the lead."""
    strategy: str = "round_robin"
    offered: tuple[AgentId, ...] = ()
    """Nobody was chosen: all of these may claim it."""
    turns_before: Mapping[AgentId, int] = field(default_factory=dict)
    turns_after: Mapping[AgentId, int] = field(default_factory=dict)
    floor: int | None = None
    retry_at: datetime | None = None
    """When somebody who only is not there now may be; asked when nobody was able."""


def pick(team: str, situation: Situation, to: Target) -> Pick:
    """Ask a team, as `to` says. Reads the roster, and leaves it as it is."""
    members = [situation.plan.people[each] for each in situation.plan.config.teams[team].members]
    absences = {agent.id: away(agent, situation) for agent in members}
    line = _line_up(team, absences, situation)
    obstacles = _obstacles(members, absences, to.require, situation)
    able = [agent for agent in members if not obstacles[agent.id]]
    if not able:
        everyone = tuple(
            Candidate(agent, False, why, line.number(agent)) for agent, why in obstacles.items()
        )
        return Pick(None, everyone, retry_at=_retry_at(members, obstacles, situation))
    return _choose(to, able, _Asked(team, line, obstacles, situation))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of a team once everybody was looked at."""

    team: str
    line: Line
    obstacles: Mapping[AgentId, Codes]
    situation: Situation


def _choose(to: Target, able: Sequence[Agent], asked: _Asked) -> Pick:
    question = asked.situation.question
    plan = STRATEGIES[to.otherwise if question.lapsed and _offers(to) else to.strategy]
    wishes = demands(to.prefer, question.features)
    misfits = {agent.id: lacks(agent, wishes) for agent in able}
    # Preference goes before turn: the others contend only when nobody preferred is free.
    # They pay nothing meanwhile, so the leads nobody prefers them for make up for it.
    preferred = [agent for agent in able if not misfits[agent.id]] or able
    worth = fits(to.score, question.features) if plan.scores else ()
    contenders = [_contender(agent, asked, score(agent, worth)) for agent in preferred]
    if plan.offers:
        return _offer(plan, contenders, misfits, asked)
    winner = plan.choose(contenders)
    return Pick(
        owner=winner.agent,
        candidates=tuple(_explain(plan, contenders, winner, misfits, asked)),
        able=len(able),
        strategy=plan.name,
        turns_before=asked.line.before,
        turns_after=asked.line.paid(winner.agent, plan.price(winner)),
        floor=asked.line.floor,
    )


def _offers(to: Target) -> bool:
    return STRATEGIES[to.strategy].offers


def _offer(
    plan: Strategy,
    contenders: Sequence[Contender],
    misfits: Mapping[AgentId, Codes],
    asked: _Asked,
) -> Pick:
    offered = {each.agent: (OFFERED,) for each in contenders}
    everyone = tuple(
        Candidate(
            agent,
            False,
            obstacles or offered.get(agent) or (NOT_PREFERRED, *misfits[agent]),
            asked.line.number(agent),
        )
        for agent, obstacles in asked.obstacles.items()
    )
    return Pick(None, everyone, len(misfits), plan.name, tuple(offered))


def _explain(
    plan: Strategy,
    contenders: Sequence[Contender],
    winner: Contender,
    misfits: Mapping[AgentId, Codes],
    asked: _Asked,
) -> list[Candidate]:
    """Everybody of the team, in the order of the document, each with the reason why (not)."""
    lost: dict[AgentId, Codes] = {each.agent: (plan.why_not(each, winner),) for each in contenders}
    lost[winner.agent] = (CHOSEN, *plan.why(winner))
    return [
        Candidate(
            agent,
            agent == winner.agent,
            obstacles or lost.get(agent) or (NOT_PREFERRED, *misfits[agent]),
            asked.line.number(agent),
        )
        for agent, obstacles in asked.obstacles.items()
    ]


def _line_up(team: str, absences: Mapping[AgentId, Codes], situation: Situation) -> Line:
    roster = situation.roster
    turns = roster.turns.get(team, {})
    return line_up(
        present=[agent for agent, codes in absences.items() if not codes],
        # Who left the team since keeps a row, and has no place in line.
        turns={agent: turns[agent] for agent in absences if agent in turns},
        floor=roster.floors.get(team, 0),
        after_absence=situation.plan.config.routing.after_absence,
    )


def _obstacles(
    members: Sequence[Agent],
    absences: Mapping[AgentId, Codes],
    require: Traits,
    situation: Situation,
) -> dict[AgentId, Codes]:
    """All that keeps each member from this lead: not there, not fit, had it before."""
    needed = demands(require, situation.question.features)
    lost = {agent: (code,) for agent, code in situation.question.excluded.items()}
    return {
        agent.id: absences[agent.id] + lacks(agent, needed) + lost.get(agent.id, ())
        for agent in members
    }


def _contender(agent: Agent, asked: _Asked, score: int) -> Contender:
    roster = asked.situation.roster
    return Contender(
        agent.id,
        asked.line.present[agent.id],
        roster.turns.get(asked.team, {}).get(agent.id, _NEW).last_assigned_at,
        agent.weight,
        roster.standing(agent.id).open_leads,
        score,
        asked.situation.question.former_owner == agent.id,
    )


def _retry_at(
    members: Sequence[Agent], obstacles: Mapping[AgentId, Codes], situation: Situation
) -> datetime | None:
    """The first instant at which a member is back whom nothing but absence keeps away."""
    times = [
        back
        for agent in members
        if _TIME_HEALS.issuperset(obstacles[agent.id])
        and (back := back_at(agent, situation)) is not None
    ]
    return min(times, default=None)
