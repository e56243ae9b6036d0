"""The working process: hears the doorbell on arq's queues, and keeps an engine of its own."""

import asyncio
import signal
from contextlib import suppress

from app.domain.errors import AppError
from app.jobs.process import Background
from app.log import get_logger
from app.resources import Resources, open_resources, steady
from app.settings import Settings

log = get_logger()


WAIT = 0.5
"""Seconds between looks for a database that is not there, or not prepared, yet."""


async def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; then end what is being sent, and go."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    held = await _opened(settings, stop)
    if held is None:
        return
    background = Background.of(held, role="worker")
    background.start()
    steady()
    log.info("worker.ready", process=str(held.process), config=held.live.snapshot.version)
    await stop.wait()
    log.info("worker.stopping")
    await background.stop()
    await held.close()


async def _opened(settings: Settings, stop: asyncio.Event) -> Resources | None:
    """Wait for the database and its first config: processes may start in any order."""
    while not stop.is_set():
        try:
            return await open_resources(settings)
        except AppError as trouble:
            log.warning("worker.waits", error=trouble)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), WAIT)
    return None
