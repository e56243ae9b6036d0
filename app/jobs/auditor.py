"""Looks at rows every ten seconds, and tells a dead-man's switch only when all is well.

The engine cannot vouch for itself: a loop that hangs reports nothing. The auditor asks the
rows whether something is late, over a connection of its own; it keeps running when the
engine does not, and when it stops itself, the switch outside rings.
"""

import asyncio
import time
from datetime import datetime, timedelta

import httpx

from app.domain.doorbell import Doorbell
from app.domain.errors import AppError
from app.flow.alerts import raise_alerts
from app.flow.silence import Listening
from app.jobs.engine import Engine
from app.log import get_logger
from app.resources import Resources
from app.store import audit

log = get_logger()

EVERY = 10.0
HEARTBEAT_EVERY = 60.0
LATE_TICK = timedelta(seconds=5)
LISTEN_EVERY = timedelta(minutes=1)
LISTEN_AFTER = timedelta(minutes=10)
"""Since the start: after an outage of ours, senders first bring what they have kept."""


class Auditor:
    """`findings` is what was wrong at the last look, by name; empty before the first."""

    def __init__(self, held: Resources, engine: Engine, doorbell: Doorbell) -> None:
        self._held = held
        self._engine = engine
        self._doorbell = doorbell
        self._pinged_at = 0.0
        self._listen_at = held.clock() + LISTEN_AFTER
        self.listening = Listening()
        self.findings: dict[str, int] = {}

    async def run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Ask all the questions once. Trouble with asking is a finding, too."""
        now = self._held.clock()
        try:
            async with asyncio.timeout(5):
                async with self._held.database.reading() as tx:
                    found = await audit.findings(tx, now=now)
                async with self._held.database.transaction() as tx:
                    await audit.forget_processes(tx, now=now)
        except (AppError, TimeoutError) as error:
            log.warning("audit.failed", error=error)
            found = {"database_away": 1}
        if now - self._engine.ticked_at > LATE_TICK:
            found["engine_of_this_process_late"] = 1
        if found:
            log.warning("audit.found", **found)
        self.findings = found
        if not found:
            await self._all_is_well()
        if now >= self._listen_at:
            self._listen_at = now + LISTEN_EVERY
            await self._listen(now)

    async def _listen(self, now: datetime) -> None:
        """Ask whether sources have fallen silent. Trouble with it is tried again."""
        held, snapshot = self._held, self._held.live.snapshot
        if not snapshot.config.alerts.silent_sources:
            return
        try:
            async with asyncio.timeout(5):
                async with held.database.reading() as tx:
                    due = await self.listening.alerts(tx, snapshot=snapshot, now=now)
                if not due:
                    return
                async with held.database.transaction() as tx:
                    new = await raise_alerts(tx, due, snapshot=snapshot, now=now)
        except (AppError, TimeoutError) as error:
            log.warning("audit.not_listened", error=error)
            return
        self.listening.heard(due)
        self._doorbell.ring(new)

    async def _all_is_well(self) -> None:
        url = self._held.settings.heartbeat_url
        if url is None or time.monotonic() - self._pinged_at < HEARTBEAT_EVERY:
            return
        try:
            await self._held.http.get(url, timeout=5)
            self._pinged_at = time.monotonic()
        except httpx.HTTPError as error:
            log.warning("audit.heartbeat_failed", error=error)
