"""The Redis that the tests start: it starts, crashes, and comes back empty on the same port."""

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotReached
from redis.exceptions import TimeoutError as NoAnswer

from tests.servers.redis import RedisServer, redis


def test_a_server_keeps_values_until_flushed(redis_server: RedisServer) -> None:
    with Redis.from_url(redis_server.url) as client:
        client.set("word", "here")
        before = client.get("word")
        redis_server.flushall()

        assert (before, client.get("word")) == (b"here", None)


def test_a_restart_is_a_wipe() -> None:
    with redis() as server, Redis.from_url(server.url) as client:
        client.set("word", "here")
        server.restart()

        assert client.get("word") is None


def test_a_killed_server_is_not_reached() -> None:
    with redis() as server, Redis.from_url(server.url) as client:
        server.kill()

        with pytest.raises(NotReached):
            client.ping()


def test_a_stopped_server_ends_politely() -> None:
    with redis() as server:
        server.stop()

        assert server.process.exit_code == 0


def test_a_frozen_server_is_reached_but_says_nothing() -> None:
    with redis() as server, Redis.from_url(server.url, socket_timeout=0.2) as client:
        server.process.freeze()
        with pytest.raises(NoAnswer):
            client.ping()

        server.process.thaw()
        assert client.ping()
