"""Connections that say nothing, or are cut: the next thing asked for is answered all the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.domain.identifiers import new_id
from app.domain.message import Message, MessageClass, MessageKind
from app.jobs.arq_doorbell import PATIENCE, ArqDoorbell
from app.store import tables
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import rows
from tests.world import NOON, open_world


@asynccontextmanager
async def _silence() -> AsyncIterator[tuple[str, list[int]]]:
    """A server that takes connections and never says a word."""
    connections: list[int] = []
    done = asyncio.Event()

    async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        await done.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"redis://127.0.0.1:{port}", connections
    finally:
        done.set()
        server.close()


def _message() -> Message:
    return Message(
        id=new_id(NOON),
        key="a-key",
        kind=MessageKind.ESCALATION,
        cls=MessageClass.ESCALATION,
        recipient="maria",
        channel="push",
        config_version=1,
        created_at=NOON,
        next_at=NOON,
    )


async def test_a_redis_that_says_nothing_costs_a_ring_and_no_more() -> None:
    async with _silence() as (url, connections):
        bell = ArqDoorbell(url)
        bell.ring([_message()])
        await asyncio.sleep(PATIENCE * 2)

        assert (bell.failed, len(bell._ringing)) == (1, 0)
        # For a moment it is not even asked again.
        asked = len(connections)
        bell.ring([_message(), _message()])
        assert (bell.failed, len(bell._ringing), len(connections)) == (3, 0, asked)
        assert not await bell.answers()
        await asyncio.wait_for(bell.close(), 1)


async def test_a_lead_that_meets_a_dead_connection_is_stored_all_the_same(
    postgres_server: Any, postgres_template: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    url = postgres_server.create_database("cut", template=postgres_template)
    async with open_world(url, smtp, ntfy) as world:
        first = await world.a_lead()
        postgres_server.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cut'"
        )

        assert (await world.receives())["status"] == "accepted"
        await world.tick()
        assert (await world.get(f"/v1/leads/{first}"))["id"] == first
        assert len(await rows(world.held.database, tables.leads)) == 2
    postgres_server.drop_database("cut")
