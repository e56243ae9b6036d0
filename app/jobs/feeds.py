"""The loop that asks for the calendars of who is on call: each feed, by one process at a time.

When to ask again is a column of the feed's row, and whoever moves it has the feed for a
while: a process that dies is followed by another. A feed that cannot be had changes nothing
but its row's trouble: what it said last goes on counting.
"""

import asyncio
import hashlib
import random
from datetime import datetime, timedelta

from app.channels.calendar_feed import Body, NoFeed, Unchanged, get_feed
from app.domain.doorbell import Doorbell
from app.domain.errors import AppError
from app.domain.failpoint import failpoint
from app.flow import feeds as outcome
from app.flow.alerts import raise_alerts
from app.flow.feeds import Source, sources_of
from app.hours.feeds import FeedUnreadable
from app.jobs.feed_reader import read_apart
from app.log import get_logger
from app.resources import Resources
from app.store import on_call_feeds
from app.store.on_call_feeds import Feed

log = get_logger()

LOOK_EVERY = 1.0
"""Seconds between looks. Without feeds in the config a look asks nobody anything."""

LEASE = timedelta(seconds=90)
"""How long one process has for one feed: longer than all its limits together."""


class Feeds:
    """One process's share in asking. `look` asks for what is due now."""

    def __init__(self, held: Resources, doorbell: Doorbell) -> None:
        self._held = held
        self._doorbell = doorbell
        self._arranged_for: int | None = None

    async def run(self) -> None:
        """Look for ever. Trouble with the database is waited out."""
        while True:
            try:
                await self.look()
            except AppError as trouble:
                log.warning("feeds.wait", error=trouble)
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Ask for every feed that is due and that nobody else asks for."""
        snapshot = self._held.live.snapshot
        sources = sources_of(snapshot.config)
        if not sources:
            return
        if self._arranged_for != snapshot.version:
            await self._arrange(sources)
            self._arranged_for = snapshot.version
        now = self._held.clock()
        async with self._held.database.reading() as tx:
            known = await on_call_feeds.by_schedule(tx)
        for name, source in sources.items():
            feed = known.get(name)
            if feed is not None and feed.next_at <= now and feed.url_hash == source.url_hash:
                await self._ask_for(feed, source)

    async def _arrange(self, sources: dict[str, Source]) -> None:
        """Another config is in force: other feeds, or other people in them."""
        now = self._held.clock()
        async with self._held.database.transaction() as tx:
            for name, source in sources.items():
                await on_call_feeds.begin(tx, name, source.url_hash, now=now)
            for feed in (await on_call_feeds.by_schedule(tx)).values():
                for_whom = feed.said.read_for
                if feed.schedule in sources and for_whom != sources[feed.schedule].read_for:
                    await on_call_feeds.read_anew(tx, feed, now=now)

    async def _ask_for(self, feed: Feed, source: Source) -> None:
        claimed_at = self._held.clock()
        async with self._held.database.transaction() as tx:
            is_ours = await on_call_feeds.claim(tx, feed, until=claimed_at + LEASE, now=claimed_at)
        failpoint("feeds.after_claim")
        if is_ours:
            await self._record(await self._what_became_of(feed, source), claimed_at)

    async def _what_became_of(self, feed: Feed, source: Source) -> Feed:
        held = self._held
        skip = outcome.may_be_unchanged(feed, source, now=held.clock())
        answer = await get_feed(held.http, source.url, validator=feed.etag if skip else None)
        match answer:
            case Unchanged() if skip:
                return outcome.unchanged(feed, now=held.clock())
            case Unchanged():
                return self._failed(feed, "it was answered 304, although nobody had asked that")
            case NoFeed(because, after):
                return self._failed(feed, because, after)
            case Body(content, validator):
                return await self._read(feed, source, content, validator, skip=skip)

    async def _read(
        self, feed: Feed, source: Source, content: bytes, validator: str | None, *, skip: bool
    ) -> Feed:
        body = hashlib.sha256(content).hexdigest()
        if skip and body == feed.said.body and not feed.failures:
            return outcome.unchanged(feed, now=self._held.clock())
        try:
            found = await read_apart(
                content,
                source.members,
                schedule=source.schedule,
                zone=source.zone,
                now=self._held.clock(),
            )
        except (FeedUnreadable, OSError) as trouble:
            # OSError: this machine cannot start another process now.
            return self._failed(feed, str(trouble))
        now = self._held.clock()
        return outcome.read(feed, source, found, body=body, validator=validator, now=now)

    def _failed(self, feed: Feed, because: str, after: timedelta | None = None) -> Feed:
        log.warning("feed.failed", schedule=feed.schedule, why=because, failures=feed.failures + 1)
        jitter = random.random()  # noqa: S311 - spreads retries, guards nothing.
        return outcome.failed(feed, because, after=after, jitter=jitter, now=self._held.clock())

    async def _record(self, feed: Feed, claimed_at: datetime) -> None:
        held = self._held
        now = held.clock()
        async with held.database.transaction() as tx:
            if not await on_call_feeds.record(tx, feed, claimed_at=claimed_at):
                log.info("feed.was_taken_over", schedule=feed.schedule)
                return
            due = list(outcome.alerts(feed, now=now))
            new = await raise_alerts(tx, due, snapshot=held.live.snapshot, now=now)
        self._doorbell.ring(new)
