"""What every test may lean on: both databases, a world under its own clock, a strict log."""

import asyncio
import gc
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import structlog

from app.store import schema
from app.store.database import Database
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.servers.postgres import PostgresServer
from tests.world import CANARY, World, open_world

pytest_plugins = ["tests.servers.fixtures"]

_number = itertools.count()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "expects_errors(event, …): these error logs are the point")


def pytest_collection_finish() -> None:
    """What is there by now stays: the garbage collector need not walk it 2,000 times."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def _migrated(url: str) -> None:
    database = Database.of(url)
    await schema.upgrade(database)
    await database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database at head, to be copied: migrating costs more than most tests."""
    path = tmp_path_factory.mktemp("template") / "head.db"
    asyncio.run(_migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    asyncio.run(_migrated(postgres_server.create_database("head")))
    return "head"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database at head, of each kind in turn."""
    if request.param == "sqlite":
        path = tmp_path / "lead-router.db"
        copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"test_{next(_number)}"
    yield server.create_database(name, template=request.getfixturevalue("postgres_template"))
    server.drop_database(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.of(database_url)
    yield database
    await database.close()


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as server:
        yield server


@pytest.fixture
def ntfy() -> Iterator[FakeNtfy]:
    with FakeNtfy() as server:
        yield server


@pytest.fixture
async def world(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    """The whole service in this process, on a clock that only the test moves."""
    async with open_world(database_url, smtp, ntfy) as opened:
        yield opened


@pytest.fixture(autouse=True)
def log(request: pytest.FixtureRequest) -> Iterator[list[dict[str, Any]]]:
    """Everything that was logged.

    An error that the test does not expect fails it, and so does a single word of personal
    data, at any level.
    """
    capture = structlog.testing.LogCapture()
    structlog.configure(processors=[capture])
    yield capture.entries  # type: ignore[misc]  # structlog types its events as mutable mappings.
    expected = {
        event for marker in request.node.iter_markers("expects_errors") for event in marker.args
    }
    errors = [
        entry
        for entry in capture.entries
        if entry["log_level"] in {"error", "critical"} and entry["event"] not in expected
    ]
    assert not errors, f"unexpected errors were logged: {errors}"
    told = [entry for entry in capture.entries if CANARY in repr(entry).lower()]
    assert not told, f"personal data was logged: {told}"
