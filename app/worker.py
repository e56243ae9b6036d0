"""The working process: hears the doorbell on arq's queues, and keeps an engine of its own."""

import asyncio
import signal

from app.jobs.process import Background
from app.log import get_logger
from app.resources import open_resources
from app.settings import Settings

log = get_logger()


async def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; then end what is being sent, and go."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    held = await open_resources(settings)
    background = Background.of(held, role="worker")
    background.start()
    log.info("worker.ready", process=str(held.process), config=held.live.snapshot.version)
    await stop.wait()
    log.info("worker.stopping")
    await background.stop()
    await held.close()
