"""A worker sleeps through its lease and wakes up: it changes nothing any more."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from app.domain.message import Message, MessageKind, MessageState
from app.jobs.deliver import Deliverer
from app.store import messages
from tests.faults.staging import a_lead, again, another_engine_room, by_hand, message_of
from tests.world import World

A_MINUTE = timedelta(minutes=1)
NO_WORDS = {"subject": None, "body": None}


async def _claimed(world: World, message: Message) -> Message:
    async with world.held.database.transaction() as tx:
        claimed = await messages.claim(tx, message.id, worker=uuid4(), now=world.clock())
    assert claimed is not None
    return claimed


async def _passes_gate(world: World, message: Message) -> bool:
    async with world.held.database.transaction() as tx:
        return await messages.pass_gate(
            tx, message, grace=timedelta(seconds=8), now=world.clock(), rendered=NO_WORDS
        )


async def _records(world: World, message: Message, state: MessageState) -> bool:
    async with world.held.database.transaction() as tx:
        return await messages.record(tx, message, {"state": state, "next_at": None})


async def test_before_the_gate_it_finds_the_gate_closed(world: World) -> None:
    await by_hand(world)
    await a_lead(world)
    greeting = await message_of(world, MessageKind.AUTO_RESPONSE)

    asleep = await _claimed(world, greeting)
    world.clock.at += messages.LEASE
    async with another_engine_room(world) as held:
        await Deliverer(held)(greeting.id)
    sent = await again(world, greeting)

    assert not await _passes_gate(world, asleep)
    assert not await _records(world, asleep, MessageState.PENDING)
    assert await again(world, greeting) == sent
    assert (sent.state, sent.fence, sent.crashes) == ("sent", 2, 1)
    assert len(world.mails("canary1@example.com")) == 1


async def test_while_another_is_at_it_the_gate_is_closed(world: World) -> None:
    await by_hand(world)
    await a_lead(world)
    asleep = await _claimed(world, await message_of(world, MessageKind.AUTO_RESPONSE))
    world.clock.at += messages.LEASE
    awake = await _claimed(world, asleep)

    assert not await _passes_gate(world, asleep)
    assert not await _records(world, asleep, MessageState.FAILED)
    assert await _passes_gate(world, awake)


async def test_a_lease_that_ran_out_closes_the_gate_even_if_nobody_else_came(world: World) -> None:
    await by_hand(world)
    await a_lead(world)
    asleep = await _claimed(world, await message_of(world, MessageKind.AUTO_RESPONSE))

    world.clock.at += messages.LEASE

    assert not await _passes_gate(world, asleep)
    assert (await again(world, asleep)).state == "leased"


async def test_nobody_else_can_take_what_a_worker_holds(world: World) -> None:
    await by_hand(world)
    await a_lead(world)
    held = await _claimed(world, await message_of(world, MessageKind.AUTO_RESPONSE))

    world.clock.at += messages.LEASE - timedelta(microseconds=1)
    async with another_engine_room(world) as other:
        await Deliverer(other)(held.id)

    assert await again(world, held) == held
    assert world.mails("canary1@example.com") == []


async def test_after_the_gate_its_result_comes_too_late(world: World) -> None:
    await by_hand(world)
    await a_lead(world)
    greeting = await message_of(world, MessageKind.AUTO_RESPONSE)
    asleep = await _claimed(world, greeting)
    assert await _passes_gate(world, asleep)

    world.clock.at += A_MINUTE
    await world.background.engine.tick()
    found = await again(world, greeting)

    assert (found.state, found.reason) == ("unknown", "the worker vanished while it was sending")
    assert not await _records(world, asleep, MessageState.SENT)
    assert (await again(world, greeting)).state == "unknown"


async def test_a_worker_that_vanished_while_sending_an_alarm_is_doubted_aloud(world: World) -> None:
    await by_hand(world)
    lead_id = await a_lead(world)
    alert = await _claimed(world, await message_of(world, MessageKind.OWNER_ALERT))
    assert await _passes_gate(world, alert)
    world.clock.at += A_MINUTE

    await world.background.engine.tick()
    await world.background.engine.settle()

    timeline = await world.get(f"/v1/leads/{lead_id}/timeline")
    doubts = [fact for fact in timeline["items"] if fact["type"] == "message.unknown"]
    assert [(fact["data"]["to"], fact["data"]["channel"]) for fact in doubts] == [("dana", "push")]
    listed = await world.get("/v1/messages", lead_id=str(lead_id), kind="owner_alert")
    assert sorted(each["channel"] for each in listed["items"]) == ["email", "push"]


async def test_a_process_that_stops_gives_back_what_it_had_not_begun(world: World) -> None:
    await by_hand(world)
    await a_lead(world)
    greeting = await message_of(world, MessageKind.AUTO_RESPONSE)
    async with world.held.database.transaction() as tx:
        assert await messages.claim(tx, greeting.id, worker=world.held.process, now=world.clock())

    await world.background.stop()

    assert await again(world, greeting) == replace(greeting, fence=1)
