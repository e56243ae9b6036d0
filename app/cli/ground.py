"""What all commands stand on: the settings, how to run, how to stop. It loads next to nothing."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn
from urllib.parse import urlsplit

from app.settings import Settings


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


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Do the work of a command, and wait for it."""
    return asyncio.run(work)


def stop(why: str) -> NoReturn:
    """End the command: it could not do what it was asked for."""
    print(why, file=sys.stderr)
    sys.exit(1)
