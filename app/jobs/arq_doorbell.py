"""The doorbell on arq's side: one pipeline for all the messages of a commit.

After the commit and off the answer's path. Redis that is down, slow or hanging costs a
ring, never an answer: within two seconds an engine finds the row.
"""

import asyncio
import time
from collections.abc import Iterable
from uuid import uuid4

from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from redis.exceptions import RedisError

from app.domain.failpoint import failpoint
from app.domain.message import Message, MessageClass
from app.jobs.arq_protocol import EXPIRES_MS, FUNCTION, queue_of, redis_settings, to_bytes
from app.log import get_logger

log = get_logger()

PATIENCE = 0.4
"""Seconds a ring may take."""

BREAK = 1.0
"""Seconds without ringing after one that failed: a hanging Redis is not asked each time."""


class ArqDoorbell:
    """Rings by putting jobs into arq's queues. `close` waits for what is on its way."""

    def __init__(self, url: str) -> None:
        settings = redis_settings(url)
        self._redis = ArqRedis(
            host=settings.host if isinstance(settings.host, str) else "localhost",
            port=settings.port,
            db=settings.database,
            username=settings.username,
            password=settings.password,
            ssl=settings.ssl,
            unix_socket_path=settings.unix_socket_path,
            socket_connect_timeout=PATIENCE,
            socket_timeout=PATIENCE,
        )
        self._silent_until = 0.0
        self._ringing: set[asyncio.Task[None]] = set()
        self.failed = 0
        """Rings that nobody heard, since the start."""

    def ring(self, messages: Iterable[Message]) -> None:
        wanted = [(each.cls, str(each.id)) for each in messages if each.next_at is not None]
        if not wanted:
            return
        failpoint("doorbell.before_ring")
        if time.monotonic() < self._silent_until:
            self.failed += len(wanted)
            return
        task = asyncio.create_task(self._put(wanted))
        self._ringing.add(task)
        task.add_done_callback(self._ringing.discard)

    async def _put(self, wanted: list[tuple[MessageClass, str]]) -> None:
        now = int(time.time() * 1000)
        try:
            async with asyncio.timeout(PATIENCE), self._redis.pipeline(transaction=False) as pipe:
                for cls, message_id in wanted:
                    job = uuid4().hex
                    body = serialize_job(
                        FUNCTION, (message_id,), {}, None, now, serializer=to_bytes
                    )
                    pipe.psetex(job_key_prefix + job, EXPIRES_MS, body)
                    pipe.zadd(queue_of(cls), {job: now})
                await pipe.execute()
        except (RedisError, OSError) as error:
            self.failed += len(wanted)
            self._silent_until = time.monotonic() + BREAK
            log.warning("doorbell.unheard", messages=len(wanted), error=error)

    async def answers(self) -> bool:
        """Whether Redis is there, for /readyz."""
        try:
            async with asyncio.timeout(PATIENCE):
                return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False

    async def close(self) -> None:
        await asyncio.gather(*self._ringing, return_exceptions=True)
        await self._redis.aclose(close_connection_pool=True)
