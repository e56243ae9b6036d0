"""What both ends of arq must agree on. Redis holds doorbells here, and no truth.

arq is in maintenance mode and forgets its jobs with its Redis, so a job is one opaque row
id: no arguments that could be logged, no id of its own that a dead worker could block, no
delay, no result. A job nobody runs costs at most two seconds: the engines look at rows.
"""

from typing import Any

import orjson
from arq.connections import RedisSettings

from app.domain.message import MessageClass

FUNCTION = "deliver"

EXPIRES_MS = 120_000
"""A doorbell that nobody heard for this long need not ring any more."""


def queue_of(cls: MessageClass) -> str:
    """A queue each, so that ten thousand bulk messages cannot hold up an escalation."""
    return f"lead-router:{cls}"


def to_bytes(job: dict[str, Any]) -> bytes:
    """JSON, where arq's default is pickle: whoever can write to Redis must not run code."""
    return orjson.dumps(job)


def from_bytes(job: bytes) -> dict[str, Any]:
    read: dict[str, Any] = orjson.loads(job)
    return read


def redis_settings(url: str) -> RedisSettings:
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 1
    settings.conn_retries = 0
    return settings
