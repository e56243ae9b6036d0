"""SLA clocks as rows: due ones are fired, evidence stops the rest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from app.domain.lead import LeadId
from app.domain.sla import SlaClock
from app.store.database import Tx
from app.store.rows import to_clock
from app.store.tables import clocks, leads


async def lock_due(
    tx: Tx, *, now: datetime, limit: int, among: Sequence[UUID] | None = None
) -> list[SlaClock]:
    """The running clocks whose instant has come, oldest first, each held by one engine.

    Any number of engines may ask: what another one holds is passed over. `among`: only
    these, by their ids.
    """
    question = (
        select(clocks)
        .where(clocks.c.state == "running", clocks.c.due_at <= now)
        .order_by(clocks.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if among is not None:
        question = question.where(clocks.c.id.in_(among))
    return [to_clock(row) for row in await tx.conn.execute(question)]


async def due(tx: Tx, *, now: datetime, limit: int) -> list[SlaClock]:
    """The running clocks whose instant has come and that no engine holds. None is held."""
    async with tx.conn.begin_nested() as glance:
        found = await lock_due(tx, now=now, limit=limit)
        # Gives the locks back. To wait for a lead while holding clocks would be the wrong way
        # round, and without the locks every engine would see the same clocks.
        await glance.rollback()
    return found


async def breach(tx: Tx, clock_ids: Sequence[UUID], *, now: datetime) -> None:
    """Mark clocks as breached. Only a running clock can be."""
    await tx.conn.execute(
        update(clocks)
        .where(clocks.c.id.in_(list(clock_ids)), clocks.c.state == "running")
        .values(state="breached", fired_at=now)
    )


async def of_lead(tx: Tx, lead_id: UUID) -> list[SlaClock]:
    rows = await tx.conn.execute(_OF_LEAD, {"lead": lead_id})
    return [to_clock(row) for row in rows]


async def policies_of(tx: Tx, lead_ids: Sequence[UUID]) -> dict[LeadId, str]:
    """By which policy the clocks of each lead were started last."""
    rows = await tx.conn.execute(
        select(clocks.c.lead_id, clocks.c.policy)
        .where(clocks.c.lead_id.in_(lead_ids))
        .order_by(clocks.c.started_at, clocks.c.id)
    )
    return {LeadId(row.lead_id): row.policy for row in rows}


_OF_LEAD = (
    select(clocks)
    .where(clocks.c.lead_id == bindparam("lead"))
    .order_by(clocks.c.due_at, clocks.c.id)
)


async def stop(
    tx: Tx, lead_id: UUID, *, responded_at: datetime, evidence: Mapping[str, Any]
) -> list[SlaClock]:
    """Write down that evidence came. Answers the clocks it stopped.

    A running clock is met, or breached if the evidence came at or after its deadline and
    no engine had seen that yet.
    """
    open_ones = (
        clocks.c.lead_id == lead_id,
        clocks.c.state.in_(("running", "paused")),
    )
    values = {"responded_at": responded_at, "stopped_by": dict(evidence)}
    stopped = await tx.conn.execute(
        update(clocks)
        .where(*open_ones, clocks.c.due_at > responded_at)
        .values(state="met", **values)
        .returning(*clocks.c)
    )
    met = [to_clock(row) for row in stopped]
    late = await tx.conn.execute(
        update(clocks).where(*open_ones).values(state="breached", **values).returning(*clocks.c)
    )
    breached = [to_clock(row) for row in late]
    await tx.conn.execute(
        update(clocks)
        .where(
            clocks.c.lead_id == lead_id,
            clocks.c.state == "breached",
            clocks.c.responded_at.is_(None),
        )
        .values(**values)
    )
    return met + breached


async def cancel(tx: Tx, lead_id: UUID, *, why: str) -> int:
    """The lead is closed or starts anew: what still runs will never be due."""
    done = await tx.conn.execute(
        update(clocks)
        .where(clocks.c.lead_id == lead_id, clocks.c.state.in_(("running", "paused")))
        .values(state="cancelled", stopped_by={"reason": why})
    )
    return done.rowcount


async def carry_over(tx: Tx, lead_id: UUID, *, epoch: int) -> None:
    """The owner changed: the clocks run on, and count for the new epoch."""
    await tx.conn.execute(
        update(clocks)
        .where(clocks.c.lead_id == lead_id, clocks.c.state.in_(("running", "paused")))
        .values(epoch=epoch)
    )


async def carry_over_all(tx: Tx, lead_ids: Sequence[UUID]) -> None:
    """The same for several leads, which have their new epochs already."""
    if lead_ids:
        its_lead = select(leads.c.epoch).where(leads.c.id == clocks.c.lead_id).scalar_subquery()
        await tx.conn.execute(
            update(clocks)
            .where(clocks.c.lead_id.in_(lead_ids), clocks.c.state.in_(("running", "paused")))
            .values(epoch=its_lead)
        )


def next_due() -> Any:
    """When the next clock is due, as part of a larger question."""
    return (
        select(clocks.c.due_at)
        .where(clocks.c.state == "running")
        .order_by(clocks.c.due_at)
        .limit(1)
        .scalar_subquery()
    )
