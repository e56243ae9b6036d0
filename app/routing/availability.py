"""Whether a person can take a lead now; if not, why, and when that may change."""

from collections.abc import Iterable
from datetime import datetime

from app.domain.lead import AgentId
from app.routing.decision import Codes
from app.routing.member import Member
from app.routing.roster import IDLE, Standing
from app.routing.situation import Situation

OFF_SHIFT = "off_shift"
PAUSED = "paused"
"""Switched off by themselves."""
PAUSED_BY_MANAGER = "paused_by_manager"
"""Switched off by somebody else."""
FULL = "at_capacity:open"
"""As many open leads at once as they take."""
FULL_TODAY = "at_capacity:today"
NOT_IN_CONFIG = "not_in_config"
PAUSES = frozenset({PAUSED, PAUSED_BY_MANAGER})
TIME_HEALS = PAUSES | {OFF_SHIFT}
"""What alone keeps somebody from a lead until a clock says otherwise."""

_PRESENT: Codes = ()
_OFF_SHIFT: Codes = (OFF_SHIFT,)


def away(members: Iterable[Member], situation: Situation) -> dict[AgentId, Codes]:
    """Who of them takes no lead at all now, and reason codes why. The others are present.

    Who is full counts as away, and is not owed the leads that passed meanwhile: else
    everybody with a daily limit would begin each day with a burst.
    """
    now, is_open = situation.question.now, situation.is_open
    standings = situation.roster.standings
    absences = {}
    for agent, calendar, open_limit, daily_limit, _ in members:
        standing = standings.get(agent, IDLE)
        why = _PRESENT if calendar is None or is_open[calendar] else _OFF_SHIFT
        if not standing.available:
            why += _paused(standing, now)
        if open_limit is not None and standing.open_leads >= open_limit:
            why += (FULL,)
        if daily_limit is not None and standing.taken_today >= daily_limit:
            why += (FULL_TODAY,)
        if why:
            absences[agent] = why
    return absences


def barred(agent: AgentId, situation: Situation) -> Codes:
    """Reason codes why a person named for this lead, be it off shift or full, cannot get it."""
    if agent not in situation.plan.people:
        return (NOT_IN_CONFIG,)
    paused = _paused(situation.roster.standing(agent), situation.question.now)
    lost = (situation.question.excluded[agent],) if agent in situation.question.excluded else ()
    return (*paused, *lost)


def freed_at(agent: AgentId, situation: Situation) -> datetime | None:
    """When a person who is barred is switched on again, if that is all that bars them."""
    if not PAUSES.issuperset(barred(agent, situation)):
        return None
    return situation.roster.standing(agent).until


def back_at(members: Iterable[Member], situation: Situation) -> datetime | None:
    """When the first of them is on shift and switched on, as far as clocks can tell."""
    # Members share calendars, and an opening may be weeks ahead: each is looked for once.
    starts = {
        (member.calendar, start)
        for member in members
        if (start := _on_at(situation.roster.standing(member.id), situation.question.now))
    }
    times = [
        start if calendar is None else situation.plan.calendars[calendar].next_opening(start)
        for calendar, start in starts
    ]
    return min((at for at in times if at is not None), default=None)


def _on_at(standing: Standing, now: datetime) -> datetime | None:
    """When they are switched on, from `now`. `None`: when somebody does it."""
    return now if standing.is_on(now) else standing.until


def _paused(standing: Standing, now: datetime) -> Codes:
    if standing.is_on(now):
        return ()
    by_another = standing.switched_by not in {None, standing.agent}
    return (PAUSED_BY_MANAGER if by_another else PAUSED,)
