"""What a process works with: built once from the settings, shared by all its parts."""

import gc
import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import httpx

from app.channels.base import Channel
from app.channels.registry import build, why_sandboxes
from app.config.load import Document, check
from app.domain.clock import Clock, utc_now
from app.domain.errors import Unavailable
from app.domain.identifiers import new_id
from app.log import get_logger
from app.settings import Settings
from app.snapshot import Snapshot
from app.store import configs, on_call_feeds
from app.store.database import Database

log = get_logger()


class NoConfig(Unavailable):
    """The database holds no config yet: `lead-router serve` loads the first one."""


TRUSTED = timedelta(milliseconds=500)
"""A reading that is this much older than we think it is was delayed, not right."""

FALL_BACK = timedelta(microseconds=200)
"""At each reading: two parts in a thousand at ten a second, far more than clocks drift."""


class SteadyClock:
    """The present instant, by one authority, without asking it each time.

    The authority is the database's clock in the distributed form (so that no worker's own
    clock matters) and the host's in the embedded form. Between two readings time passes by
    the monotonic clock, which no step of the host's clock disturbs.
    """

    def __init__(self, start: Clock = utc_now) -> None:
        self._read_at = time.monotonic()
        self._was = start()
        self._host = start

    def __call__(self) -> datetime:
        return self._was + timedelta(seconds=time.monotonic() - self._read_at)

    def follow(self, authority: datetime | None) -> timedelta:
        """Take over a reading just made; answers how far off we were.

        A reading is always a little old by the time we have it, so the youngest time that
        any reading showed is the truest, and never ahead of the authority. Where we seem
        ahead, we fall back slowly: that is mostly this reading's age, and a little drift.
        """
        read_at = time.monotonic()
        at = authority or self._host()
        off = at - self()
        if -TRUSTED < off < timedelta(0):
            at = self() - min(-off, FALL_BACK)
        self._was, self._read_at = at, read_at
        return off


@dataclass(slots=True)
class Live:
    """The config in force, and the channels that it describes. Swapped as a whole."""

    snapshot: Snapshot
    channels: Mapping[str, Channel]
    feeds_changed: int = 0
    """Which of their changes the snapshot has, of feeds that say who is on call."""

    def is_of(self, version: int, feeds_changed: int) -> bool:
        """Whether this is that version of the config, with the feeds as they were then."""
        return (self.snapshot.version, self.feeds_changed) == (version, feeds_changed)

    @property
    def sandboxes(self) -> Mapping[str, str]:
        return why_sandboxes(dict(self.channels))


@dataclass(slots=True)
class Resources:
    """Everything that lives as long as the process."""

    settings: Settings
    database: Database
    http: httpx.AsyncClient
    clock: Clock
    live: Live
    environ: Mapping[str, str]
    process: UUID
    retired: list[Channel] = field(default_factory=list)
    certificates: dict[str, bytes] = field(default_factory=dict)
    """Certificates of signers, by URL. A few, and public."""

    async def close(self) -> None:
        for channel in (*self.live.channels.values(), *self.retired):
            await channel.close()
        await self.http.aclose()
        await self.database.close()


@cache
def _trust() -> ssl.SSLContext:
    """Whom we believe over TLS. Loading it takes 30 ms, and it does not change."""
    return httpx.create_ssl_context()


async def open_resources(
    settings: Settings,
    *,
    clock: Clock | None = None,
    environ: Mapping[str, str] | None = None,
    database: Database | None = None,
) -> Resources:
    """Build everything. The database must be at head and hold a config.

    Raises `DatabaseAway` when it does not answer.
    """
    database = database or Database.of(settings.database_url)
    clock = clock or SteadyClock()
    # No retries: whether a request may be repeated is decided by the row, not the client.
    http = httpx.AsyncClient(
        timeout=httpx.Timeout(10, connect=3),
        follow_redirects=False,
        verify=_trust(),
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
    )
    environ = os.environ if environ is None else environ
    live = await _load(database, http, environ)
    return Resources(settings, database, http, clock, live, environ, new_id(clock()))


async def refresh(held: Resources) -> bool:
    """Take the newest config into force, and the newest shifts. False: they are already."""
    async with held.database.reading() as tx:
        newest = await configs.newest_number(tx)
        changes = await on_call_feeds.changes(tx)
    if held.live.is_of(newest, changes):
        return False
    if newest == held.live.snapshot.version:
        held.live = await _with_shifts(held.database, held.live)
        log.info("on_call.shifts_in_force", changes=held.live.feeds_changed)
        return True
    old = held.live.channels
    held.live = await _load(held.database, held.http, held.environ)
    # What is being sent over the old ones may end in peace; they are closed with us.
    held.retired.extend(old.values())
    log.info("config.in_force", version=held.live.snapshot.version)
    return True


async def _load(database: Database, http: httpx.AsyncClient, environ: Mapping[str, str]) -> Live:
    async with database.reading() as tx:
        newest = await configs.newest(tx)
    if newest is None:
        raise NoConfig
    snapshot = Snapshot.of(newest.version, check(Document.of(newest.document), environ))
    off = {each.name for each in snapshot.off if each.section == "channel"}
    live = Live(snapshot, build(snapshot.config.channels, off, http))
    return await _with_shifts(database, live)


async def _with_shifts(database: Database, live: Live) -> Live:
    """The same, with what the feeds of on-call schedules say now."""
    async with database.reading() as tx:
        # First the number: what changes meanwhile is then seen as a change.
        changes = await on_call_feeds.changes(tx)
        feeds = await on_call_feeds.by_schedule(tx) if changes else {}
    shifts = {name: feed.said.shifts for name, feed in feeds.items()}
    return replace(live, snapshot=live.snapshot.with_shifts(shifts), feeds_changed=changes)


def steady() -> None:
    """Tell the garbage collector that what is there now stays.

    Otherwise it walks through all of it, a hundred thousand objects, again and again while
    leads come in; that shows as the slowest answers.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 50)
