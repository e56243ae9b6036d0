"""Offices for tests of processes: one form each."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults.processes.office import Office, office, prepare
from tests.servers.postgres import PostgresServer, postgres
from tests.servers.redis import RedisServer

TEMPLATE = "lead_router_migrated"


@pytest.fixture(scope="session")
def migrated(postgres_server: PostgresServer) -> PostgresServer:
    """The server with a database at head and the office's config in it, to be copied."""
    prepare(postgres_server.create_database(TEMPLATE))
    return postgres_server


@pytest.fixture
def fragile_postgres() -> Iterator[PostgresServer]:
    """A server of the test's own, to be crashed: it writes through to the disk."""
    with postgres(durable=True) as server:
        prepare(server.create_database("office"))
        yield server


@pytest.fixture
def database(migrated: PostgresServer) -> str:
    """The name of an empty database at head."""
    name = f"office_{uuid4().hex}"
    migrated.create_database(name, template=TEMPLATE)
    return name


@pytest.fixture
def distributed(
    migrated: PostgresServer, database: str, redis_server: RedisServer
) -> Iterator[Office]:
    """PostgreSQL and Redis; nothing runs yet."""
    with office(migrated.url(database), redis_url=redis_server.url) as it:
        yield it


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Office]:
    """SQLite and one process; nothing runs yet."""
    with office(f"sqlite:///{tmp_path / 'lead-router.db'}") as it:
        yield it
