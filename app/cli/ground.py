"""What the commands stand on: the settings, the database at head, how to stop."""

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from app.config.load import Document, read_yaml
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


def read_settings() -> Settings:
    """The settings, as the environment has them."""
    settings = Settings()
    try:
        url = urlsplit(settings.database_url)
        is_known = url.scheme in {"sqlite", "postgresql"} and url.port != 0
    except ValueError:
        is_known = False
    if not is_known:
        stop("LEADROUTER_DATABASE_URL: use sqlite:///path or postgresql://user@host/name")
    return settings


def read_config(file: Path) -> Document:
    """The document in a file, or the end of the command with a line that says why not."""
    try:
        return read_yaml(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        stop(f"{file}: {reason}")


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Do the work of a command, and wait for it."""
    return asyncio.run(work)


def stop(why: str) -> NoReturn:
    """End the command: it could not do what it was asked for."""
    print(why, file=sys.stderr)
    sys.exit(1)
