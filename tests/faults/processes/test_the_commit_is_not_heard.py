"""The connection to PostgreSQL breaks during COMMIT: it was heard, or it was not."""

import httpx
import pytest

from tests.faults.processes.invariants import check
from tests.faults.processes.ledger import deliveries, send_once
from tests.faults.processes.office import office
from tests.servers.faults import Cut
from tests.servers.postgres import PostgresServer
from tests.servers.proxy import proxy
from tests.servers.redis import RedisServer

pytestmark = pytest.mark.timeout(90)

WANTED = 3
"""Commits of an intake that must be cut; an engine's own may be cut now and then instead."""


@pytest.mark.parametrize("cut", [Cut.BEFORE_ANSWER, Cut.BEFORE_DELIVERY])
async def test_the_sender_is_told_of_one_lead(
    migrated: PostgresServer, database: str, redis_server: RedisServer, cut: Cut
) -> None:
    ledger = deliveries(20)
    with proxy(migrated.port) as between:
        url = migrated.url(database, port=between.port)
        with office(url, redis_url=redis_server.url) as it, it.serving() as api:
            async with httpx.AsyncClient(base_url=it.url, timeout=5, trust_env=False) as http:
                for entry in ledger:
                    between.when_said(b"COMMIT", cut=cut)
                    assert await send_once(http, entry), dict(entry.troubles)
                    if api.process.log.count("intake.database_away") >= WANTED:
                        break
            between.heal()

            assert api.process.log.count("intake.database_away") >= WANTED
            asked = [entry for entry in ledger if entry.answers]
            assert {status for entry in asked for status in entry.statuses} == {"accepted"}
            with it.working():
                check(it, asked)
