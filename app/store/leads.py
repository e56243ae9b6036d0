"""Leads, one at a time: read, locked, changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from app.domain.errors import NoSuch
from app.domain.lead import Lead, LeadId
from app.store.database import Tx
from app.store.rows import to_lead
from app.store.tables import leads


async def get(tx: Tx, lead_id: UUID) -> Lead:
    """Read a lead. Raises `NoSuch`."""
    found = await find(tx, [lead_id])
    if not found:
        raise NoSuch("lead", str(lead_id))
    return found[LeadId(lead_id)]


async def find(tx: Tx, lead_ids: Iterable[UUID]) -> dict[LeadId, Lead]:
    rows = await tx.conn.execute(_FIND, {"wanted": list(lead_ids)})
    return {LeadId(row.id): to_lead(row) for row in rows}


_FIND = select(leads).where(leads.c.id.in_(bindparam("wanted", expanding=True)))


async def standing_for(tx: Tx, lead_id: UUID) -> Lead:
    """Read a lead; one that was merged is answered as the lead that stands for it."""
    lead = await get(tx, lead_id)
    return lead if lead.merged_into is None else await get(tx, lead.merged_into)


async def merged_into(tx: Tx, lead_id: UUID) -> list[UUID]:
    """The leads that this one stands for beside itself."""
    rows = await tx.conn.execute(
        select(leads.c.id).where(leads.c.merged_into == lead_id).order_by(leads.c.id)
    )
    return [row.id for row in rows]


async def lock(tx: Tx, lead_id: UUID) -> Lead:
    """Read a lead and keep others from changing it until the end of the transaction.

    One that was merged is answered, and held, as the lead that stands for it.
    """
    found = await lock_many(tx, [lead_id])
    if not found:
        raise NoSuch("lead", str(lead_id))
    lead = found[LeadId(lead_id)]
    return lead if lead.merged_into is None else await lock(tx, lead.merged_into)


async def lock_many(tx: Tx, lead_ids: Iterable[UUID]) -> dict[LeadId, Lead]:
    """The same for several, always in the order of their ids."""
    wanted = sorted(set(lead_ids))
    if not wanted:
        return {}
    rows = await tx.conn.execute(
        select(leads)
        .where(leads.c.id.in_(wanted))
        .order_by(leads.c.id)
        # NO KEY: an engine that holds a clock may still write messages about the lead, or
        # the two would wait for each other.
        .with_for_update(key_share=True)
    )
    return {LeadId(row.id): to_lead(row) for row in rows}


async def change(tx: Tx, lead_id: UUID, values: Mapping[str, Any]) -> None:
    await tx.conn.execute(update(leads).where(leads.c.id == lead_id).values(dict(values)))


async def waiting_for_an_owner(tx: Tx, *, now: datetime, limit: int) -> list[Lead]:
    """Leads nobody could take when they came, whose time to look again has come."""
    rows = await tx.conn.execute(
        select(leads)
        .where(leads.c.route_at <= now)
        .order_by(leads.c.route_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [to_lead(row) for row in rows]


async def look_again_at(tx: Tx, at: datetime) -> None:
    """Somebody became available: every lead without an owner is looked at again."""
    await tx.conn.execute(update(leads).where(leads.c.route_at.is_not(None)).values(route_at=at))


def next_route() -> Any:
    """When the next lead without an owner is looked at, as part of a larger question."""
    return (
        select(leads.c.route_at)
        .where(leads.c.route_at.is_not(None))
        .order_by(leads.c.route_at)
        .limit(1)
        .scalar_subquery()
    )
