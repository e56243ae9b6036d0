"""What runs behind every process: an engine, an auditor, feeds, an executor, a doorbell."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from app.domain.doorbell import Doorbell
from app.domain.errors import AppError
from app.jobs.auditor import Auditor
from app.jobs.deliver import Deliverer
from app.jobs.engine import Engine
from app.jobs.feeds import Feeds
from app.jobs.local import LocalExecutor
from app.log import get_logger
from app.resources import Resources
from app.store import configs, messages
from app.store import now as heartbeat

log = get_logger()

RESTART_AFTER = 0.5


class DistantDoorbell(Doorbell, Protocol):
    """A doorbell that rings in other processes, over a queue that may be away."""

    async def answers(self) -> bool: ...

    async def close(self) -> None: ...


class Ears(Protocol):
    """Hears the distant doorbell, and does the work."""

    def start(self) -> None: ...

    async def stop(self, *, grace: float) -> None: ...


class Background:
    """Starts it all, and stops it so that nothing is lost and nothing doubled."""

    def __init__(self, held: Resources, *, role: str) -> None:
        self.held = held
        self.deliverer = Deliverer(held)
        self.executor = LocalExecutor(self.deliverer)
        secret = held.settings.redis_url
        self.arq: DistantDoorbell | None = None
        self.ears: Ears | None = None
        if secret is not None:
            # Loaded only where it is used: arq and what it brings cost 13 MB.
            from app.jobs import arq_doorbell, arq_worker  # noqa: PLC0415

            url = secret.get_secret_value()
            self.arq = arq_doorbell.ArqDoorbell(url)
            if role == "worker":
                self.ears = arq_worker.ArqEars(url, self.deliverer)
        self.doorbell: Doorbell = self.arq or self.executor
        self.engine = Engine(held, self.doorbell, self.executor, self.deliverer, role=role)
        self.auditor = Auditor(held, self.engine, self.doorbell)
        self.feeds = Feeds(held, self.doorbell)
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    def of(cls, held: Resources, *, role: str) -> "Background":
        return cls(held, role=role)

    def start(self, *, engine: bool = True) -> None:
        """Begin. Tests that own the clock tick the engine themselves."""
        self.executor.start()
        if self.ears is not None:
            self.ears.start()
        if engine:
            self._tasks = [
                asyncio.create_task(supervised("engine", self.engine.run)),
                asyncio.create_task(supervised("auditor", self.auditor.run)),
                asyncio.create_task(supervised("feeds", self.feeds.run)),
            ]

    async def stop(self) -> None:
        """Stop claiming; let sends in flight end; give back what was not begun."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        grace = self.held.settings.shutdown_grace
        stopping = [self.executor.stop(grace=grace)]
        if self.ears is not None:
            stopping.append(self.ears.stop(grace=grace))
        await asyncio.gather(*stopping)
        try:
            async with self.held.database.transaction() as tx:
                await messages.release(tx, self.held.process, now=self.held.clock())
                await heartbeat.depart(tx, self.held.process)
        except AppError as trouble:
            # The leases run out by themselves: five seconds instead of none.
            log.warning("shutdown.leases_left", error=trouble)
        if self.arq is not None:
            await self.arq.close()


async def supervised(name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Keep a loop alive: whatever ends it, short of the process, it starts again."""
    while True:
        try:
            await run()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - a dead loop would be silence.
            log.error("loop.died", loop=name, error=error)
        await asyncio.sleep(RESTART_AFTER)


def watching(held: Resources, background: Background) -> Callable[[], Awaitable[dict[str, str]]]:
    """What is wrong right now, for /readyz: in words, by name."""

    async def troubles() -> dict[str, str]:
        found = {
            name: f"{count} now; see /metrics and the log"
            for name, count in background.auditor.findings.items()
        }
        try:
            async with asyncio.timeout(2), held.database.reading() as tx:
                await configs.newest_number(tx)
        except (AppError, TimeoutError):
            found["database"] = "does not answer"
        if background.arq is not None and not await background.arq.answers():
            found["redis"] = "does not answer: messages leave up to two seconds later"
        return found

    return troubles
