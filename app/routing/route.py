"""Who gets this lead? One pure question, one answer, always with its reasons."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from app.config.condition import Features
from app.config.document import Config
from app.domain.lead import AgentId
from app.hours.opening import Opening
from app.routing.decision import Decision
from app.routing.returning import keep_owner
from app.routing.roster import Roster
from app.routing.rules import Match, first_match
from app.routing.situation import Situation
from app.routing.targets import send

_NOBODY: Mapping[AgentId, str] = MappingProxyType({})


def route(  # noqa: PLR0913 - everything a decision depends on is named here, and nothing else.
    features: Features,
    *,
    config: Config,
    roster: Roster,
    calendars: Mapping[str, Opening],
    now: datetime,
    returning_owner: AgentId | None = None,
    excluded: Mapping[AgentId, str] = _NOBODY,
) -> Decision:
    """Decide, and change nothing: `roster.take` applies the decision.

    `calendars` holds every calendar of the document by name. `excluded` are people who must
    not get this lead, each with the reason code, such as `lost_this_lead`.
    """
    people = {agent.id: agent for agent in config.agents}
    situation = Situation(features, config, roster, calendars, now, excluded, people)
    known = None if returning_owner is None else keep_owner(returning_owner, situation)
    if isinstance(known, Decision):
        return known
    match = first_match(config.routing.rules, features)
    if known is not None:
        match = Match(match.rule, (known, *match.trail))
    return send(match, situation)
