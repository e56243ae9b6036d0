"""Every process of the distributed form dies in the middle of 500 leads: nothing is lost.

What it may cost is a greeting in doubt: of those that were between gate and answer at the
instant of a kill, the service says that it does not know. No alarm comes twice, for ntfy
is asked before one is sent again.
"""

import pytest

from tests.faults.processes.invariants import check
from tests.faults.processes.ledger import deliveries, sending
from tests.faults.processes.office import office
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

pytestmark = pytest.mark.timeout(150)

UNTIL = 60.0
"""Seconds in which all 500 must be through, four deaths included. Alone on two cores the
whole test takes thirty; beside two others of the suite it has been seen to take twice that."""

AT_ONCE = 4
"""A process has so many connections to a mail server, and so many greetings on the way."""


def test_the_api_a_worker_redis_and_postgresql_die_one_after_another(
    fragile_postgres: PostgresServer, redis_server: RedisServer
) -> None:
    ledger = deliveries(500)
    url = fragile_postgres.url("office")
    with (
        office(url, redis_url=redis_server.url) as it,
        it.serving() as api,
        it.working() as worker,
        sending(it.url, ledger, until=UNTIL) as senders,
    ):
        senders.wait_for_answers(80)
        api.process.kill9()
        with it.serving():
            senders.wait_for_answers(160)
            redis_server.flushall()
            senders.wait_for_answers(200)
            worker.kill9()
            with it.working():
                senders.wait_for_answers(280)
                redis_server.restart()
                senders.wait_for_answers(360)
                fragile_postgres.restart()
                senders.join()
                # Both processes of the day lose what they had at the gate as PostgreSQL dies.
                check(it, ledger, in_doubt=4 * AT_ONCE)
