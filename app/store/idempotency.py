"""Answers to calls that carried an `Idempotency-Key`, repeated for 24 hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from app.store.database import Tx
from app.store.tables import idempotency_keys

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Answered:
    body_hash: str
    status: int
    answer: Mapping[str, Any]


async def find(tx: Tx, caller: str, key: str, *, now: datetime) -> Answered | None:
    await tx.conn.execute(
        delete(idempotency_keys).where(idempotency_keys.c.created_at <= now - KEPT_FOR)
    )
    rows = await tx.conn.execute(
        select(
            idempotency_keys.c.body_hash, idempotency_keys.c.status, idempotency_keys.c.answer
        ).where(idempotency_keys.c.caller == caller, idempotency_keys.c.key == key)
    )
    row = rows.one_or_none()
    return None if row is None else Answered(*row)


async def keep(
    tx: Tx,
    caller: str,
    key: str,
    answered: Answered,
    *,
    now: datetime,
) -> None:
    await tx.conn.execute(
        insert(idempotency_keys),
        {
            "caller": caller,
            "key": key,
            "body_hash": answered.body_hash,
            "status": answered.status,
            "answer": dict(answered.answer),
            "created_at": now,
        },
    )
