"""From stored values to the shapes we show. No question is asked and no rule decided here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.api.shapes.deliveries import DeliveryOut
from app.api.shapes.leads import ClockOut, EscalationOut, InquiryOut, LeadOut
from app.api.shapes.messages import MessageOut
from app.domain.message import Message, MessageState
from app.sla.state import ClockState, remaining_seconds, state_at
from app.store.clock_listing import ClockOfLead
from app.store.rows import Stored

_SAME = (
    *("status", "owner", "team", "source", "medium", "kind", "language", "first_name"),
    *("last_name", "email", "phone", "message", "property", "campaign", "consent", "extra"),
    *("held", "spam", "received_at", "last_inquiry_at", "first_response_at", "acknowledged_at"),
    *("closed_at", "erased_at", "offered_until"),
)


def lead_fields(row: Any) -> dict[str, Any]:
    """The fields of a lead that a list shows, from a row or from a `Lead`."""
    read = row.__getitem__ if isinstance(row, Mapping) else lambda name: getattr(row, name)
    return {name: read(name) for name in _SAME} | {
        "id": str(read("id")),
        "test": read("is_test"),
        "offered_to": list(read("offered_to") or ()),
    }


def lead(row: Stored) -> LeadOut:
    return LeadOut(**lead_fields(row))


def inquiry(row: Stored) -> InquiryOut:
    return InquiryOut(
        id=str(row["id"]),
        source=row["source"],
        external_id=row["external_id"],
        received_at=row["received_at"],
        occurred_at=row["occurred_at"],
        delivery_id=None if row["delivery_id"] is None else str(row["delivery_id"]),
        asked=row["asked"],
    )


def clock(each: ClockOfLead, told: Sequence[Message], now: datetime) -> ClockOut:
    """A clock with its state at `now`, whatever any loop has written down yet."""
    it = each.clock
    state = state_at(ClockState(it.state), it.due_at, it.responded_at, now)
    running = state is ClockState.RUNNING
    return ClockOut(
        lead_id=str(it.lead_id),
        owner=each.owner,
        team=each.team,
        source=each.source,
        policy=it.policy,
        step=it.step,
        action="remind" if it.action == "remind" else "escalate",
        state=state.value,
        started_at=it.started_at,
        due_at=it.due_at,
        remaining_seconds=remaining_seconds(it.due_at, now) if running else 0,
        responded_at=it.responded_at,
        breached_at=it.due_at if state is ClockState.BREACHED else None,
        escalations=[escalation(message, now) for message in told],
    )


def escalation(message: Message, now: datetime) -> EscalationOut:
    return EscalationOut(
        to=message.recipient,
        channel=message.channel,
        status=status_of(message.state, message.next_at, now),
        at=message.sent_at or message.created_at,
        acknowledged_at=message.acknowledged_at,
    )


def status_of(state: str, next_at: datetime | None, now: datetime) -> Any:
    """The contract's word for where a message is."""
    if state in {MessageState.PENDING, MessageState.LEASED}:
        later = next_at is not None and next_at > now and state == MessageState.PENDING
        return "deferred" if later else "queued"
    return str(state)


def message(row: Stored, now: datetime) -> MessageOut:
    return MessageOut(
        id=str(row["id"]),
        lead_id=None if row["lead_id"] is None else str(row["lead_id"]),
        kind=row["kind"],
        to=row["recipient"],
        channel=row["channel"],
        status=status_of(row["state"], row["next_at"], now),
        sandbox=row["is_sandbox"],
        attempts=row["attempts"],
        not_before=row["next_at"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
        acknowledged_at=row["acknowledged_at"],
        provider_id=row["provider_id"],
        reason=row["reason"],
        subject=row["subject"],
        body=row["body"],
    )


def delivery(row: Stored) -> DeliveryOut:
    names = ("source", "kind", "status", "received_at", "content_type", "reason", "read_until")
    return DeliveryOut(
        id=str(row["id"]),
        leads=row["leads"],
        replayed_at=row["replayed_at"],
        **{name: row[name] for name in names},
    )


def by_clock(messages: Sequence[Message]) -> dict[UUID, list[Message]]:
    told: dict[UUID, list[Message]] = {}
    for each in messages:
        if each.clock_id is not None:
            told.setdefault(each.clock_id, []).append(each)
    return told
