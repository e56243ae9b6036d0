"""The API is killed at the worst instants of taking a lead. Its sender posts again, or not."""

import sqlite3
import time
from pathlib import Path

import httpx
import pytest

from tests.faults.processes.invariants import check
from tests.faults.processes.ledger import Entry, deliveries, send, send_once
from tests.faults.processes.office import Office
from tests.servers.postgres import PostgresServer

pytestmark = pytest.mark.timeout(90)


async def _post(office: Office, entry: Entry) -> bool:
    async with httpx.AsyncClient(base_url=office.url, timeout=5, trust_env=False) as http:
        return await send_once(http, entry)


async def _dies_on(entry: Entry, office: Office, *, failpoint: str) -> None:
    """Have the API killed by a delivery: no answer was given."""
    with office.serving(failpoints=f"{failpoint}=kill") as api:
        assert not await _post(office, entry)
        assert api.process.wait() == -9


def _wait_for_mail(office: Office, *, within: float) -> None:
    give_up_at = time.monotonic() + within
    while not office.mail.messages:
        assert time.monotonic() < give_up_at, "nothing was sent"
        time.sleep(0.02)


@pytest.mark.parametrize("failpoint", ["intake.after_commit", "doorbell.before_ring"])
async def test_what_was_committed_is_sent_although_nobody_rang(
    distributed: Office, failpoint: str
) -> None:
    (entry,) = deliveries(1)
    with distributed.working():
        await _dies_on(entry, distributed, failpoint=failpoint)
        # The worker's own engine finds the rows: the API is still dead, the sender silent.
        _wait_for_mail(distributed, within=5)
        with distributed.serving():
            send(distributed.url, [entry])
            assert entry.statuses == ["duplicate"]
            check(distributed, [entry])


async def test_the_embedded_form_sends_what_was_committed_once_it_is_back(
    embedded: Office,
) -> None:
    (entry,) = deliveries(1)
    await _dies_on(entry, embedded, failpoint="intake.after_commit")
    with embedded.serving():
        _wait_for_mail(embedded, within=5)
        send(embedded.url, [entry])
        assert entry.statuses == ["duplicate"]
        check(embedded, [entry])


async def test_before_the_commit_nothing_was_answered_and_nothing_is_stored(
    distributed: Office, migrated: PostgresServer, database: str
) -> None:
    (entry,) = deliveries(1)
    await _dies_on(entry, distributed, failpoint="intake.before_commit")

    stored = "SELECT (SELECT count(*) FROM lead), (SELECT count(*) FROM delivery)"
    assert migrated.query(stored, database=database) == "0|0"
    with distributed.serving():
        send(distributed.url, [entry])
        assert entry.statuses == ["accepted"]
        check(distributed, [entry])


async def test_before_the_commit_the_embedded_form_stores_nothing_either(
    embedded: Office, tmp_path: Path
) -> None:
    (entry,) = deliveries(1)
    await _dies_on(entry, embedded, failpoint="intake.before_commit")

    stored = sqlite3.connect(tmp_path / "lead-router.db")
    assert stored.execute("SELECT count(*) FROM lead").fetchone() == (0,)
    stored.close()
    with embedded.serving():
        send(embedded.url, [entry])
        assert entry.statuses == ["accepted"]
        check(embedded, [entry])
