"""Why this owner? The decisions about a lead, explained, and taken again if wanted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.api.access import Reader, sight_of
from app.api.bounded import BoundedRoute
from app.api.shapes.base import Listing
from app.api.shapes.decisions import DecisionOut
from app.api.state import Held, Reading
from app.flow import explaining
from app.store import leads
from app.store.decisions import decisions_of

router = APIRouter(prefix="/v1/leads", tags=["leads"], route_class=BoundedRoute)


@router.get("/{lead_id}/decisions")
async def read_decisions(
    lead_id: UUID,
    key: Reader,
    tx: Reading,
    held: Held,
    *,
    recompute: Annotated[
        bool, Query(description="Take each decision again, from its input and its config.")
    ] = False,
) -> Listing[DecisionOut]:
    """Why this owner: each decision whole, with all it looked at and every person considered."""
    lead = await leads.standing_for(tx, lead_id)
    sight_of(key).check(lead)
    past = explaining.Past(tx, held.environ, held.live.snapshot)
    return Listing(
        items=[
            DecisionOut(
                **explaining.explained(row),
                recomputed=await explaining.recomputed(row, past) if recompute else None,
            )
            for row in await decisions_of(tx, lead.id)
        ],
        next_cursor=None,
    )
