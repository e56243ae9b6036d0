"""A worker is killed while it has a message: somebody else sends it, or finds out."""

import time
from collections.abc import Callable

import pytest

from tests.faults.processes.invariants import check, lateness
from tests.faults.processes.ledger import by_phone_only, deliveries, send
from tests.faults.processes.office import Office

pytestmark = pytest.mark.timeout(90)

NEXT_WORKER = 7.5
"""Seconds: a lease of five, a tick, and the rest for a busy machine."""

ANOTHER_WAY = 10.0
"""Seconds from the kill until the person of ours has heard over another channel."""


def _wait(what: Callable[[], bool], *, within: float) -> None:
    give_up_at = time.monotonic() + within
    while not what():
        assert time.monotonic() < give_up_at, f"not within {within:g} s"
        time.sleep(0.02)


def test_killed_before_the_gate_somebody_else_sends(distributed: Office) -> None:
    ledger = deliveries(3)
    with distributed.serving(), distributed.working(failpoints="send.after_claim=kill") as worker:
        send(distributed.url, ledger)
        assert worker.wait() == -9
        check(distributed, ledger)
        late = lateness(distributed, ledger)
        assert all(each < NEXT_WORKER for each in late.values()), late


def test_killed_between_gate_and_bytes_the_owner_hears_another_way_and_then_by_push(
    distributed: Office,
) -> None:
    entry = by_phone_only(142)
    with distributed.serving(), distributed.working(failpoints="send.after_gate=kill") as worker:
        send(distributed.url, [entry])
        assert worker.wait() == -9
        killed_at = time.time()
        assert not distributed.ntfy.messages
        _wait(lambda: bool(distributed.mail.messages), within=ANOTHER_WAY)
        found = check(distributed, [entry])
        assert found.detours == 1
        assert all(push.at < killed_at + 35 for push in distributed.ntfy.messages)


def test_killed_while_the_providers_hold_back_their_answers(distributed: Office) -> None:
    """Both have taken the message: the push is found there, the mail never sent again."""
    ledger = deliveries(1)
    with distributed.serving(), distributed.working() as worker:
        distributed.ntfy.mode = "accept and hang"
        distributed.mail.mode.after_content = "hang"
        send(distributed.url, ledger)
        _wait(lambda: bool(distributed.ntfy.messages and distributed.mail.messages), within=10)
        worker.kill9()
        distributed.ntfy.mode = "accept"
        distributed.mail.mode.after_content = "answer"

        _wait(lambda: len(distributed.mail.messages) == 2, within=ANOTHER_WAY)
        found = check(distributed, ledger, in_doubt=1)
        assert (found.in_doubt, found.detours, found.resends) == (1, 1, 0)
