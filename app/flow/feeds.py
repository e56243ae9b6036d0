"""What becomes of a feed that was asked for, and what people must hear about it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from app.config.document import Config
from app.config.secret import reveal
from app.domain import alert
from app.domain.alert import Alert
from app.domain.clock import rfc3339
from app.hours.feeds import FeedRead
from app.hours.layout import covered_until, ends_within
from app.hours.named_in import Member
from app.store.on_call_feeds import Feed, Said

SOONEST = timedelta(minutes=5)
LATEST = timedelta(hours=1)
"""How often a feed is asked for, whatever interval it names."""

FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(minutes=10)

WHOLE_EVERY = timedelta(hours=12)
"""How often it is read although nothing changed: recurrences are laid out ahead of now."""

TOLD_AFTER = timedelta(hours=1)
"""How long a feed may fail before anybody is told."""

NOBODY_WITHIN = timedelta(hours=24)
"""How long before the last known shift ends somebody is told."""

_A_FEW = 3


@dataclass(frozen=True, slots=True)
class Source:
    """A schedule of the config that is kept as a feed, and how its events are to be read."""

    schedule: str
    url: str
    zone: str
    members: tuple[Member, ...]

    @property
    def url_hash(self) -> str:
        return hashlib.sha256(self.url.encode()).hexdigest()

    @property
    def read_for(self) -> str:
        """Changes when the same feed would be read otherwise."""
        told = repr((self.schedule, self.zone, self.members)).encode()
        return hashlib.sha256(told).hexdigest()[:16]


def sources_of(config: Config) -> dict[str, Source]:
    """Every schedule of the config that is kept as a feed, by name."""
    members = tuple(Member(each.id, each.name, each.email) for each in config.agents)
    return {
        name: Source(
            name, reveal(kept.ical), kept.timezone or config.organization.timezone, members
        )
        for name, kept in config.on_call.items()
        if kept.ical is not None
    }


def may_be_unchanged(feed: Feed, source: Source, *, now: datetime) -> bool:
    """Whether it is enough to hear that the feed is as it was."""
    read_at = feed.said.laid_out_at
    fresh = read_at is not None and now - read_at < WHOLE_EVERY
    return fresh and feed.said.read_for == source.read_for


def unchanged(feed: Feed, *, now: datetime) -> Feed:
    """It was had, and says what it said."""
    return replace(feed, read_at=now, next_at=_next(feed.said.refresh, now), failures=0)


def read(
    feed: Feed,
    source: Source,
    found: FeedRead,
    *,
    body: str,
    validator: str | None,
    now: datetime,
) -> Feed:
    """It was had and read. Its number of changes goes up if its shifts are others."""
    refresh = None if found.refresh is None else found.refresh.total_seconds()
    return replace(
        feed,
        read_at=now,
        next_at=_next(refresh, now),
        changed=feed.changed + (found.shifts != feed.said.shifts),
        etag=validator,
        said=Said(found.shifts, source.read_for, body, now, refresh),
        trouble=found.remark,
        failures=0,
    )


def failed(
    feed: Feed, because: str, *, after: timedelta | None, jitter: float, now: datetime
) -> Feed:
    """It could not be had or read: the last shifts that were read go on counting.

    `jitter` is from 0 to 1, `after` what its server asked us to wait.
    """
    pause = min(FIRST_RETRY * 2 ** min(feed.failures, 10), LAST_RETRY) * (0.5 + jitter / 2)
    if after is not None:
        pause = min(max(pause, after), LATEST)
    # Whoever answered with something unreadable must not answer "unchanged" next time.
    return replace(
        feed, next_at=now + pause, etag=None, trouble=because, failures=feed.failures + 1
    )


def _next(refresh: float | None, now: datetime) -> datetime:
    wanted = SOONEST if refresh is None else timedelta(seconds=min(refresh, 1e9))
    return now + min(max(wanted, SOONEST), LATEST)


def alerts(feed: Feed, *, now: datetime) -> Iterator[Alert]:
    """What people must hear about it: that it fails, and that it ends."""
    if feed.failures and feed.read_at is not None and now - feed.read_at >= TOLD_AFTER:
        yield alert.feed_failing(feed.schedule, feed.trouble or "", since=feed.read_at)
    believed = feed.failures == 0 or feed.read_at is not None or feed.failures >= _A_FEW
    if believed and ends_within(feed.said.shifts, NOBODY_WITHIN, now=now):
        why = feed.trouble if feed.failures else None
        until = covered_until(feed.said.shifts)
        yield alert.feed_ending(feed.schedule, why, until=until, at=now)


def remarks(config: Config, feeds: Mapping[str, Feed], *, now: datetime) -> dict[str, str]:
    """What is not well with the schedules that are kept as feeds, by schedule."""
    said = {}
    for name, source in sources_of(config).items():
        feed = feeds.get(name)
        if feed is None or feed.url_hash != source.url_hash or feed.asked_at is None:
            said[name] = "its feed has not been asked for yet"
        elif remark := "; ".join(_remarks(feed, now)):
            said[name] = remark
    return said


def _remarks(feed: Feed, now: datetime) -> Iterator[str]:
    if feed.failures and feed.read_at is not None:
        yield f"its feed could not be read since {rfc3339(feed.read_at)}: {feed.trouble}"
    elif feed.failures:
        yield f"its feed could never be read: {feed.trouble}"
    elif feed.trouble:
        yield feed.trouble
    if ends_within(feed.said.shifts, NOBODY_WITHIN, now=now):
        until = covered_until(feed.said.shifts)
        yield (
            "nobody is on call by its feed"
            if until is None or until <= now
            else f"nobody is on call by its feed after {rfc3339(until.astimezone(UTC))}"
        )
