"""Raw deliveries: listed, shown byte for byte, and read again after a change."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.api import replaying, views
from app.api.access import WHOLE_HOUSE, Operator, Overseer
from app.api.shapes.base import Filter, Listing, When
from app.api.shapes.deliveries import DeliveryOut, DeliveryStatus, ReplayIn, ReplaysOut
from app.api.shapes.leads_in import TakenOut
from app.api.state import Now, Reading, Serve
from app.api.taken import shown
from app.config.secret import secrets_of
from app.domain.errors import NoSuch
from app.store import deliveries, listing
from app.store.listing import DeliveryFilter, Page

router = APIRouter(prefix="/v1/deliveries", tags=["deliveries"], dependencies=[WHOLE_HOUSE])


@router.get("")
async def list_deliveries(  # noqa: PLR0913 - one parameter for each filter.
    _: Overseer,
    tx: Reading,
    *,
    status: DeliveryStatus | None = None,
    source: Filter | None = None,
    received_after: When | None = None,
    received_before: When | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: str | None = None,
) -> Listing[DeliveryOut]:
    """Raw deliveries, the newest first."""
    wanted = DeliveryFilter(status, source, received_after, received_before)
    listed = await listing.list_deliveries(tx, wanted, Page(limit, cursor))
    return Listing(
        items=[views.delivery(row) for row in listed.items], next_cursor=listed.next_cursor
    )


@router.get("/{delivery_id}/body")
async def read_body(delivery_id: UUID, key: Overseer, tx: Reading, serve: Serve) -> Response:
    """The delivery's bytes, as they came. A secret in them is shown to admins alone."""
    row = await deliveries.get(tx, delivery_id)
    if row["body"] is None:
        raise NoSuch("body of delivery", str(delivery_id))
    body: bytes = row["body"]
    if key.role != "admin":
        settings = serve.held.live.snapshot.config.sources.get(row["source"])
        for secret in secrets_of(settings) if settings is not None else ():
            body = body.replace(secret.encode(), b"*" * 8)
    # Somebody else's bytes are never shown as a page of ours.
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment"}
    return Response(body, headers=headers, media_type="application/octet-stream")


@router.post("/replay")
async def replay_many(wanted: ReplayIn, _: Operator, serve: Serve, now: Now) -> ReplaysOut:
    """Read deliveries again, the oldest first, each in a transaction of its own.

    One that cannot be replayed stops no other. What already went through is not doubled, and
    a lead counts as received when it first arrived: its clocks run from then.
    """
    return await replaying.many(serve, wanted, now)


@router.post("/{delivery_id}/replay", response_model=TakenOut)
async def replay(delivery_id: UUID, _: Operator, serve: Serve, now: Now) -> dict[str, Any]:
    """Read a delivery again, as the config is now. What already went through is not doubled."""
    return shown((await replaying.one(serve, delivery_id, now))[1])
