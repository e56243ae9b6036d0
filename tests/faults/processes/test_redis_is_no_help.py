"""Redis is down, keeps forgetting, or says nothing: leads are taken and sent all the same."""

import time
from collections.abc import Iterator

import pytest

from tests.faults.processes.invariants import check, lateness, soonest
from tests.faults.processes.ledger import deliveries, send, sending
from tests.faults.processes.office import Office, office
from tests.servers.postgres import PostgresServer
from tests.servers.proxy import Proxy, proxy
from tests.servers.redis import RedisServer

pytestmark = pytest.mark.timeout(90)

FEW = 20
"""So few leads that nothing is late because of the many."""

LATE = 4.0
"""Seconds: 1.5 until an engine takes what nobody took, and the rest for a busy machine."""


RESCUED_AFTER = 1.5
"""Seconds after which engines take what nobody took: what is sooner was rung for."""


@pytest.fixture
def between(redis_server: RedisServer) -> Iterator[Proxy]:
    with proxy(redis_server.port) as it:
        yield it


@pytest.fixture
def through_proxy(migrated: PostgresServer, database: str, between: Proxy) -> Iterator[Office]:
    url = f"redis://127.0.0.1:{between.port}/0"
    with office(migrated.url(database), redis_url=url) as it:
        yield it


def test_without_redis_both_processes_start_and_everything_is_sent(
    through_proxy: Office, between: Proxy
) -> None:
    between.refuse()
    before, after = deliveries(FEW), deliveries(FEW, first=FEW + 1)
    with through_proxy.serving(), through_proxy.working() as worker:
        send(through_proxy.url, before)
        check(through_proxy, before)
        assert all(late < LATE for late in lateness(through_proxy, before).values())
        assert not any(entry.troubles for entry in before)

        between.heal()
        time.sleep(2)
        send(through_proxy.url, after)
        check(through_proxy, [*before, *after])
        assert worker.is_running
        assert soonest(through_proxy, after) < RESCUED_AFTER


def test_without_redis_the_api_alone_sends_everything(
    through_proxy: Office, between: Proxy
) -> None:
    between.refuse()
    ledger = deliveries(FEW)
    with through_proxy.serving():
        send(through_proxy.url, ledger)
        check(through_proxy, ledger)
        late = lateness(through_proxy, ledger)
        assert all(each < LATE for each in late.values()), late


def test_redis_forgets_everything_again_and_again(
    distributed: Office, redis_server: RedisServer
) -> None:
    ledger = deliveries(60)
    with distributed.serving(), distributed.working():
        with sending(distributed.url, ledger, rate=40) as senders:
            while not senders.are_done:
                redis_server.flushall()
                time.sleep(0.01)
        check(distributed, ledger)
        late = lateness(distributed, ledger)
        assert all(each < LATE for each in late.values()), late


def test_a_redis_that_says_nothing_delays_no_answer(through_proxy: Office, between: Proxy) -> None:
    ledger = deliveries(FEW * 3)
    with through_proxy.serving(), through_proxy.working():
        with sending(through_proxy.url, ledger, rate=20) as senders:
            senders.wait_for_answers(FEW)
            between.hang()
            senders.wait_for_answers(FEW * 2)
            between.heal()
        check(through_proxy, ledger)
        assert max(entry.slowest for entry in ledger) < 1
        late = lateness(through_proxy, ledger)
        assert all(each < LATE for each in late.values()), late
