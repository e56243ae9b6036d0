"""Deliveries that were refused: counted, and people told, off the answer's path.

A provider gives up after a 401, so each may be a lead lost by a secret that was changed on
one side only. Anybody can cause them, so a flood must cost a number in memory, no more.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import datetime

from app.domain import alert
from app.domain.doorbell import Doorbell
from app.domain.errors import AppError
from app.flow.alerts import raise_alerts
from app.log import get_logger
from app.resources import Resources
from app.store import sources

log = get_logger()

AT_ONCE = 20
"""Sources whose alert is being written, or waited with, at the same time."""

WITHIN = 5.0
WAITS = (1.0, 5.0, 25.0)
"""Seconds between attempts while the database is away."""

UNTIL_ASKED_AGAIN = 60.0
"""Seconds. Some senders (Amazon SNS) show a password only once a 401 has asked for it, and
come back at once: that is no refusal. One that does not come back was refused."""


class Refusals:
    """One process's own count, by source. `note` never raises and never waits."""

    def __init__(self, held: Resources, doorbell: Doorbell) -> None:
        self._held = held
        self._doorbell = doorbell
        self._told: dict[str, str] = {}
        self._why: dict[str, str] = {}
        self._asked: Counter[str] = Counter()
        self._untold: Counter[str] = Counter()
        self._telling: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self.counts: Counter[str] = Counter()
        """Since the start of the process."""

    def note(self, source: str, why: str, *, asked_for_password: bool = False) -> None:
        """A delivery to a source that exists was answered 401.

        `asked_for_password`: it came without any, where one is expected.
        """
        (self._asked if asked_for_password else self._untold)[source] += 1
        self.counts[source] += not asked_for_password
        self._why[source] = why
        hour = alert.hour_of(self._held.clock())
        if self._told.get(source) == hour or len(self._telling) >= AT_ONCE:
            return
        self._told[source] = hour
        work = self._see(source) if asked_for_password else self._tell(source)
        task = asyncio.create_task(work, name="tells-of-refusals")
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _see(self, source: str) -> None:
        """Count it as refused unless the sender comes back with a password."""
        since = self._held.clock()
        await self._rest(UNTIL_ASKED_AGAIN)
        asked = self._asked.pop(source, 0)
        if not self._stopping.is_set() and not await self._came_back(source, since):
            self.counts[source] += asked
            self._untold[source] += asked
        if self._untold[source]:
            await self._tell(source)
        else:
            self._told.pop(source, None)

    async def _came_back(self, source: str, since: datetime) -> bool:
        try:
            async with asyncio.timeout(WITHIN), self._held.database.reading() as tx:
                return await sources.delivered_since(tx, source, since)
        except (AppError, TimeoutError) as trouble:
            log.warning("alert.put_off", source=source, error=trouble)
            return False

    async def _tell(self, source: str) -> None:
        for wait in (0.0, *WAITS):
            await self._rest(wait)
            try:
                async with asyncio.timeout(WITHIN):
                    await self._raise(source)
            except (AppError, TimeoutError) as trouble:
                log.warning("alert.put_off", source=source, error=trouble)
            except Exception as error:  # noqa: BLE001 - nobody waits for this task.
                log.error("alert.failed", source=source, error=error)
                return
            else:
                return
        # The next refusal tries again.
        self._told.pop(source, None)

    async def _raise(self, source: str) -> None:
        held, now, count = self._held, self._held.clock(), self._untold[source]
        refused = alert.refused(source, self._why[source], count=count, at=now)
        async with held.database.transaction() as tx:
            new = await raise_alerts(tx, [refused], snapshot=held.live.snapshot, now=now)
        # Where another process was first, ours are told with the next alert.
        self._untold[source] -= count if new else 0
        self._doorbell.ring(new)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def settle(self) -> None:
        """Wait for what is on its way."""
        await asyncio.gather(*self._telling)

    async def stop(self) -> None:
        """Write what is to be written, and wait for nothing else."""
        self._stopping.set()
        if self._telling:
            await asyncio.wait(self._telling, timeout=WITHIN)
