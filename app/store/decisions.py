"""Decisions that were written: read to be explained, and altered only to forget a person."""

from uuid import UUID

from sqlalchemy import select, update

from app.routing.seen import without_person
from app.store.database import Tx
from app.store.listing import of_lead
from app.store.rows import Stored, stored
from app.store.tables import decisions

BY_HAND = "manual"
"""The strategy of decisions that a person took, and wrote the reason of."""


async def decisions_of(tx: Tx, lead_id: UUID) -> list[Stored]:
    """All about a lead, the first one first."""
    rows = await tx.conn.execute(
        select(decisions)
        .where(of_lead(decisions.c.lead_id, lead_id))
        .order_by(decisions.c.at, decisions.c.id)
    )
    return [stored(row) for row in rows]


async def forget_person(tx: Tx, lead_id: UUID) -> None:
    """Take out what came from the person, and what people wrote. What was decided stays."""
    rows = await tx.conn.execute(
        select(decisions.c.id, decisions.c.strategy, decisions.c.detail, decisions.c.seen).where(
            decisions.c.lead_id == lead_id
        )
    )
    for row in rows.all():
        seen = None if row.seen is None else without_person(row.seen)
        detail = row.detail
        if row.strategy == BY_HAND:
            detail = {**detail, "reason": "assigned by a person"}
        if (seen, detail) != (row.seen, row.detail):
            await tx.conn.execute(
                update(decisions).where(decisions.c.id == row.id).values(seen=seen, detail=detail)
            )
