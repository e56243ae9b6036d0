"""The two databases behind one door: the only place that begins and commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.store.faults import translate
from app.store.types import dumps


@dataclass(frozen=True, slots=True)
class Tx:
    """An open transaction. Whoever holds one may write; only its opener commits."""

    conn: AsyncConnection
    is_sqlite: bool


class Database:
    """Hands out transactions. SQLite has one writer, PostgreSQL a pool of them."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, *, is_sqlite: bool) -> None:
        self._writer = writer
        self._reader = reader
        self.is_sqlite = is_sqlite

    @classmethod
    def of(cls, url: str) -> "Database":
        """Connect lazily to `sqlite:///path` or `postgresql://…`; drivers are our affair."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(str(parsed.database))
        return _postgresql(url)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """One unit of work: committed when the block ends well, rolled back otherwise.

        Raises `DatabaseAway` or `Contended` for the database's own troubles.
        """
        async with self._open(self._writer) as conn, conn.begin():
            yield Tx(conn, self.is_sqlite)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """For questions only: each statement sees what is committed, and holds nothing."""
        async with self._open(self._reader) as conn:
            yield Tx(conn, self.is_sqlite)

    @asynccontextmanager
    async def _open(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        try:
            async with engine.connect() as conn:
                yield conn
        except (SQLAlchemyError, OSError) as error:
            trouble = translate(error)
            if trouble is None:
                raise
            raise trouble from error

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()


def _sqlite(path: str) -> Database:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    url = f"sqlite+aiosqlite:///{path}"
    common: dict[str, Any] = {"json_serializer": dumps, "json_deserializer": orjson.loads}
    writer = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=10, **common)
    reader = create_async_engine(
        url, pool_size=4, max_overflow=0, pool_timeout=10, isolation_level="AUTOCOMMIT", **common
    )
    for engine in (writer, reader):
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)

    @event.listens_for(writer.sync_engine, "begin")
    def _begin(conn: Any) -> None:
        # The lock is taken at once: a read that later wants to write cannot deadlock.
        conn.exec_driver_sql("BEGIN IMMEDIATE")

    return Database(writer, reader, is_sqlite=True)


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # The driver begins nothing behind our back.
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # A 200 survives a power cut: 0.4 ms a commit.
        "foreign_keys=ON",
        "busy_timeout=5000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _postgresql(url: str) -> Database:
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=8,
        max_overflow=4,
        pool_timeout=5,
        # No ping before each use, which would be one question more for each lead: the
        # first that meets a dead connection has them all replaced, and is tried again.
        pool_recycle=1800,
        json_serializer=dumps,
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": 3,
            "command_timeout": 10,
            "server_settings": {
                "application_name": "lead-router",
                "lock_timeout": "2000",
                "statement_timeout": "5000",
                "idle_in_transaction_session_timeout": "5000",
                "jit": "off",  # Planning a small statement must not cost a compilation.
            },
        },
    )
    reader = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Database(engine, reader, is_sqlite=False)
