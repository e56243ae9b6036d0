"""A rule matched: send the lead where it says."""

from app.config.routing import Target
from app.domain.lead import AgentId
from app.routing.availability import freed_at
from app.routing.decision import Decision
from app.routing.fallback import Failed, fall_back
from app.routing.named import home_team, named, person_on_call
from app.routing.pick import Pick, pick
from app.routing.rules import FROM_PROVIDER, Match
from app.routing.situation import Situation


def send(match: Match, situation: Situation) -> Decision:
    """The decision of the rule that matched, or of what happens when none can be carried out."""
    if match.rule is None:
        return fall_back(match, Failed("the document says nothing of such a lead"), situation)
    to = match.rule.to
    if to.pond is not None:
        return _to_pond(match, to.pond)
    if to.team is not None:
        return _to_team(match, to, to.team, situation)
    if to.on_call is not None:
        return _to_person(match, person_on_call(to.on_call, situation), "on_call", situation)
    return _to_person(match, _agent(to, situation), "agent", situation)


def _to_team(match: Match, to: Target, team: str, situation: Situation) -> Decision:
    picked = pick(team, situation, to)
    if picked.offered:
        return _to_all(match, to, team, picked, situation)
    if picked.owner is None:
        why = f"nobody of the {len(picked.candidates)} in team {team} can take it now"
        failed = Failed(why, team, picked.candidates, picked.retry_at, (team,))
        return fall_back(match, failed, situation)
    return Decision(
        rule=match.name,
        strategy=picked.strategy,
        team=team,
        owner=picked.owner,
        reason=_reason(match, to, picked),
        candidates=picked.candidates,
        trail=match.trail,
        turns_before=picked.turns_before,
        turns_after=picked.turns_after,
        floor=picked.floor,
        teams_asked=(team,),
    )


def _to_all(match: Match, to: Target, team: str, picked: Pick, situation: Situation) -> Decision:
    among = f"{len(picked.offered)} of {len(picked.candidates)} in team {team}"
    return Decision(
        rule=match.name,
        strategy=picked.strategy,
        team=team,
        owner=None,
        reason=f"{match}: it is offered to {among} at once, and theirs who claims it first.",
        candidates=picked.candidates,
        trail=match.trail,
        offered=picked.offered,
        offered_until=situation.question.now + to.offer_for,
        teams_asked=(team,),
    )


def _to_person(match: Match, agent: AgentId | None, how: str, situation: Situation) -> Decision:
    if agent is None:
        return fall_back(match, Failed("nobody is named for it"), situation)
    candidate = named(agent, situation)
    team = home_team(agent, situation)
    if not candidate.chosen:
        why = f"{agent} cannot take it ({', '.join(candidate.why)})"
        failed = Failed(why, team, (candidate,), freed_at(agent, situation))
        return fall_back(match, failed, situation)
    return Decision(
        rule=match.name,
        strategy=how,
        team=team,
        owner=agent,
        reason=f"{match} names {agent}" + (", who is on call." if how == "on_call" else "."),
        candidates=(candidate,),
        trail=match.trail,
    )


def _to_pond(match: Match, team: str) -> Decision:
    return Decision(
        rule=match.name,
        strategy="pond",
        team=team,
        owner=None,
        reason=f"{match}: it waits in the pond of team {team} until a member claims it.",
        trail=match.trail,
        in_pond=True,
    )


def _agent(to: Target, situation: Situation) -> AgentId | None:
    if to.agent == FROM_PROVIDER:
        return situation.question.features.provider_agent
    return None if to.agent is None else AgentId(to.agent)


def _reason(match: Match, to: Target, picked: Pick) -> str:
    among = f"{picked.able} of {len(picked.candidates)} available in team {to.team}"
    unclaimed = ", for nobody claimed it" if picked.strategy != to.strategy else ""
    return f"{match}: {picked.owner} by {picked.strategy} among {among}{unclaimed}."
