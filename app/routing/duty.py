"""Whether an owner has gone off duty for so long that somebody else should answer.

Off duty is who is switched off, out of their hours, or no longer in the document. Who gets
a lead out of their hours, because they were named for it, has not gone: they are expected
back at the next opening, so the first look is after the closing that follows.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from app.domain.lead import AgentId
from app.hours.opening import Opening
from app.routing.plan import Plan
from app.routing.roster import Standing

_A_WEEK = timedelta(weeks=1)
"""No search for a closing goes further: whoever is open then is looked at again."""


class Look(NamedTuple):
    """What a look at an owner showed."""

    gone: bool
    """Off duty for the whole grace period."""
    next_at: datetime | None
    """When to look again, if the lead is still theirs. `None`: no clock says when."""


def look(owner: AgentId, standing: Standing, plan: Plan, now: datetime) -> Look:
    """Look at an owner at an instant that was set for it.

    For who is switched off that instant is the end of their grace period already, for
    switching them off set it; the hours are counted here.
    """
    grace = plan.config.routing.off_duty_after
    if grace is None:
        return Look(gone=False, next_at=None)
    person = plan.people.get(owner)
    if person is None:
        return Look(gone=True, next_at=None)
    next_at = first_look_at(owner, plan, now)
    if not standing.is_on(now):
        return Look(gone=True, next_at=next_at)
    if person.calendar is None:
        return Look(gone=False, next_at=None)
    hours = plan.calendars[person.calendar]
    if hours.is_open(now):
        return Look(gone=False, next_at=next_at)
    closed_at = _last_closing(hours, now, grace)
    if closed_at is None or closed_at + grace <= now:
        return Look(gone=True, next_at=next_at)
    return Look(gone=False, next_at=closed_at + grace)


def first_look_at(owner: AgentId, plan: Plan, now: datetime) -> datetime | None:
    """When to look at who gets a lead now: the grace period after they next close.

    A week from now if they do not close before. `None`: they have no hours, or nobody goes
    off duty by the document.
    """
    grace = plan.config.routing.off_duty_after
    person = plan.people.get(owner)
    if grace is None or person is None or person.calendar is None:
        return None
    hours = plan.calendars[person.calendar]
    opening = hours.next_opening(now)
    if opening is None:
        return None
    shift = next(hours.segments(opening, opening + _A_WEEK))
    return shift.end + grace


def is_on_shift(owner: AgentId, plan: Plan, now: datetime) -> bool:
    """Whether it is within the person's hours, whatever their switch says."""
    person = plan.people.get(owner)
    if person is None:
        return False
    return person.calendar is None or plan.calendars[person.calendar].is_open(now)


def _last_closing(hours: Opening, now: datetime, within: timedelta) -> datetime | None:
    """When it last closed, if that was less than `within` ago; it must be closed now."""
    closings = [each.end for each in hours.segments(now - within, now)]
    return closings[-1] if closings else None
