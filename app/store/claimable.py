"""Which leads may somebody claim? The rows for which `app.routing.claiming` says yes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, literal, or_, true

from app.domain.lead import CLOSED
from app.store.among import among
from app.store.tables import leads


@dataclass(frozen=True, slots=True)
class Claimer:
    """Somebody who looks for a lead to claim."""

    agent: str
    teams: frozenset[str]
    """Whose leads they may claim while those are offered to nobody in particular."""
    claims_any: bool
    """A manager: whatever nobody owns."""
    now: datetime


def claimable_by(claimer: Claimer) -> ColumnElement[bool]:
    """Open leads without an owner that are offered to them, or to be had by anybody of theirs."""
    nobodys = and_(
        leads.c.owner.is_(None),
        leads.c.status.not_in(sorted(CLOSED)),
        leads.c.erased_at.is_(None),
        leads.c.merged_into.is_(None),
    )
    on_offer = and_(leads.c.offered_until.is_not(None), leads.c.offered_until > claimer.now)
    theirs = or_(leads.c.team.is_(None), leads.c.team.in_(sorted(claimer.teams)))
    may = or_(
        and_(on_offer, among(literal(claimer.agent), leads.c.offered_to)),
        and_(or_(leads.c.offered_until.is_(None), leads.c.offered_until <= claimer.now), theirs),
    )
    return and_(nobodys, true() if claimer.claims_any else may)
