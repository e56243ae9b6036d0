"""Who may claim a lead that nobody owns? Those it is offered to; else its team; a manager.

To have lost the lead, or to be off duty, keeps automation from giving it to somebody. It
does not keep them from taking it by their own wish.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from app.config.document import Config
from app.config.people import Agent
from app.domain.clock import rfc3339
from app.domain.lead import Lead
from app.routing.roster import Standing


def is_on_offer(lead: Lead, now: datetime) -> bool:
    """Whether the lead is offered to some, and the others have to wait."""
    return lead.owner is None and lead.offered_until is not None and now < lead.offered_until


def why_not(lead: Lead, person: Agent, config: Config, now: datetime) -> str | None:
    """Why somebody may not claim this lead, which nobody owns. `None`: they may."""
    if person.role == "manager":
        return None
    if is_on_offer(lead, now):
        return _why_not_offered(lead, person)
    if lead.team is None or lead.team in teams_of(person, config):
        return None
    return f"it belongs to team {lead.team}, of which {person.id} is no member"


def _why_not_offered(lead: Lead, person: Agent) -> str | None:
    if person.id in lead.offered_to or any(each.agent == person.id for each in lead.lost_by):
        return None
    until = "" if lead.offered_until is None else f" until {rfc3339(lead.offered_until)}"
    return f"it is offered to {', '.join(lead.offered_to) or 'others'}{until}"


def teams_of(person: Agent, config: Config) -> frozenset[str]:
    """The teams whose leads the person may claim: as a member, or as the one who manages."""
    return frozenset(
        name
        for name, team in config.teams.items()
        if person.id in team.members or person.id == team.manager
    )


class Limit(NamedTuple):
    """A limit that somebody has reached."""

    of: Literal["open", "per_day"]
    at_most: int


def limit_reached(person: Agent, standing: Standing) -> Limit | None:
    """What keeps somebody from taking one lead more. Managers have no limit."""
    if person.role == "manager":
        return None
    most = person.capacity
    if most.open is not None and standing.open_leads >= most.open:
        return Limit("open", most.open)
    if most.per_day is not None and standing.taken_today >= most.per_day:
        return Limit("per_day", most.per_day)
    return None
