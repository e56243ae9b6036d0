"""Facts that were written. They are never altered, but for what a person may ask to forget."""

from uuid import UUID

from sqlalchemy import select, update

from app.domain.facts import FactType
from app.store.database import Tx
from app.store.rows import Stored, stored
from app.store.tables import facts

_ANSWERS = (FactType.LEAD_ATTEMPTED, FactType.LEAD_ACKNOWLEDGED)
_FREE_TEXT = ("note", "reason")


async def answers_to(tx: Tx, lead_id: UUID) -> list[Stored]:
    """What people said that they did about a lead, in order."""
    rows = await tx.conn.execute(
        select(facts)
        .where(facts.c.lead_id == lead_id, facts.c.type.in_(_ANSWERS))
        .order_by(facts.c.seq)
    )
    return [stored(row) for row in rows]


async def erase_notes(tx: Tx, lead_id: UUID) -> None:
    """Take the words that people wrote out of a lead's facts. What happened stays."""
    rows = await tx.conn.execute(
        select(facts.c.seq, facts.c.data).where(facts.c.lead_id == lead_id)
    )
    for row in rows.all():
        if any(row.data.get(name) for name in _FREE_TEXT):
            kept = {name: value for name, value in row.data.items() if name not in _FREE_TEXT}
            await tx.conn.execute(update(facts).where(facts.c.seq == row.seq).values(data=kept))
