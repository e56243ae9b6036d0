"""Start the serving process: prepare the database, say where everything is, and serve."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from app.config.demo import demo_text
from app.config.load import Document, check, read_yaml
from app.domain.clock import utc_now
from app.domain.errors import DatabaseAway
from app.flow import configuring
from app.main import create_app
from app.resources import Resources, open_resources, steady
from app.settings import Settings
from app.sources.registry import SOURCES
from app.store import api_keys, configs, schema
from app.store.database import Database

DEMO_SECRET_PATH = "/webhooks/website/demo-website-secret"  # noqa: S105 - it is the demo's.

WAIT_FOR_DATABASE = 30.0
"""Seconds a start waits for PostgreSQL: containers come up in any order."""


def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT. Answers the exit code."""
    import uvloop  # noqa: PLC0415 - Linux and macOS only; the worker does without.

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    database = Database.of(settings.database_url)
    admin_key = await _prepare(database, settings)
    listening = _listen(settings)
    # Port 0 is any free one: links in messages need the one it came to be.
    settings = settings.model_copy(update={"port": listening.getsockname()[1]})
    held = await open_resources(settings, database=database)
    for source in held.live.snapshot.config.sources.values():
        # Now, and not while the first lead of its kind waits.
        SOURCES[source.kind]
    app = create_app(settings, held=held)
    server = _Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http="httptools",
            ws="none",
            log_config=None,
            access_log=False,  # A path may hold a source's secret.
            server_header=False,
            timeout_graceful_shutdown=10,
            timeout_keep_alive=30,
            backlog=2048,
        )
    )
    steady()
    server.announce = lambda port: _announce(settings, held, admin_key, port)
    try:
        await server.serve(sockets=[listening])
    finally:
        await held.close()
    return 0 if server.started else 1


async def _prepare(database: Database, settings: Settings) -> str | None:
    """Schema, config and a way in. Answers the admin key if one was made just now."""
    await _wait_for(database)
    async with database.reading() as tx:
        at_head = await schema.revision(tx) == schema.HEAD
    if not at_head and settings.is_embedded:
        at_head = await _migrate()
    if not at_head:
        sys.exit("The database is not at head: run `lead-router migrate` first.")
    async with database.transaction() as tx:
        if await configs.newest(tx) is None:
            document = _first_config(settings)
            check(document, os.environ)
            await configuring.put(tx, document.raw, after=0, by="first start", now=utc_now())
        if settings.admin_key is None and not await api_keys.any_admin(tx):
            return await api_keys.create(tx, name="first start", role="admin", now=utc_now())
    return None


async def _migrate() -> bool:
    """Bring our own database to head, in a process of its own.

    The migration tool takes 10 MB that a process which serves for weeks would keep.
    """
    command = (sys.executable, "-m", "app.cli", "migrate")
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    return await child.wait() == 0


async def _wait_for(database: Database) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + WAIT_FOR_DATABASE
    while True:
        try:
            async with database.reading() as tx:
                await schema.revision(tx)
        except DatabaseAway:
            if loop.time() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return


def _first_config(settings: Settings) -> Document:
    if settings.config is None:
        return read_yaml(demo_text())
    try:
        return read_yaml(settings.config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        sys.exit(f"{settings.config}: {reason}")


def _listen(settings: Settings) -> socket.socket:
    """Take the port: here, and not in uvicorn, so that a failure is one plain line."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        # Python appends the address to the system's words, and we have said it.
        reason = str(error.strerror).partition(" (while")[0]
        sys.exit(f"Cannot listen on {settings.host}:{settings.port}: {reason}.")


class _Server(uvicorn.Server):
    """uvicorn, saying where it listens once it does."""

    announce: Any = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.announce is not None:
            port = self.servers[0].sockets[0].getsockname()[1]
            self.announce(port)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in good order on SIGTERM and SIGINT, with exit code 0.

        uvicorn raises the signal again once it is done, which looks like a crash.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def _announce(settings: Settings, held: Resources, admin_key: str | None, port: int) -> None:
    """A few lines for whoever started us by hand."""
    base = settings.public_url or f"http://{settings.host}:{port}"
    print(f"lead-router is ready at {base}")
    print(f"  API docs   {base}/docs")
    print(f"  board      {base}/board")
    print(f"  admin key  {_key_line(settings, admin_key)}")
    snapshot = held.live.snapshot
    for each in snapshot.off:
        word = "sandbox" if each.section == "channel" else "off"
        print(f"  {word:<10} {each.section} {each.name}: set {', '.join(each.variables)}")
    for line in _sandboxes(held):
        print(line)
    if "website" in snapshot.config.sources and settings.config is None:
        print("Send a lead:")
        print(
            f"  curl {base}{DEMO_SECRET_PATH} -d name='Grace Kim' "
            "-d email=grace@example.com -d phone='(941) 555-0142' -d message='Can I see it?'"
        )
    sys.stdout.flush()


def _sandboxes(held: Resources) -> Iterator[str]:
    """Channels that the config names and this release cannot send over yet."""
    config, off = held.live.snapshot.config, {each.name for each in held.live.snapshot.off}
    for slot, why in held.live.sandboxes.items():
        if slot in config.channels and slot not in off:
            yield f"  {'sandbox':<10} channel {slot}: {why}"


def _key_line(settings: Settings, admin_key: str | None) -> str:
    if admin_key is not None:
        return f"{admin_key}  (shown this once: keep it)"
    if settings.admin_key is not None:
        return "the one in LEADROUTER_ADMIN_KEY"
    return "shown at the first start; another: lead-router keys create --role admin --name me"
