"""The schema goes up, down and up again, and is what the code believes it to be."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import AppError
from app.store import schema, tables
from app.store.database import Database, Tx
from tests.servers.service import lead_router

TRIGGERS = {"clock_stays_ended", "message_stays_ended"}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    yield server.create_database("empty")
    server.drop_database("empty")


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    database = Database.of(empty_url)
    yield database
    await database.close()


async def _tables(database: Database) -> set[str]:
    def read(connection: Connection) -> set[str]:
        return set(inspect(connection).get_table_names())

    async with database.reading() as tx:
        found: set[str] = await tx.conn.run_sync(read)
    return found


async def _triggers(tx: Tx) -> set[str]:
    of_sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    of_postgresql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    rows = await tx.conn.execute(text(of_sqlite if tx.is_sqlite else of_postgresql))
    return set(rows.scalars())


async def test_up_down_and_up_again(empty: Database) -> None:
    ours = {table.name for table in tables.metadata.sorted_tables}

    assert await schema.upgrade(empty)
    assert await _tables(empty) == ours | {"alembic_version"}

    await schema.downgrade(empty, "base")
    assert await _tables(empty) == {"alembic_version"}
    async with empty.reading() as tx:
        assert await _triggers(tx) == set()
        assert await schema.revision(tx) is None

    assert await schema.upgrade(empty)
    async with empty.reading() as tx:
        assert await _triggers(tx) == TRIGGERS
        assert await schema.revision(tx) == schema.HEAD


async def test_going_down_leaves_nothing_behind_in_postgresql(postgres_server: Any) -> None:
    database = Database.of(postgres_server.create_database("down"))
    await schema.upgrade(database)
    await schema.downgrade(database, "base")
    await database.close()

    functions = postgres_server.query(
        "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE n.nspname = 'public'",
        database="down",
    )
    postgres_server.drop_database("down")
    assert functions == ""


async def test_a_second_upgrade_has_nothing_to_do(database: Database) -> None:
    assert not await schema.upgrade(database)


async def test_an_empty_database_has_no_revision(empty: Database) -> None:
    async with empty.reading() as tx:
        assert await schema.revision(tx) is None


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    differences: list[Any] = compare_metadata(context, tables.metadata)
    return differences


async def test_the_migrations_end_where_the_tables_stand(database: Database) -> None:
    async with database.transaction() as tx:
        assert await tx.conn.run_sync(_differences) == []
        assert await _triggers(tx) == TRIGGERS


def test_the_head_that_the_code_knows_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "migrations"))

    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


async def test_two_processes_that_upgrade_at_once_do_not_disturb_each_other(
    empty_url: str,
) -> None:
    env = {"LEADROUTER_DATABASE_URL": empty_url}

    await asyncio.gather(*(asyncio.to_thread(lead_router, "migrate", env=env) for _ in range(2)))

    database = Database.of(empty_url)
    async with database.reading() as tx:
        assert await schema.revision(tx) == schema.HEAD
    await database.close()


async def test_an_upgrade_that_fails_leaves_nothing_behind(empty: Database) -> None:
    async with empty.transaction() as tx:
        await tx.conn.execute(text("CREATE TABLE message (id INTEGER)"))

    with pytest.raises((AppError, SQLAlchemyError)):
        await schema.upgrade(empty)

    assert await _tables(empty) - {"alembic_version"} == {"message"}
