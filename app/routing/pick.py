"""Who of a team? Everybody is looked at, those who can take the lead contend, one is chosen."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.config.routing import Target, Traits
from app.domain.lead import AgentId
from app.routing.availability import TIME_HEALS, away, back_at
from app.routing.decision import Candidate, Codes, candidates
from app.routing.member import Member
from app.routing.situation import Situation
from app.routing.strategies.base import Contest, Strategy, decide
from app.routing.strategies.first_to_claim import OFFERED
from app.routing.strategies.registry import STRATEGIES
from app.routing.traits import demands, lacking, scores
from app.routing.turns import Line, line_up

NOT_PREFERRED = "not_preferred"

_OFFERED: Codes = (OFFERED,)


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
    members = situation.plan.teams[team]
    absences = away(members.values(), situation)
    line = _line_up(team, _all_but(members, absences), situation)
    obstacles = _obstacles(members, absences, to.require, situation)
    able = _all_but(members, obstacles)
    if not able:
        everyone = candidates(members, None, obstacles, line.numbers)
        return Pick(None, everyone, retry_at=_retry_at(members, obstacles, situation))
    misfits = _misfits(able, to.prefer, situation)
    # Preference goes before turn: the others contend only when nobody preferred is free.
    # They pay nothing meanwhile, so the leads nobody prefers them for make up for it.
    contenders = _all_but(able, misfits) or able
    strategy = _strategy(to, situation)
    if strategy.offers:
        whys = {**misfits, **dict.fromkeys(contenders, _OFFERED), **obstacles}
        everyone = candidates(members, None, whys, line.numbers)
        return Pick(None, everyone, len(able), strategy.name, tuple(contenders))
    winner, whys = decide(_contest(team, contenders, line, to, situation), strategy)
    return Pick(
        winner,
        candidates(members, winner, {**misfits, **whys, **obstacles}, line.numbers),
        len(able),
        strategy.name,
        turns_before=line.before,
        turns_after=line.paid(winner, strategy.price(members[winner].weight)),
        floor=line.floor,
    )


def _all_but(agents: Iterable[AgentId], some: Collection[AgentId]) -> list[AgentId]:
    return [agent for agent in agents if agent not in some] if some else list(agents)


def _line_up(team: str, present: Sequence[AgentId], situation: Situation) -> Line:
    members = situation.plan.teams[team]
    turns = situation.roster.turns.get(team, {})
    return line_up(
        present,
        # Who left the team since keeps a row, and has no place in line.
        {agent: turn.passed for agent, turn in turns.items() if agent in members},
        situation.roster.floors.get(team, 0),
        situation.plan.config.routing.after_absence,
    )


def _strategy(to: Target, situation: Situation) -> Strategy:
    """An offer that nobody claimed in time is not made again."""
    strategy = STRATEGIES[to.strategy]
    return STRATEGIES[to.otherwise] if strategy.offers and situation.question.lapsed else strategy


def _contest(
    team: str, contenders: Sequence[AgentId], line: Line, to: Target, situation: Situation
) -> Contest:
    question, plan, roster = situation.question, situation.plan, situation.roster
    return Contest(
        contenders,
        line.numbers,
        roster.turns.get(team, {}),
        roster.standings,
        plan.teams[team],
        question.former_owner,
        lambda agents: scores(agents, to.score, question.features, plan.holders),
    )


def _obstacles(
    members: Collection[AgentId],
    absences: Mapping[AgentId, Codes],
    require: Traits,
    situation: Situation,
) -> Mapping[AgentId, Codes]:
    """All that keeps members from this lead: not there, not fit, had it before."""
    needed = demands(require, situation.question.features, situation.plan.holders)
    obstacles = dict(absences)
    for agent, lacks in lacking(members, needed).items():
        obstacles[agent] = obstacles.get(agent, ()) + lacks
    for agent, lost in situation.question.excluded.items():
        if agent in members:
            obstacles[agent] = (*obstacles.get(agent, ()), lost)
    return obstacles


def _misfits(
    able: Collection[AgentId], prefer: Traits, situation: Situation
) -> dict[AgentId, Codes]:
    """Who is not preferred, and why."""
    wishes = demands(prefer, situation.question.features, situation.plan.holders)
    return {agent: (NOT_PREFERRED, *lacks) for agent, lacks in lacking(able, wishes).items()}


def _retry_at(
    members: Mapping[AgentId, Member], obstacles: Mapping[AgentId, Codes], situation: Situation
) -> datetime | None:
    """The first instant at which a member is back whom nothing but absence keeps away."""
    waited_for = [members[agent] for agent, why in obstacles.items() if TIME_HEALS.issuperset(why)]
    return back_at(waited_for, situation)
