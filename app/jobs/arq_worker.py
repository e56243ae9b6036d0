"""The worker's ear: arq workers, one for each queue, that survive their Redis."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from arq.worker import Worker, func
from redis.exceptions import RedisError

from app.domain.message import MessageClass
from app.jobs.arq_protocol import FUNCTION, from_bytes, queue_of, redis_settings, to_bytes
from app.jobs.local import Handler
from app.log import get_logger

log = get_logger()

AT_ONCE: Mapping[MessageClass, int] = {
    MessageClass.ESCALATION: 16,
    MessageClass.AUTO_RESPONSE: 16,
    MessageClass.FETCH: 8,
    MessageClass.WEBHOOK_OUT: 8,
    MessageClass.BULK: 4,
}

JOB_TIMEOUT = 75
"""Seconds: the longest a send may take, from the claim to the answer. The same for every
function, for arq takes the maximum of all of them as the life of a dead worker's job."""

POLL = 0.03
"""Seconds between looks into a queue: 15 ms until a message is picked up, on average."""


class ArqEars:
    """Listens on every queue until it is stopped. Redis may come and go."""

    def __init__(self, url: str, handler: Handler) -> None:
        self._url = url
        self._handler = handler
        self._tasks: list[asyncio.Task[None]] = []
        self._workers: dict[MessageClass, Worker] = {}
        self._stopping = False

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._listen(cls), name=f"arq-{cls}") for cls in MessageClass
        ]

    async def _listen(self, cls: MessageClass) -> None:
        wait = 0.1
        while not self._stopping:
            worker = self._workers[cls] = self._worker(cls)
            try:
                await worker.async_run()
            except (RedisError, OSError) as error:
                log.warning("worker.redis_away", queue=str(cls), error=error)
            except asyncio.CancelledError:
                if self._stopping:
                    return
            await asyncio.sleep(wait)
            wait = min(wait * 2, 1.0)

    def _worker(self, cls: MessageClass) -> Worker:
        return Worker(
            functions=[func(self._deliver, name=FUNCTION)],
            queue_name=queue_of(cls),
            redis_settings=redis_settings(self._url),
            handle_signals=False,
            max_jobs=AT_ONCE[cls],
            job_timeout=JOB_TIMEOUT,
            keep_result=0,
            poll_delay=POLL,
            max_tries=1,
            retry_jobs=False,
            health_check_interval=3600,
            log_results=False,
            job_serializer=to_bytes,
            job_deserializer=from_bytes,
        )

    async def _deliver(self, ctx: dict[Any, Any], *args: Any, **_: Any) -> None:
        del ctx
        await self._handler(UUID(args[0]))

    async def stop(self, *, grace: float) -> None:
        """Take no new job; let those that run end within `grace` seconds."""
        self._stopping = True
        # First whoever starts jobs: one that begins after we looked would be cut off.
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        running = [task for worker in self._workers.values() for task in worker.tasks.values()]
        if running:
            await asyncio.wait(running, timeout=grace)
        for worker in self._workers.values():
            for job in worker.tasks.values():
                job.cancel()
            await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
            if worker._pool is not None:  # noqa: SLF001 - arq's own close() waits for Redis.
                await worker.pool.aclose(close_connection_pool=True)
