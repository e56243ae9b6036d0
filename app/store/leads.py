"""Leads, one at a time: read, locked, changed."""

from collections.abc import Iterable, Mapping, Sequence
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
    return await _lock(tx, lead_ids, skip_locked=False)


async def lock_free(tx: Tx, lead_ids: Iterable[UUID]) -> dict[LeadId, Lead]:
    """The same for those that nobody else holds this instant: nothing is waited for."""
    return await _lock(tx, lead_ids, skip_locked=True)


async def _lock(tx: Tx, lead_ids: Iterable[UUID], *, skip_locked: bool) -> dict[LeadId, Lead]:
    wanted = sorted(set(lead_ids))
    if not wanted:
        return {}
    rows = await tx.conn.execute(
        select(leads)
        .where(leads.c.id.in_(wanted))
        .order_by(leads.c.id)
        # NO KEY: an engine that holds a clock may still write messages about the lead, or
        # the two would wait for each other.
        .with_for_update(skip_locked=skip_locked, key_share=True)
    )
    return {LeadId(row.id): to_lead(row) for row in rows}


async def change(tx: Tx, lead_id: UUID, values: Mapping[str, Any]) -> None:
    await tx.conn.execute(update(leads).where(leads.c.id == lead_id).values(dict(values)))


async def change_all(tx: Tx, changed: Sequence[Mapping[str, Any]]) -> None:
    """The same for several, each with its `id` and the same columns, at one go."""
    if not changed:
        return
    names = [name for name in changed[0] if name != "id"]
    await tx.conn.execute(
        update(leads)
        .where(leads.c.id == bindparam("lead"))
        .values({name: bindparam(f"new_{name}") for name in names}),
        [{"lead": each["id"]} | {f"new_{name}": each[name] for name in names} for each in changed],
    )


async def waiting_for_an_owner(tx: Tx, *, now: datetime, limit: int) -> list[Lead]:
    """Leads nobody could take when they came, or claimed, whose time to look again has come."""
    rows = await tx.conn.execute(
        select(leads)
        .where(leads.c.route_at <= now)
        # Who came first is first: also that a rehearsal can do it in the same order.
        .order_by(leads.c.route_at, leads.c.received_at, leads.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [to_lead(row) for row in rows]


async def look_again_at(tx: Tx, at: datetime) -> None:
    """Somebody became available: every lead that waits for an owner is looked at again.

    An open offer is not cut short: those it was made to have been promised its time.
    """
    waiting = (
        select(leads.c.id)
        .where(leads.c.route_at > at, leads.c.offered_until.is_(None))
        .order_by(leads.c.id)
        .with_for_update(key_share=True)
    )
    await tx.conn.execute(update(leads).where(leads.c.id.in_(waiting)).values(route_at=at))


def next_route() -> Any:
    """When the next lead without an owner is looked at, as part of a larger question."""
    return (
        select(leads.c.route_at)
        .where(leads.c.route_at.is_not(None))
        .order_by(leads.c.route_at)
        .limit(1)
        .scalar_subquery()
    )
