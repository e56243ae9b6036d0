"""What was asked, as rows: read again, and filled in when the rest of it was fetched."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from app.store.database import Tx
from app.store.rows import Stored, stored
from app.store.tables import inquiries


async def find(tx: Tx, inquiry_id: UUID) -> Stored | None:
    rows = await tx.conn.execute(select(inquiries).where(inquiries.c.id == inquiry_id))
    row = rows.one_or_none()
    return None if row is None else stored(row)


async def first_of(tx: Tx, lead_id: UUID) -> UUID | None:
    """The inquiry that made the lead."""
    found: UUID | None = await tx.conn.scalar(
        select(inquiries.c.id)
        .where(inquiries.c.lead_id == lead_id)
        .order_by(inquiries.c.received_at, inquiries.c.id)
        .limit(1)
    )
    return found


async def first_delivery_of(tx: Tx, lead_id: UUID) -> UUID | None:
    """The delivery that made the lead. `None`: none did."""
    found: UUID | None = await tx.conn.scalar(
        select(inquiries.c.delivery_id)
        .where(inquiries.c.lead_id == lead_id)
        .order_by(inquiries.c.received_at, inquiries.c.id)
        .limit(1)
    )
    return found


async def how_many(tx: Tx, lead_id: UUID) -> int:
    question = select(func.count()).select_from(inquiries).where(inquiries.c.lead_id == lead_id)
    return await tx.conn.scalar(question) or 0


async def change(tx: Tx, inquiry_id: UUID, values: Mapping[str, Any]) -> None:
    await tx.conn.execute(
        update(inquiries).where(inquiries.c.id == inquiry_id).values(dict(values))
    )
