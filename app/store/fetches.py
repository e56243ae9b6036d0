"""Fetches of held leads, as rows: who is still being asked for, and asked for sooner."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from app.domain.message import Message, MessageKind, MessageState
from app.store.database import Tx
from app.store.rows import to_message
from app.store.tables import messages

_IS_FETCH = messages.c.kind == MessageKind.FETCH
_UNDER_WAY = (MessageState.PENDING, MessageState.LEASED, MessageState.SENDING)


async def under_way(tx: Tx, lead_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the leads that are still being asked for."""
    rows = await tx.conn.execute(
        select(messages.c.lead_id).where(
            messages.c.lead_id.in_(list(lead_ids)), _IS_FETCH, messages.c.state.in_(_UNDER_WAY)
        )
    )
    return {row.lead_id for row in rows}


async def how_many(tx: Tx, lead_id: UUID) -> int:
    question = select(func.count()).select_from(messages)
    return await tx.conn.scalar(question.where(messages.c.lead_id == lead_id, _IS_FETCH)) or 0


async def hurry(tx: Tx, lead_id: UUID, *, now: datetime) -> list[Message]:
    """Ask for a lead now, and not when its pause is over."""
    rows = await tx.conn.execute(
        update(messages)
        .where(messages.c.lead_id == lead_id, _IS_FETCH, messages.c.state == MessageState.PENDING)
        .values(next_at=now)
        .returning(*messages.c)
    )
    return [to_message(row) for row in rows]


async def hurry_all(tx: Tx, *, at: datetime) -> None:
    """Ask for every held lead no later than `at`: what stood in the way may be gone."""
    await tx.conn.execute(
        update(messages)
        .where(_IS_FETCH, messages.c.state == MessageState.PENDING, messages.c.next_at > at)
        .values(next_at=at)
    )
