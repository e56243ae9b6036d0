"""Answers to calls that carried an `Idempotency-Key`, repeated for 24 hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from app.store.database import Tx
from app.store.rows import upsert
from app.store.tables import idempotency_keys

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Call:
    """One call that must have its effect once."""

    caller: str
    key: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class Answered:
    body_hash: str
    status: int
    answer: Mapping[str, Any]


async def begin(tx: Tx, call: Call, *, now: datetime) -> Answered | None:
    """Claim the key for this transaction; or answer what its first call was answered.

    A second call at the same time waits here until the first one has committed.
    """
    mine = (idempotency_keys.c.caller == call.caller, idempotency_keys.c.key == call.key)
    await tx.conn.execute(
        delete(idempotency_keys).where(*mine, idempotency_keys.c.created_at <= now - KEPT_FOR)
    )
    done = await tx.conn.execute(
        upsert(tx, idempotency_keys).on_conflict_do_nothing(index_elements=["caller", "key"]),
        {
            "caller": call.caller,
            "key": call.key,
            "body_hash": call.body_hash,
            "status": 0,
            "answer": {},
            "created_at": now,
        },
    )
    if done.rowcount:
        return None
    rows = await tx.conn.execute(
        select(
            idempotency_keys.c.body_hash, idempotency_keys.c.status, idempotency_keys.c.answer
        ).where(*mine)
    )
    return Answered(*rows.one())


async def finish(tx: Tx, call: Call, *, status: int, answer: Mapping[str, Any]) -> None:
    await tx.conn.execute(
        update(idempotency_keys)
        .where(idempotency_keys.c.caller == call.caller, idempotency_keys.c.key == call.key)
        .values(status=status, answer=dict(answer))
    )
