"""Loops that die start again, and the auditor finds every promise that is broken."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.message import MessageKind
from app.jobs import process
from app.jobs.engine import Engine
from app.jobs.process import supervised
from app.store import audit, tables
from app.store import now as heartbeat
from app.store.tables import clocks, messages
from tests.faults.staging import a_lead, by_hand, corrupt, rows
from tests.world import World


class Fatal(BaseException):
    """What no `except Exception` catches."""


class _DyingEngine(Engine):
    """Dies at its second and third look, as no loop should."""

    looks = 0

    async def tick(self) -> Any:
        self.looks += 1
        if self.looks in {2, 3}:
            raise Fatal
        return await super().tick()


@pytest.mark.expects_errors("loop.died")
async def test_an_engine_that_dies_starts_again_and_fires_what_is_due(
    world: World, log: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "RESTART_AFTER", 0.02)
    background = world.background
    engine = _DyingEngine(
        world.held, background.doorbell, background.executor, background.deliverer, role="serve"
    )
    await world.a_lead()
    running = asyncio.create_task(supervised("engine", engine.run))
    try:
        await _until(lambda: engine.looks > 4)
        world.clock.at += timedelta(minutes=5)
        await _until(lambda: len(world.pushes("maria")) == 1)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    deaths = [entry for entry in log if entry["event"] == "loop.died"]
    assert [(each["loop"], type(each["error"])) for each in deaths] == [("engine", Fatal)] * 2


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - it is seen from outside.
            await asyncio.sleep(0.01)


async def test_an_engine_that_stands_still_is_seen_from_outside(world: World) -> None:
    await world.tick()
    await world.background.auditor.look()
    assert (await _readiness(world))["troubles"] == {}

    world.clock.at += timedelta(seconds=5, microseconds=1)
    await world.background.auditor.look()

    shown = await _readiness(world)
    assert shown["status"] == "degraded"
    assert set(shown["troubles"]) == {"engine_of_this_process_late", "engines_silent"}


async def _readiness(world: World) -> dict[str, Any]:
    answer = await world.http.get("/readyz")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


async def test_a_database_that_is_gone_makes_the_service_unready(world: World) -> None:
    await world.held.database.close()
    if world.held.database.is_sqlite:
        return  # The file is there as long as we are.
    # Nothing can be asked over connections that nobody gives out.
    engine = world.held.database._reader
    taken = [await engine.connect() for _ in range(12)]
    try:
        answer = await world.http.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["troubles"]["database"] == "does not answer"
    finally:
        for each in taken:
            await each.close()


Seed = Callable[[World, UUID], Awaitable[None]]
LONG_AGO = timedelta(minutes=10)


async def _clock_never_fired(world: World, lead_id: UUID) -> None:
    await corrupt(
        world.held.database,
        clocks,
        clocks.c.lead_id == lead_id,
        clocks.c.step == "nudge",
        due_at=world.clock() - timedelta(seconds=6),
    )


async def _message_left_lying(world: World, lead_id: UUID) -> None:
    await _greeting(world, lead_id, next_at=world.clock() - timedelta(seconds=11))


async def _lease_forgotten(world: World, lead_id: UUID) -> None:
    await _greeting(
        world, lead_id, state="leased", lease_until=world.clock() - timedelta(seconds=11)
    )


async def _sending_stuck(world: World, lead_id: UUID) -> None:
    await _greeting(
        world, lead_id, state="sending", lease_until=world.clock() - timedelta(minutes=3)
    )


async def _breach_unheard(world: World, lead_id: UUID) -> None:
    """The escalation's message is there, and failed on its way."""
    await _breached(world, lead_id, "manager")
    [clock] = await rows(world.held.database, clocks, clocks.c.step == "manager")
    await _greeting(
        world, lead_id, state="failed", next_at=None, kind="escalation", clock_id=clock["id"]
    )


async def _breach_without_message(world: World, lead_id: UUID) -> None:
    """Of a reminder: nobody promised that it is heard, but it must have been tried."""
    await _breached(world, lead_id, "nudge")


async def _breached(world: World, lead_id: UUID, step: str) -> None:
    await corrupt(
        world.held.database,
        clocks,
        clocks.c.lead_id == lead_id,
        clocks.c.step == step,
        state="breached",
        due_at=world.clock() - LONG_AGO,
        fired_at=world.clock() - LONG_AGO,
    )


async def _engine_silent(world: World, _: UUID) -> None:
    seen_at = world.clock() - timedelta(seconds=6)
    async with world.held.database.transaction() as tx:
        await heartbeat.beat(tx, uuid4(), "worker", started_at=seen_at, now=seen_at)


async def _greeting(world: World, lead_id: UUID, **values: Any) -> None:
    await corrupt(
        world.held.database,
        messages,
        messages.c.lead_id == lead_id,
        messages.c.kind == MessageKind.AUTO_RESPONSE,
        **values,
    )


@pytest.mark.parametrize(
    ("seed", "found"),
    [
        pytest.param(_clock_never_fired, "clocks_overdue", id="a clock nobody fired"),
        pytest.param(_message_left_lying, "messages_overdue", id="a message nobody took"),
        pytest.param(_lease_forgotten, "leases_forgotten", id="a lease nobody gave back"),
        pytest.param(_sending_stuck, "sending_stuck", id="a send nobody ended"),
        pytest.param(_breach_unheard, "breaches_nobody_heard", id="a breach nobody heard of"),
        pytest.param(_breach_without_message, "breaches_without_message", id="a breach untold"),
        pytest.param(_engine_silent, "engines_silent", id="an engine that fell silent"),
    ],
)
async def test_the_auditor_finds_what_is_wrong_and_nothing_else(
    world: World, seed: Seed, found: str
) -> None:
    await by_hand(world)
    lead_id = await a_lead(world)
    await world.background.engine.tick()
    assert await _findings(world) == {}

    await seed(world, lead_id)

    assert await _findings(world) == {found: 1}


async def _findings(world: World) -> dict[str, int]:
    async with world.held.database.reading() as tx:
        return await audit.findings(tx, now=world.clock())


async def test_every_question_of_the_auditor_is_tried_here(world: World) -> None:
    tried = {
        "clocks_overdue",
        "messages_overdue",
        "leases_forgotten",
        "sending_stuck",
        "breaches_nobody_heard",
        "breaches_without_message",
        "engines_silent",
    }

    assert set(audit._questions(world.clock())) == tried


async def test_the_auditor_is_silent_through_a_leads_whole_life(world: World) -> None:
    lead_id = await world.a_lead()
    for minutes in (1, 2, 3, 30, 60):
        await world.advance(minutes=minutes)
        assert await _findings(world) == {}
    await world.post(f"/v1/leads/{lead_id}/status", status="lost")
    await world.advance(days=2)
    assert await _findings(world) == {}


@pytest.mark.parametrize(
    ("table", "left", "entered"),
    [
        *((messages, left, "pending") for left in ("sent", "delivered", "failed", "suppressed")),
        (messages, "failed", "sent"),
        (messages, "delivered", "sent"),
        *((clocks, left, "running") for left in ("met", "breached", "cancelled")),
        (clocks, "breached", "met"),
    ],
)
async def test_no_sql_leads_out_of_a_state_that_ends(
    world: World, table: Any, left: str, entered: str
) -> None:
    await by_hand(world)
    await a_lead(world)
    await corrupt(world.held.database, table, state=left)

    with pytest.raises(Exception, match=f"a {table.name} never leaves a state that ends"):
        await corrupt(world.held.database, table, state=entered)

    assert {row["state"] for row in await rows(world.held.database, table)} == {left}


async def test_what_was_sent_may_still_arrive_or_bounce(world: World) -> None:
    await by_hand(world)
    await a_lead(world)
    await corrupt(world.held.database, tables.messages, state="sent")

    for state in ("delivered",):
        await corrupt(world.held.database, tables.messages, state=state)

    assert {row["state"] for row in await rows(world.held.database, messages)} == {"delivered"}
