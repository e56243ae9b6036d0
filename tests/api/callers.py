"""API keys for tests, and a second process to use them at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from app.main import create_app
from app.resources import open_resources
from app.store import api_keys
from app.store.api_keys import Role
from tests.world import World

Headers = dict[str, str]


async def a_key(
    world: World,
    role: Role,
    *,
    agent: str | None = None,
    teams: tuple[str, ...] | None = None,
    name: str = "test",
) -> Headers:
    """Headers with a new key of that role."""
    async with world.held.database.transaction() as tx:
        key = await api_keys.create(
            tx, name=name, role=role, agent=agent, teams=teams, now=world.clock()
        )
    return {"Authorization": f"Bearer {key}"}


@asynccontextmanager
async def another_process(
    world: World, *, ticking: bool = False
) -> AsyncIterator[httpx.AsyncClient]:
    """A second serving process on the same database, with nothing remembered."""
    settings = world.held.settings
    held = await open_resources(settings, clock=world.clock, environ=world.held.environ)
    app = create_app(settings, held=held, ticking=ticking)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://other") as http:
            yield http
    await held.close()
