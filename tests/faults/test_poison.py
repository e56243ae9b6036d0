"""A message that takes its workers down with it is taken out, and the others go on."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.domain import failpoint
from app.domain.message import MessageKind
from app.sending.settle import MOST_CRASHES
from app.store import messages
from tests.faults.staging import a_lead as a_lead_by_hand
from tests.faults.staging import again, by_hand, message_of
from tests.world import World


async def test_five_workers_vanish_and_no_sixth_is_risked(world: World) -> None:
    await by_hand(world)
    lead_id = await a_lead_by_hand(world)
    alert = await message_of(world, MessageKind.OWNER_ALERT)
    for _ in range(MOST_CRASHES):
        async with world.held.database.transaction() as tx:
            assert await messages.claim(tx, alert.id, worker=uuid4(), now=world.clock())
        world.clock.at += messages.LEASE

    await world.background.deliverer(alert.id)

    out = await again(world, alert)
    assert (out.state, out.reason) == ("failed", "5 workers vanished while they had it")
    assert world.pushes("dana") == []
    listed = await world.get("/v1/messages", lead_id=str(lead_id), kind="owner_alert")
    assert [(each["channel"], each["status"]) for each in listed["items"]] == [
        ("email", "queued"),
        ("push", "failed"),
    ]


@pytest.mark.expects_errors("message.failed_here")
async def test_a_message_that_cannot_even_be_written_is_counted_and_taken_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(failpoint._SET, "send.compose.reminder", "raise")
    lead_id = await world.a_lead()

    for _ in range(300):
        world.clock.at += timedelta(seconds=1)
        await world.tick()

    reminders = await world.get("/v1/messages", lead_id=lead_id, kind="reminder")
    assert {each["channel"]: each["status"] for each in reminders["items"]} == {
        "push": "failed",
        "email": "failed",
    }
    assert len(world.pushes("maria")) == 1
