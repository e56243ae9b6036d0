"""The API, a worker, Redis or PostgreSQL dies in the middle of 500 leads: nothing is lost.

The distributed form. What a kill may cost is a greeting in doubt, and an alarm that comes
again under the same id: what was on its way at that instant.
"""

import pytest

from tests.faults.processes.invariants import check
from tests.faults.processes.ledger import deliveries, sending
from tests.faults.processes.office import Office, office
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

pytestmark = pytest.mark.timeout(90)

ON_THE_WAY = 16
"""No more messages of a class than this are between gate and answer in one process."""


def test_the_api_is_killed(distributed: Office) -> None:
    ledger = deliveries(500)
    with (
        distributed.working(),
        distributed.serving() as api,
        sending(distributed.url, ledger) as senders,
    ):
        senders.wait_for_answers(200)
        api.process.kill9()
        with distributed.serving():
            senders.join()
            check(distributed, ledger, in_doubt=ON_THE_WAY, resends=ON_THE_WAY)


def test_a_worker_is_killed(distributed: Office) -> None:
    ledger = deliveries(500)
    with (
        distributed.serving(),
        distributed.working() as worker,
        sending(distributed.url, ledger) as senders,
    ):
        senders.wait_for_answers(200)
        worker.kill9()
        with distributed.working():
            senders.join()
            check(distributed, ledger, in_doubt=ON_THE_WAY, resends=ON_THE_WAY)


def test_redis_is_flushed_and_restarted(distributed: Office, redis_server: RedisServer) -> None:
    ledger = deliveries(500)
    with distributed.serving(), distributed.working():
        with sending(distributed.url, ledger) as senders:
            senders.wait_for_answers(150)
            redis_server.flushall()
            senders.wait_for_answers(300)
            redis_server.restart()
        check(distributed, ledger)


def test_postgresql_crashes_and_comes_back(
    fragile_postgres: PostgresServer, redis_server: RedisServer
) -> None:
    ledger = deliveries(500)
    url = fragile_postgres.url("office")
    with office(url, redis_url=redis_server.url) as it, it.serving(), it.working():
        with sending(it.url, ledger) as senders:
            senders.wait_for_answers(200)
            fragile_postgres.restart()
        check(it, ledger, in_doubt=ON_THE_WAY, resends=ON_THE_WAY)
