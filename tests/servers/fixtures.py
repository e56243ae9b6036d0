"""One PostgreSQL and one Redis for all tests of a process, started when the first one asks.

Tests that crash a server start one of their own with `postgres()` or `redis()`.
"""

from collections.abc import Iterator

import pytest

from tests.servers.postgres import PostgresServer, postgres
from tests.servers.redis import RedisServer, redis


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    with redis() as server:
        yield server
