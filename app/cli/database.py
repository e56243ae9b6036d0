"""The database of a command: at head, and closed at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.cli.ground import stop
from app.settings import Settings
from app.store import schema
from app.store.database import Database


@asynccontextmanager
async def at_head(settings: Settings) -> AsyncIterator[Database]:
    """The database, brought to head if it is our own, and closed at the end."""
    database = Database.of(settings.database_url)
    try:
        if settings.is_embedded:
            await schema.upgrade(database)
        async with database.reading() as tx:
            if await schema.revision(tx) != schema.HEAD:
                stop("The database is not at head: run `lead-router migrate` first.")
        yield database
    finally:
        await database.close()
