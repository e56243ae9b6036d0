"""Raw deliveries: listed, shown byte for byte, and read again after a change."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.api import canonical, views
from app.api.access import WHOLE_HOUSE, Operator, Overseer
from app.api.shapes import DeliveryOut, Filter, Listing, TakenOut
from app.api.state import Now, Reading, Serve
from app.api.taken import shown
from app.api.webhooks import arrival_again
from app.config.secret import secrets_of
from app.domain.delivery import DeliveryStatus, Webhook
from app.domain.errors import NoSuch, NotPossibleNow
from app.flow.arrivals import Arrival
from app.store import deliveries, listing
from app.store.listing import Page
from app.store.rows import Stored

router = APIRouter(prefix="/v1/deliveries", tags=["deliveries"], dependencies=[WHOLE_HOUSE])

Status = Literal["accepted", "duplicate", "updated", "test", "held", "quarantined"]


@router.get("")
async def list_deliveries(
    _: Overseer,
    tx: Reading,
    *,
    status: Status | None = None,
    source: Filter | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: str | None = None,
) -> Listing[DeliveryOut]:
    """Raw deliveries, the newest first."""
    listed = await listing.list_deliveries(
        tx, status=status, source=source, page=Page(limit, cursor)
    )
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


@router.post("/{delivery_id}/replay", response_model=TakenOut)
async def replay(delivery_id: UUID, _: Operator, serve: Serve, now: Now) -> dict[str, Any]:
    """Read a delivery again, as the config is now. What already went through is not doubled."""
    async with serve.held.database.reading() as tx:
        row = await deliveries.get(tx, delivery_id)
    if row["body"] is None:
        raise NotPossibleNow("The bytes of this delivery were erased.")
    if row["status"] == DeliveryStatus.DUPLICATE:
        raise NotPossibleNow("This delivery repeated another one: replay that one.")
    arrival = _again(serve, row, now)
    asked = arrival.reading.inquiries
    if row["leads"] and all(each.is_test or each.spam is not None for each in asked):
        raise NotPossibleNow("It was kept as a test or as spam, and still reads as one.")
    return shown(await serve.intake.take(arrival))


def _again(serve: Serve, row: Stored, now: datetime) -> Arrival:
    if row["kind"] == canonical.KIND:
        return canonical.again(
            delivery_id=row["id"], body=row["body"], received_at=row["received_at"], now=now
        )
    webhook = Webhook(
        source=row["source"], body=row["body"], headers=row["headers"], query=row["query"]
    )
    return arrival_again(
        serve.held, delivery_id=row["id"], webhook=webhook, received_at=row["received_at"]
    )
