"""Whether a person can take a lead now; if not, why, and when that may change."""

from datetime import datetime

from app.config.people import Agent
from app.domain.lead import AgentId
from app.routing.roster import Standing
from app.routing.situation import Situation

OFF_SHIFT = "off_shift"
PAUSED = "paused"
"""Switched off by themselves."""
PAUSED_BY_MANAGER = "paused_by_manager"
"""Switched off by somebody else."""
PAUSES = frozenset({PAUSED, PAUSED_BY_MANAGER})


def away(agent: Agent, situation: Situation) -> tuple[str, ...]:
    """Reason codes why the agent takes no lead at all now. Empty: present.

    Who is full counts as away, and is not owed the leads that passed meanwhile: else
    everybody with a daily limit would begin each day with a burst.
    """
    standing = situation.roster.standing(agent.id)
    return (
        *(() if situation.is_on_shift(agent) else (OFF_SHIFT,)),
        *_paused(standing, situation),
        *_full(agent, standing),
    )


def barred(agent: AgentId, situation: Situation) -> tuple[str, ...]:
    """Reason codes why a person named for this lead, be it off shift or full, cannot get it."""
    if agent not in situation.plan.people:
        return ("not_in_config",)
    paused = _paused(situation.roster.standing(agent), situation)
    lost = (situation.question.excluded[agent],) if agent in situation.question.excluded else ()
    return (*paused, *lost)


def freed_at(agent: AgentId, situation: Situation) -> datetime | None:
    """When a person who is barred is switched on again, if that is all that bars them."""
    if not PAUSES.issuperset(barred(agent, situation)):
        return None
    return situation.roster.standing(agent).until


def back_at(agent: Agent, situation: Situation) -> datetime | None:
    """When the agent is next on shift and switched on, as far as clocks can tell."""
    standing = situation.roster.standing(agent.id)
    if standing.is_on(situation.question.now):
        start = situation.question.now
    elif standing.until is None:
        return None
    else:
        start = standing.until
    if agent.calendar is None:
        return start
    return situation.plan.calendars[agent.calendar].next_opening(start)


def _paused(standing: Standing, situation: Situation) -> tuple[str, ...]:
    if standing.is_on(situation.question.now):
        return ()
    by_another = standing.switched_by not in {None, standing.agent}
    return (PAUSED_BY_MANAGER if by_another else PAUSED,)


def _full(agent: Agent, standing: Standing) -> tuple[str, ...]:
    limit = agent.capacity
    at_once = limit.open is not None and standing.open_leads >= limit.open
    today = limit.per_day is not None and standing.taken_today >= limit.per_day
    return (
        *(("at_capacity:open",) if at_once else ()),
        *(("at_capacity:today",) if today else ()),
    )
