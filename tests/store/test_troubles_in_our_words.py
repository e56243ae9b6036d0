"""The database's troubles, said in our words."""

from pathlib import Path

import pytest

from app.store import leads
from app.store.database import Database
from app.store.faults import NotMigrated
from tests.servers.postgres import PostgresServer


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_database_without_a_schema_is_not_called_away(
    kind: str, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    if kind == "postgresql":
        empty = postgres_server.create_database("never_migrated")
    database = Database.of(empty)

    with pytest.raises(NotMigrated):
        async with database.reading() as tx:
            await leads.find(tx, [])
    await database.close()
