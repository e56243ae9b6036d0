"""What each source brought, and when: counted from deliveries, never from memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    extract,
    func,
    select,
    type_coerce,
)

from app.domain.delivery import DeliveryStatus
from app.store.database import Tx
from app.store.tables import deliveries

_BROUGHT = and_(
    deliveries.c.status.in_((DeliveryStatus.ACCEPTED, DeliveryStatus.UPDATED, DeliveryStatus.HELD)),
    cast(deliveries.c.leads, Text) != "[]",
)
"""A delivery that brought a lead. Tests, repeats, unread ones and page views brought none."""


@dataclass(slots=True)
class Arrivals:
    """When a source brought leads."""

    last_at: datetime
    by_hour: dict[int, int] = field(default_factory=dict)
    """Deliveries in each hour that had any, hours counted since 1970."""


async def arrivals(tx: Tx, *, since: datetime) -> Mapping[str, Arrivals]:
    """The deliveries that brought leads, by source."""
    rows = await tx.conn.execute(_by_hour(is_sqlite=tx.is_sqlite), {"since": since})
    found: dict[str, Arrivals] = {}
    # In the order of hours: the last one seen of a source holds its last delivery.
    for source, hour, count, last_at in sorted(rows, key=lambda row: row[1]):
        told = found.setdefault(source, Arrivals(last_at))
        told.last_at = last_at
        told.by_hour[_number(hour)] = count
    return found


@cache
def _by_hour(*, is_sqlite: bool) -> Select[Any]:
    at = deliveries.c.received_at
    # SQLite keeps an instant as text: its first thirteen characters are the hour.
    hour: ColumnElement[Any] = (
        func.substr(type_coerce(at, String), 1, 13)
        if is_sqlite
        else cast(func.floor(extract("epoch", at) / 3600), Integer)
    )
    return (
        select(deliveries.c.source, hour, func.count(), func.max(at))
        .where(at >= bindparam("since"), _BROUGHT)
        .group_by(deliveries.c.source, hour)
    )


def _number(hour: int | str) -> int:
    if isinstance(hour, int):
        return hour
    return int(datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC).timestamp()) // 3600


async def lead_at(tx: Tx, source: str, at: datetime) -> UUID | None:
    """The delivery by which a source brought a lead at `at`, if it brought none since."""
    rows = await tx.conn.execute(
        select(deliveries.c.id, deliveries.c.received_at)
        .where(
            deliveries.c.source == source,
            _BROUGHT,
            deliveries.c.received_at >= at,
        )
        .order_by(deliveries.c.received_at.desc(), deliveries.c.id.desc())
        .limit(1)
    )
    row = rows.one_or_none()
    return row.id if row is not None and row.received_at == at else None


async def delivered_since(tx: Tx, source: str, since: datetime) -> bool:
    """Whether anything authentic came from a source, from that instant on."""
    there = exists().where(deliveries.c.source == source, deliveries.c.received_at >= since)
    return bool(await tx.conn.scalar(select(there)))


class Last(NamedTuple):
    """When a source delivered anything, and when it brought a lead, for the last time."""

    delivery_at: datetime
    lead_at: datetime | None


async def last_of_each(tx: Tx) -> Mapping[str, Last]:
    """By source. Looks at every delivery there is: not for what happens often."""
    at = deliveries.c.received_at
    brought = case((_BROUGHT, at))
    rows = await tx.conn.execute(
        select(deliveries.c.source, func.max(at), func.max(brought)).group_by(deliveries.c.source)
    )
    return {source: Last(delivery_at, lead_at) for source, delivery_at, lead_at in rows}


async def last_day(tx: Tx, *, now: datetime) -> Mapping[str, Mapping[str, int]]:
    """Deliveries of the last 24 hours: by source, then by status."""
    rows = await tx.conn.execute(
        select(deliveries.c.source, deliveries.c.status, func.count())
        .where(deliveries.c.received_at > now - timedelta(days=1))
        .group_by(deliveries.c.source, deliveries.c.status)
    )
    found: dict[str, dict[str, int]] = {}
    for source, status, count in rows:
        found.setdefault(source, {})[status] = count
    return found
