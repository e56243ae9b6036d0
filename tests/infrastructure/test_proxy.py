"""The proxy of the tests: every fault it promises really happens."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import asyncpg  # type: ignore[import-untyped]  # It ships no types.
import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotReached
from redis.exceptions import TimeoutError as NoAnswer

from tests.servers.faults import Cut
from tests.servers.postgres import PostgresServer
from tests.servers.proxy import Proxy, proxy
from tests.servers.redis import RedisServer


@pytest.fixture
def between(redis_server: RedisServer) -> Iterator[Proxy]:
    redis_server.flushall()
    with proxy(redis_server.port) as between:
        yield between


@pytest.fixture
def client(between: Proxy) -> Iterator[Redis]:
    """A client that reports the first fault, and tries nothing again by itself."""
    with Redis(port=between.port, socket_timeout=0.3, retry=None) as client:
        yield client


def test_everything_passes_at_first(client: Redis, between: Proxy) -> None:
    large = b"x" * 300_000

    client.set("word", large)

    assert client.get("word") == large
    assert between.accepted == 1


def test_a_refusal_is_what_a_server_that_is_down_gives(client: Redis, between: Proxy) -> None:
    client.ping()
    between.refuse()
    with pytest.raises(NotReached):
        client.ping()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", between.port))

    between.heal()

    assert client.ping()


def test_a_hang_accepts_and_says_nothing(client: Redis, between: Proxy) -> None:
    between.hang()
    with pytest.raises(NoAnswer):
        client.ping()
    taken_while_hanging = between.accepted

    between.heal()

    assert taken_while_hanging == 1
    assert client.ping()


def test_what_hung_goes_on_where_it_stood_still(between: Proxy) -> None:
    with closing(socket.create_connection(("127.0.0.1", between.port), timeout=5)) as connection:
        connection.sendall(b"PING\r\n")
        first = connection.recv(100)
        between.hang()
        connection.sendall(b"PING\r\n")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(100)

        between.heal()

        connection.settimeout(5)
        assert (first, connection.recv(100)) == (b"+PONG\r\n", b"+PONG\r\n")


def test_a_cut_resets_what_is_open_and_welcomes_what_comes(between: Proxy) -> None:
    with closing(socket.create_connection(("127.0.0.1", between.port), timeout=5)) as connection:
        connection.sendall(b"PING\r\n")
        connection.recv(100)

        between.cut()

        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    with Redis(port=between.port) as anew:
        assert anew.ping()


def test_an_answer_is_cut_after_so_many_bytes(between: Proxy) -> None:
    between.cut_after(3)
    with closing(socket.create_connection(("127.0.0.1", between.port), timeout=5)) as connection:
        connection.sendall(b"PING\r\n")

        assert connection.recv(100) == b"+PO"
        with pytest.raises(ConnectionResetError):
            connection.recv(100)


def test_latency_is_added_both_ways(client: Redis, between: Proxy) -> None:
    client.ping()
    between.delay(0.05)
    started = time.monotonic()

    client.ping()

    assert time.monotonic() - started >= 0.1


def test_words_cut_before_delivery_are_never_heard(client: Redis, between: Proxy) -> None:
    client.set("word", "old")
    cut = between.when_said(b"new", cut=Cut.BEFORE_DELIVERY)

    with pytest.raises(NotReached):
        client.set("word", "new")

    assert cut.wait(5)
    assert client.get("word") == b"old"


def test_words_cut_before_the_answer_have_been_heard(client: Redis, between: Proxy) -> None:
    client.set("word", "old")
    cut = between.when_said(b"new")

    with pytest.raises(NotReached):
        client.set("word", "new")

    assert cut.wait(5)
    assert client.get("word") == b"new"


def test_words_in_two_pieces_are_recognised(between: Proxy) -> None:
    cut = between.when_said(b"PING\r\n")
    with closing(socket.create_connection(("127.0.0.1", between.port), timeout=5)) as connection:
        connection.sendall(b"PI")
        time.sleep(0.1)
        connection.sendall(b"NG\r\n")

        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    assert cut.wait(5)


def test_words_said_before_they_mattered_set_off_nothing(client: Redis, between: Proxy) -> None:
    client.set("word", "new")
    cut = between.when_said(b"new")

    assert client.get("word") == b"new"
    assert not cut.is_set()


def test_words_are_noticed_before_they_are_passed_on(
    client: Redis, between: Proxy, redis_server: RedisServer
) -> None:
    seen: list[object] = []

    def look() -> None:
        with Redis.from_url(redis_server.url) as direct:
            seen.append(direct.get("word"))

    between.when_said(b"new", cut=Cut.NEVER, then=look)
    client.set("word", "new")

    assert (seen, client.get("word")) == ([None], b"new")


def test_a_server_that_is_down_is_not_hidden(redis_server: RedisServer) -> None:
    nobody = redis_server.port - 1
    with (
        proxy(nobody) as between,
        pytest.raises(ConnectionResetError),
        closing(socket.create_connection(("127.0.0.1", between.port), timeout=5)) as connection,
    ):
        connection.recv(100)


async def test_a_commit_takes_effect_though_its_answer_is_lost(
    postgres_server: PostgresServer,
) -> None:
    name = "cut_commit"
    postgres_server.create_database(name)
    postgres_server.query("create table t (n int)", database=name)
    with proxy(postgres_server.port) as between:
        connection = await asyncpg.connect(postgres_server.url(name, port=between.port))
        cut = between.when_said(b"COMMIT")

        with pytest.raises((asyncpg.PostgresConnectionError, ConnectionError)):
            async with connection.transaction():
                await connection.execute("insert into t values (1)")

        assert await asyncio.to_thread(cut.wait, 5)
    assert postgres_server.query("select n from t", database=name) == "1"
    postgres_server.drop_database(name)


async def test_a_commit_that_never_arrived_is_rolled_back(postgres_server: PostgresServer) -> None:
    name = "lost_commit"
    postgres_server.create_database(name)
    postgres_server.query("create table t (n int)", database=name)
    with proxy(postgres_server.port) as between:
        connection = await asyncpg.connect(postgres_server.url(name, port=between.port))
        between.when_said(b"COMMIT", cut=Cut.BEFORE_DELIVERY)

        with pytest.raises((asyncpg.PostgresConnectionError, ConnectionError)):
            async with connection.transaction():
                await connection.execute("insert into t values (1)")

    assert postgres_server.query("select count(*) from t", database=name) == "0"
    postgres_server.drop_database(name)
