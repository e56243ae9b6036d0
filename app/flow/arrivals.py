"""What arrives, and what becomes of it: the values that intake takes and gives."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.domain.delivery import DeliveryStatus, Held, Reading, Webhook
from app.domain.errors import Unreadable
from app.domain.lead import AgentId, Inquiry, LeadId
from app.domain.message import Message
from app.store.deliveries import Seen
from app.store.keys import Asking


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery, authentic, and read as far as it could be."""

    id: UUID
    kind: str
    webhook: Webhook
    received_at: datetime
    reading: Reading = field(default_factory=Reading)
    trouble: Unreadable | None = None
    is_replay: bool = False
    """It is stored already, and is read once more."""
    seen: Seen | None = None
    """How it stood then. If it was replayed since, this reading is a conflict."""


@dataclass(frozen=True, slots=True)
class TakenLead:
    """What became of one lead of a delivery."""

    id: LeadId
    status: DeliveryStatus
    owner: AgentId | None = None
    due: tuple[tuple[str, datetime], ...] = ()
    """(step, instant) of the clocks that were started for it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one delivery."""

    delivery_id: UUID
    status: DeliveryStatus
    leads: tuple[TakenLead, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of all of them, in their order, and the messages to ring for."""

    taken: tuple[Taken, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One inquiry of one delivery, with the claims it makes."""

    arrival: Arrival
    inquiry: Inquiry
    asking: Asking
    people: tuple[str, ...]
    held: Held | None = None
    """Only this came: the inquiry says no more than it does, and the rest is fetched."""

    @property
    def counts(self) -> bool:
        """Tests and spam are kept, and never routed, merged or deduplicated."""
        return not self.inquiry.is_test and self.inquiry.spam is None
