"""Messages: what was said to whom, how far it has come, and why not."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from app.api import views
from app.api.access import Reader, sight_of
from app.api.shapes.base import Filter, Listing
from app.api.shapes.messages import MessageOut
from app.api.state import Now, Reading
from app.domain.message import MessageState
from app.store import listing
from app.store.listing import MessageFilter, Page

router = APIRouter(prefix="/v1/messages", tags=["messages"])

Kind = Literal[
    "auto_response",
    "owner_alert",
    "reminder",
    "escalation",
    "follow_up",
    "handshake",
    "fetch",
    "alert",
    "notice",
]
Status = Literal[
    "queued", "deferred", "sending", "sent", "delivered", "unknown", "failed", "suppressed"
]


@router.get("")
async def list_messages(  # noqa: PLR0913 - one parameter for each filter of the contract.
    key: Reader,
    tx: Reading,
    now: Now,
    *,
    lead_id: UUID | None = None,
    to: Annotated[Filter | None, Query(description="An agent's id, or `lead`.")] = None,
    kind: Kind | None = None,
    status: Status | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: str | None = None,
) -> Listing[MessageOut]:
    """Messages, the newest first."""
    sight = sight_of(key)
    states, deferred = _stored_as(status)
    wanted = MessageFilter(
        lead_id=lead_id,
        to=to,
        kind=kind,
        states=states,
        deferred=deferred,
        now=now,
        owner=sight.owner,
        teams=sight.teams,
    )
    listed = await listing.list_messages(tx, wanted, Page(limit, cursor))
    return Listing(
        items=[views.message(row, now) for row in listed.items], next_cursor=listed.next_cursor
    )


def _stored_as(status: Status | None) -> tuple[tuple[str, ...], bool | None]:
    """The stored states behind the contract's word, and whether it lies in the future."""
    if status is None:
        return (), None
    if status == "deferred":
        return (MessageState.PENDING,), True
    if status == "queued":
        return (MessageState.PENDING, MessageState.LEASED), False
    return (status,), None
