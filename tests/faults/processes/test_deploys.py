"""Deploys under load, and a deployment that forgot its workers."""

from collections import Counter
from contextlib import ExitStack

import pytest

from tests.faults.processes.invariants import attempts, check, lateness
from tests.faults.processes.ledger import deliveries, send, sending
from tests.faults.processes.office import Office

pytestmark = pytest.mark.timeout(90)

ROUNDS = 3

NOBODY_THERE = {"ConnectError", "ReadError", "RemoteProtocolError"}
"""Nobody listens for a moment, or an idle connection is closed just as it is used again."""


def test_rolling_restarts_lose_nothing_double_nothing_and_count_no_attempt(
    distributed: Office,
) -> None:
    ledger = deliveries(ROUNDS * 40)
    with ExitStack() as stack:
        api = stack.enter_context(distributed.serving())
        worker = stack.enter_context(distributed.working())
        with sending(distributed.url, ledger, rate=30) as senders:
            for part in range(ROUNDS):
                senders.wait_for_answers(part * 40 + 10)
                assert api.process.terminate() == 0
                api = stack.enter_context(distributed.serving())
                assert worker.terminate() == 0
                worker = stack.enter_context(distributed.working())
        check(distributed, ledger)
        met = sum((entry.troubles + entry.call_troubles for entry in ledger), Counter[str]())
        assert met.keys() <= NOBODY_THERE
        assert attempts(distributed).keys() == {1}


def test_without_any_worker_the_api_sends(distributed: Office) -> None:
    ledger = deliveries(20)
    with distributed.serving():
        send(distributed.url, ledger)
        check(distributed, ledger)
        late = lateness(distributed, ledger)
        assert all(each < 5 for each in late.values()), late
