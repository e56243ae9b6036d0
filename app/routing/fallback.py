"""Nobody whom the rule wanted can take the lead: who gets it instead, or when to ask again."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.config.recipients import Recipient
from app.config.routing import Target
from app.domain.lead import AgentId
from app.routing.availability import freed_at
from app.routing.decision import Candidate, Decision
from app.routing.named import home_team, named, person_on_call
from app.routing.pick import Pick, pick
from app.routing.rules import Match
from app.routing.situation import Situation

NOBODY_AVAILABLE = "nobody_available"


@dataclass(frozen=True, slots=True)
class Failed:
    """What the rule came to."""

    why: str
    """As the middle of a sentence: `nobody of the 3 in team luxury can take it now`."""
    team: str | None = None
    candidates: tuple[Candidate, ...] = ()
    retry_at: datetime | None = None
    asked: tuple[str, ...] = ()
    """The teams whose members were looked at."""


def fall_back(match: Match, failed: Failed, situation: Situation) -> Decision:
    """Send the lead where `routing.nobody_available` says; else it waits, unowned."""
    to = situation.plan.config.routing.nobody_available.to
    if to is not None and to.team is not None and to.team not in failed.asked:
        return _to_team(match, failed, to.team, situation)
    agent = None if to is None else _person(to, failed.team, situation)
    if agent is None:
        return _unowned(match, failed, (), situation)
    candidate = named(agent, situation)
    if not candidate.chosen:
        both = replace(failed, retry_at=_first(failed.retry_at, freed_at(agent, situation)))
        return _unowned(match, both, (candidate,), situation)
    return Decision(
        rule=match.name,
        strategy=NOBODY_AVAILABLE,
        team=failed.team or home_team(agent, situation),
        owner=agent,
        reason=f"{match}: {failed.why}, so {agent} has it ({to}).",
        candidates=_once(failed.candidates, (candidate,)),
        trail=match.trail,
        teams_asked=failed.asked,
    )


def _to_team(match: Match, failed: Failed, team: str, situation: Situation) -> Decision:
    picked: Pick = pick(team, situation, Target(team=team))
    if picked.owner is None:
        retry_at = _first(failed.retry_at, picked.retry_at)
        both = replace(failed, retry_at=retry_at, asked=(*failed.asked, team))
        return _unowned(match, both, picked.candidates, situation)
    return Decision(
        rule=match.name,
        strategy=NOBODY_AVAILABLE,
        team=team,
        owner=picked.owner,
        reason=f"{match}: {failed.why}, so {picked.owner} of team {team} has it, by turn.",
        candidates=_once(failed.candidates, picked.candidates),
        trail=match.trail,
        turns_before=picked.turns_before,
        turns_after=picked.turns_after,
        floor=picked.floor,
        teams_asked=(*failed.asked, team),
    )


def _unowned(
    match: Match, failed: Failed, others: tuple[Candidate, ...], situation: Situation
) -> Decision:
    holds = situation.plan.config.routing.nobody_available.hold_until is not None
    return Decision(
        rule=match.name,
        strategy=NOBODY_AVAILABLE,
        team=failed.team,
        owner=None,
        reason=f"{match}: {failed.why}, and nobody else is there, so it waits without an owner.",
        candidates=_once(failed.candidates, others),
        trail=match.trail,
        retry_at=failed.retry_at if holds else None,
        teams_asked=failed.asked,
    )


def _person(to: Recipient, team: str | None, situation: Situation) -> AgentId | None:
    if to.on_call is not None:
        return person_on_call(to.on_call, situation)
    if to.role == "manager" and team is not None:
        return situation.plan.config.teams[team].manager
    return to.agent


def _first(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)


def _once(first: tuple[Candidate, ...], then: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Everybody once, in order; who was asked twice with the later answer."""
    return tuple({each.agent: each for each in (*first, *then)}.values())
