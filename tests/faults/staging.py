"""A second process on the same database, work done by hand, and rows looked at directly."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy import text as sql

from app.domain.message import Message, MessageKind
from app.main import create_app
from app.resources import Resources, open_resources
from app.store import messages
from app.store.database import Database
from app.store.rows import Stored, stored
from app.store.tables import messages as message_table
from tests.world import FORM, World, a_form


@asynccontextmanager
async def another_process(world: World) -> AsyncIterator[World]:
    """The service once more, on the same database, clock, mail server and ntfy."""
    async with another_engine_room(world) as held:
        app = create_app(held.settings, held=held, ticking=False)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                background = app.state.background
                yield World(held, background, app, http, world.clock, world.smtp, world.ntfy)


@asynccontextmanager
async def another_engine_room(world: World) -> AsyncIterator[Resources]:
    """What another process would work with: its own connections, its own id."""
    settings, environ = world.held.settings, world.held.environ
    held = await open_resources(settings, clock=world.clock, environ=environ)
    try:
        yield held
    finally:
        await held.close()


@asynccontextmanager
async def engine_rooms(world: World, count: int) -> AsyncIterator[list[Resources]]:
    """`count` processes, that of the world among them."""
    async with AsyncExitStack() as stack:
        others = [
            await stack.enter_async_context(another_engine_room(world)) for _ in range(count - 1)
        ]
        yield [world.held, *others]


async def by_hand(world: World) -> None:
    """Nothing is sent from now on unless the test does it."""
    await world.background.executor.stop(grace=5)


async def a_lead(world: World, **fields: Any) -> UUID:
    """A new lead, with its messages left where they are."""
    answer = await world.http.post(FORM, data=a_form(**fields))
    assert answer.status_code == 200, answer.text
    return UUID(answer.json()["leads"][0]["id"])


async def rows(database: Database, table: Table, *where: ColumnElement[bool]) -> list[Stored]:
    """The rows of a table, as they stand."""
    async with database.reading() as tx:
        return [stored(row) for row in await tx.conn.execute(select(table).where(*where))]


async def message_of(world: World, kind: MessageKind, lead_id: UUID | None = None) -> Message:
    """The one message of this kind (about this lead)."""
    question = select(message_table.c.id).where(message_table.c.kind == kind)
    if lead_id is not None:
        question = question.where(message_table.c.lead_id == lead_id)
    async with world.held.database.reading() as tx:
        found = await messages.get(tx, (await tx.conn.execute(question)).scalar_one())
    assert found is not None
    return found


async def again(world: World, message: Message) -> Message:
    """The message as it stands now."""
    async with world.held.database.reading() as tx:
        found = await messages.get(tx, message.id)
    assert found is not None
    return found


async def corrupt(
    database: Database, table: Table, *where: ColumnElement[bool], **values: Any
) -> None:
    """Change rows behind everybody's back."""
    async with database.transaction() as tx:
        await tx.conn.execute(update(table).where(*where).values(**values))


async def execute(database: Database, *statements: str) -> None:
    async with database.transaction() as tx:
        for statement in statements:
            await tx.conn.execute(sql(statement))


async def facts_of(world: World, lead_id: UUID | str) -> Sequence[str]:
    """What the lead's timeline says happened, in order."""
    timeline = await world.get(f"/v1/leads/{lead_id}/timeline")
    return [fact["type"] for fact in timeline["items"]]
