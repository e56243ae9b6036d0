"""The one process of the embedded form dies in the middle of 500 leads: nothing is lost."""

from pathlib import Path

import pytest

from tests.faults.processes.invariants import check
from tests.faults.processes.ledger import deliveries, sending
from tests.faults.processes.office import Office

pytestmark = pytest.mark.timeout(90)

AT_ONCE = 4
"""So many greetings are on their way at most, and in doubt when the process dies."""


def test_the_process_is_killed(embedded: Office) -> None:
    ledger = deliveries(500)
    with embedded.serving() as first, sending(embedded.url, ledger) as senders:
        senders.wait_for_answers(200)
        first.process.kill9()
        with embedded.serving():
            senders.join()
            check(embedded, ledger, in_doubt=AT_ONCE)


def test_the_power_is_cut(embedded: Office, tmp_path: Path) -> None:
    """The log ends in a page that was half written, and what was only in memory is gone."""
    ledger = deliveries(120)
    with embedded.serving() as first, sending(embedded.url, ledger) as senders:
        senders.wait_for_answers(60)
        first.process.kill9()
        _tear(tmp_path / "lead-router.db")
        with embedded.serving():
            senders.join()
            check(embedded, ledger, in_doubt=AT_ONCE)


def _tear(database: Path) -> None:
    """Leave what a power cut leaves: no index in shared memory, and a torn last write."""
    database.with_name(f"{database.name}-shm").unlink()
    with database.with_name(f"{database.name}-wal").open("ab") as log:
        log.write(bytes(range(256)) * 11)
