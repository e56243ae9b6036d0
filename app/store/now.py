"""What time it is by the database, and when the next thing is due: one question."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal_column, select

from app.store import clocks, configs, leads, messages, on_call_feeds, rechecks
from app.store.database import Tx
from app.store.rows import upsert
from app.store.tables import processes
from app.store.types import instant


@dataclass(frozen=True, slots=True)
class Pulse:
    """One look at the database."""

    at: datetime | None
    """Its own clock. `None` on SQLite, where the host's clock is the only one."""
    clock_due_at: datetime | None
    message_due_at: datetime | None
    route_at: datetime | None
    recheck_at: datetime | None
    lease_until: datetime | None
    config_version: int
    feeds_changed: int
    """Goes up when who is on call by a feed changes."""


async def pulse(tx: Tx) -> Pulse:
    row = await tx.conn.execute(_question(is_sqlite=tx.is_sqlite))
    return Pulse(*row.one())


@cache
def _question(*, is_sqlite: bool) -> Select[Any]:
    its_clock: ColumnElement[datetime | None] = literal_column(
        "NULL" if is_sqlite else "clock_timestamp()", instant()
    )
    return select(
        its_clock,
        clocks.next_due(),
        messages.next_wake(),
        leads.next_route(),
        rechecks.next_one(),
        messages.next_lease_end(),
        configs.newest_of_all(),
        on_call_feeds.changes_so_far(),
    )


async def beat(tx: Tx, process: UUID, role: str, *, started_at: datetime, now: datetime) -> None:
    """Say that this process is alive and its engine ticks."""
    insert = upsert(tx, processes)
    await tx.conn.execute(
        insert.on_conflict_do_update(index_elements=["id"], set_={"seen_at": now}),
        {"id": process, "role": role, "started_at": started_at, "seen_at": now},
    )


async def depart(tx: Tx, process: UUID) -> None:
    await tx.conn.execute(processes.delete().where(processes.c.id == process))
