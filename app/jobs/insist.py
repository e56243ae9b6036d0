"""A result that must be written, however long the database needs to come back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.domain.errors import AppError
from app.store.database import Database, Tx

T = TypeVar("T")

RECORD_WITHIN = 30.0
"""Seconds for which a result is written again and again while the database is away."""


async def insist(database: Database, write: Callable[[Tx], Awaitable[T]]) -> T:
    """Do `write` in a transaction, and all of it again if that fails.

    Raises the last `AppError` once it was tried for `RECORD_WITHIN`.
    """
    deadline = asyncio.get_running_loop().time() + RECORD_WITHIN
    wait = 0.05
    while True:
        try:
            async with database.transaction() as tx:
                return await write(tx)
        except AppError:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(wait)
            wait = min(wait * 2, 1.0)
