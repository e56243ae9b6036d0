"""All the new rows of a piece of work, written table by table, each in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.facts import Fact
from app.domain.lead import Lead
from app.domain.message import Message
from app.domain.sla import SlaClock
from app.store import tables
from app.store.bulk import add_all
from app.store.database import Tx
from app.store.rows import CLOCK, LEAD, MESSAGE, names_of


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One raw delivery, to be kept whole."""

    id: UUID
    source: str
    kind: str
    status: str
    received_at: datetime
    content_type: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    leads: tuple[str, ...] = ()
    reason: str | None = None
    read_until: str | None = None


@dataclass(frozen=True, slots=True)
class NewInquiry:
    id: UUID
    lead_id: UUID
    delivery_id: UUID | None
    source: str
    external_id: str | None
    received_at: datetime
    occurred_at: datetime | None
    asked: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NewDecision:
    id: UUID
    lead_id: UUID
    at: datetime
    config_version: int
    rule: str | None
    strategy: str | None
    owner: str | None
    team: str | None
    detail: Mapping[str, Any]
    seen: Mapping[str, Any] | None = None
    """All that was looked at, so that the decision can be taken again."""


_LATER = {
    *("first_response_at", "acknowledged_at", "erased_at", "merged_into", "lost_by"),
    *("fired_at", "responded_at", "stopped_by"),
    *("fence", "attempts", "crashes", "lease_until", "leased_by", "sending_at", "sent_at"),
    *("provider_id", "is_sandbox", "subject", "body"),
}
"""What no new row has yet: the table's own defaults stand for it."""

_DELIVERY = names_of(NewDelivery)
_LEAD = tuple(name for name in LEAD if name not in _LATER)
_INQUIRY = names_of(NewInquiry)
_DECISION = names_of(NewDecision)
_CLOCK = tuple(name for name in CLOCK if name not in _LATER)
_MESSAGE = tuple(name for name in MESSAGE if name not in _LATER)
_FACT = names_of(Fact)


@dataclass(slots=True)
class Rows:
    """Collects what must be written. `write` empties nothing: it is called once."""

    deliveries: list[NewDelivery] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    inquiries: list[NewInquiry] = field(default_factory=list)
    decisions: list[NewDecision] = field(default_factory=list)
    clocks: list[SlaClock] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    async def write(self, tx: Tx) -> None:
        """Parents before children, so that every reference finds its row."""
        await add_all(tx, tables.deliveries, self.deliveries, _DELIVERY)
        await add_all(tx, tables.leads, self.leads, _LEAD)
        await add_all(tx, tables.inquiries, self.inquiries, _INQUIRY)
        await add_all(tx, tables.decisions, self.decisions, _DECISION)
        await add_all(tx, tables.clocks, self.clocks, _CLOCK)
        await add_all(tx, tables.messages, self.messages, _MESSAGE)
        await add_facts(tx, self.facts)


async def add_facts(tx: Tx, facts: Sequence[Fact]) -> None:
    await add_all(tx, tables.facts, facts, _FACT)
