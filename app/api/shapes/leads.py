"""A lead as it is shown: with its clocks, what it asked, and what happened."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from app.api.shapes.base import Instant
from app.domain.lead import LeadStatus


class EscalationOut(BaseModel):
    to: str
    channel: str
    status: str
    at: Instant
    acknowledged_at: Instant | None


class ClockOut(BaseModel):
    """One SLA clock, as it stands at the instant it was asked for."""

    lead_id: str
    owner: str | None
    team: str | None
    source: str
    policy: str
    step: str
    action: Literal["remind", "escalate"]
    state: Literal["running", "paused", "met", "breached", "cancelled"]
    started_at: Instant
    due_at: Instant
    remaining_seconds: int
    responded_at: Instant | None
    breached_at: Instant | None
    escalations: list[EscalationOut]


class InquiryOut(BaseModel):
    id: str
    source: str
    external_id: str | None
    received_at: Instant
    occurred_at: Instant | None
    delivery_id: str | None
    asked: dict[str, Any]


class LeadOut(BaseModel):
    """A lead as a list shows it."""

    id: str
    status: LeadStatus
    owner: str | None
    team: str | None
    source: str
    medium: str | None
    kind: str
    language: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    message: str | None
    property: dict[str, Any]
    campaign: dict[str, Any]
    consent: dict[str, Any]
    extra: dict[str, Any]
    test: bool
    held: bool = Field(description="Only an id came: the rest is still to be fetched.")
    spam: str | None
    offered_to: list[str] = Field(description="Who may claim it now, besides any manager.")
    offered_until: Instant | None = Field(description="When the offer lapses.")
    received_at: Instant
    last_inquiry_at: Instant
    first_response_at: Instant | None
    acknowledged_at: Instant | None
    closed_at: Instant | None
    erased_at: Instant | None


class LeadDetail(LeadOut):
    sla: list[ClockOut]
    inquiries: list[InquiryOut]


class FactOut(BaseModel):
    at: Instant
    type: str
    actor: str
    data: dict[str, Any]
