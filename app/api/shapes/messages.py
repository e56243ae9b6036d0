"""One message as it is shown."""

from typing import Literal

from pydantic import BaseModel

from app.api.shapes.base import Instant


class MessageOut(BaseModel):
    id: str
    lead_id: str | None
    kind: str
    to: str
    channel: str
    status: Literal[
        "queued", "deferred", "sending", "sent", "delivered", "unknown", "failed", "suppressed"
    ]
    sandbox: bool
    attempts: int
    not_before: Instant | None
    created_at: Instant
    sent_at: Instant | None
    acknowledged_at: Instant | None
    provider_id: str | None
    reason: str | None
    subject: str | None
    body: str | None
