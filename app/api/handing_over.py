"""Giving a lead back, or taking it off somebody: it is routed anew, to somebody else."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import Operator, Worker, actor_of, acts_as, sight_of
from app.api.bounded import BoundedRoute
from app.api.shapes.base import In, Instant, LongText, Text
from app.api.state import Now, Serve
from app.domain.failpoint import failpoint
from app.domain.lead import AgentId, Lead
from app.flow import declines
from app.store import leads

router = APIRouter(prefix="/v1/leads", tags=["leads"], route_class=BoundedRoute)

Why = Annotated[LongText, Field(min_length=1, max_length=500)]
"""Why somebody gives a lead away. The ledger counts declines, and people read the reasons."""


class DeclineIn(In):
    model_config = ConfigDict(
        json_schema_extra={"example": {"by": "dana", "reason": "they want somebody in Tampa"}}
    )

    by: Text
    reason: Why


class UnassignIn(In):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "dana is ill"}})

    reason: Why


class HandedOver(BaseModel):
    """Who has the lead now. Nothing of the person: whoever gave it back has it no more."""

    id: UUID
    owner: str | None = Field(description="`null`: it is on offer, or waits for somebody.")
    team: str | None
    offered_to: list[str]
    offered_until: Instant | None


@router.post("/{lead_id}/decline")
async def decline(
    lead_id: UUID, said: DeclineIn, key: Worker, serve: Serve, now: Now
) -> HandedOver:
    """Give back a lead that one owns, or turn down one that is on offer.

    It is routed anew, and does not come back by itself. 409 if it is neither theirs nor on
    offer to them, or if its source forbids passing it on.
    """
    acts_as(key, said.by)
    held = serve.held
    what = declines.Decline(AgentId(said.by), said.reason)
    async with held.database.transaction() as tx:
        sight_of(key).check_declinable(await leads.standing_for(tx, lead_id))
        lead, told = await declines.decline(tx, lead_id, what, snapshot=held.live.snapshot, now=now)
        failpoint("decline.before_commit")
    failpoint("decline.after_commit")
    serve.doorbell.ring(told)
    return _shown(lead)


@router.post("/{lead_id}/unassign")
async def unassign(
    lead_id: UUID, said: UnassignIn, key: Operator, serve: Serve, now: Now
) -> HandedOver:
    """Take the lead off its owner, and route it anew. They do not get it back by automation."""
    held = serve.held
    what = declines.Unassign(actor_of(key), said.reason)
    async with held.database.transaction() as tx:
        sight_of(key).check(await leads.standing_for(tx, lead_id))
        lead, told = await declines.unassign(
            tx, lead_id, what, snapshot=held.live.snapshot, now=now
        )
    serve.doorbell.ring(told)
    return _shown(lead)


def _shown(lead: Lead) -> HandedOver:
    return HandedOver(
        id=lead.id,
        owner=lead.owner,
        team=lead.team,
        offered_to=list(lead.offered_to),
        offered_until=lead.offered_until,
    )
