"""Runs migrations over a connection it is given, or over LEADROUTER_DATABASE_URL.

On PostgreSQL one migration runs at a time (an advisory lock), never waits long for a
table that is in use (`lock_timeout`), and a failed one leaves nothing behind.
"""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection, text

from app.store import tables
from app.store.database import Database

_LOCK = 7_232_114
"""An arbitrary number that nothing else locks: 'lead-router is migrating'."""


def migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '60s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_by_hand() -> None:
    database = Database.of(os.environ["LEADROUTER_DATABASE_URL"])
    async with database.transaction() as tx:
        await tx.conn.run_sync(migrate)
    await database.close()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(migrate_by_hand())
else:
    migrate(given)
