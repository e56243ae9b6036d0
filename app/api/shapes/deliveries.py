"""Raw deliveries, reading them again, and the sources that they came by."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.api.shapes.base import Filter, In, Instant, When, example


class DeliveryOut(BaseModel):
    id: str
    source: str
    kind: str
    status: str
    received_at: Instant
    content_type: str
    leads: list[str]
    reason: str | None
    read_until: str | None
    replayed_at: Instant | None


DeliveryStatus = Literal["accepted", "duplicate", "updated", "test", "held", "quarantined"]


class ReplayIn(In):
    model_config = example({"source": "website", "received_after": "2026-03-14T00:00:00Z"})

    status: DeliveryStatus = "quarantined"
    source: Filter | None = None
    received_after: When | None = None
    received_before: When | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: str | None = None
    dry_run: bool = Field(
        default=False, description="Only say what could be read by now. Nothing is changed."
    )


class ReplayedOut(BaseModel):
    delivery_id: str
    status: str = Field(
        description="What became of it. `readable`: it would be taken (`dry_run`). `failed`: by "
        "a mistake of ours, see the log. Otherwise, with a `reason`, how it still stands."
    )
    leads: list[str]
    reason: str | None


class ReplaysOut(BaseModel):
    replayed: int = Field(description="How many were read again and written down.")
    by_status: dict[str, int]
    items: list[ReplayedOut]
    next_cursor: str | None = Field(description="Give it as `cursor` to go on where this ended.")


class SourceOut(BaseModel):
    id: str
    kind: str
    title: str
    path: str = Field(description="Where to deliver to, beneath our public URL.")
    on: bool
    why_off: str | None
    last_delivery_at: Instant | None
    last_lead_at: Instant | None
    last_day: dict[str, int] = Field(description="Deliveries of the last 24 hours, by status.")
    refused: int = Field(description="Calls answered 401 by this process since it started.")
    silent: bool | None = Field(
        description="Whether no lead comes although its pattern of four weeks says that some "
        "should have. `null`: fewer than 20 leads, or two weeks, are known."
    )
    expected: float | None = Field(description="Leads that would usually have come since the last.")
