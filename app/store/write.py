"""All the new rows of a piece of work, written table by table, each in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.domain.facts import Fact
from app.domain.lead import Lead
from app.domain.message import Message
from app.domain.sla import SlaClock
from app.store import tables
from app.store.database import Tx
from app.store.rows import CLOCK, LEAD, MESSAGE, plain


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


_DELIVERY = tuple(NewDelivery.__slots__)
_INQUIRY = tuple(NewInquiry.__slots__)
_DECISION = tuple(NewDecision.__slots__)


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
        for table, values, names in (
            (tables.deliveries, self.deliveries, _DELIVERY),
            (tables.leads, self.leads, LEAD),
            (tables.inquiries, self.inquiries, _INQUIRY),
            (tables.decisions, self.decisions, _DECISION),
            (tables.clocks, self.clocks, CLOCK),
        ):
            if values:
                await tx.conn.execute(insert(table), [plain(each, names) for each in values])
        await add_messages(tx, self.messages)
        await add_facts(tx, self.facts)


async def add_messages(tx: Tx, messages: list[Message]) -> None:
    if messages:
        await tx.conn.execute(insert(tables.messages), [plain(each, MESSAGE) for each in messages])


async def add_facts(tx: Tx, facts: list[Fact]) -> None:
    if facts:
        await tx.conn.execute(
            insert(tables.facts),
            [
                {
                    "lead_id": each.lead_id,
                    "at": each.at,
                    "type": each.type,
                    "actor": each.actor,
                    "data": dict(each.data),
                }
                for each in facts
            ],
        )
