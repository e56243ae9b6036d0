"""Feeds of on-call schedules: when each is asked for, by whom, and what it said last."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update

from app.domain.lead import AgentId
from app.hours.oncall import Shift
from app.store.database import Tx
from app.store.rows import upsert
from app.store.tables import on_call_feeds as feeds


@dataclass(frozen=True, slots=True)
class Said:
    """What a feed said when it was last read."""

    shifts: tuple[Shift, ...] = ()
    read_for: str | None = None
    """For which names and zone it was read: others would be found in it otherwise."""
    body: str | None = None
    """SHA-256 of its bytes."""
    laid_out_at: datetime | None = None
    """When its recurrences were last laid out, some weeks ahead."""
    refresh: float | None = None
    """How often it wants to be asked for, in seconds."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One schedule's feed as it stands."""

    schedule: str
    url_hash: str
    next_at: datetime
    asked_at: datetime | None = None
    read_at: datetime | None = None
    changed: int = 1
    etag: str | None = None
    said: Said = field(default_factory=Said)
    trouble: str | None = None
    failures: int = 0


async def by_schedule(tx: Tx) -> Mapping[str, Feed]:
    rows = await tx.conn.execute(select(feeds).order_by(feeds.c.schedule))
    return {row.schedule: _feed(row) for row in rows}


async def changes(tx: Tx) -> int:
    """A number that goes up whenever the shifts of any feed change."""
    return int(await tx.conn.scalar(select(changes_so_far())) or 0)


def changes_so_far() -> Any:
    """The same, as part of a larger question.

    A sum, for of two that change at once the highest would hide the one committed last.
    """
    return select(func.coalesce(func.sum(feeds.c.changed), 0)).scalar_subquery()


async def begin(tx: Tx, schedule: str, url_hash: str, *, now: datetime) -> None:
    """There is a feed at this address: ask for it now. What another address said is dropped."""
    insert = upsert(tx, feeds)
    fresh: dict[str, Any] = {
        "url_hash": url_hash,
        "asked_at": None,
        "read_at": None,
        "next_at": now,
        "etag": None,
        "shifts": {},
        "trouble": None,
        "failures": 0,
    }
    await tx.conn.execute(
        insert.values(schedule=schedule, changed=1, **fresh).on_conflict_do_update(
            index_elements=["schedule"],
            set_=fresh | {"changed": feeds.c.changed + 1},
            where=feeds.c.url_hash != url_hash,
        )
    )


async def read_anew(tx: Tx, feed: Feed, *, now: datetime) -> None:
    """Ask for it now, and for the whole of it, unless somebody is asking already."""
    await tx.conn.execute(
        update(feeds)
        .where(feeds.c.schedule == feed.schedule, feeds.c.next_at == feed.next_at)
        .values(next_at=now, etag=None)
    )


async def claim(tx: Tx, feed: Feed, *, until: datetime, now: datetime) -> bool:
    """Be the one who asks for it. False: somebody else is.

    Whoever claims it and dies is followed by somebody else at `until`.
    """
    done = await tx.conn.execute(
        update(feeds)
        .where(
            feeds.c.schedule == feed.schedule,
            feeds.c.url_hash == feed.url_hash,
            feeds.c.next_at == feed.next_at,
        )
        .values(next_at=until, asked_at=now)
    )
    return bool(done.rowcount)


async def record(tx: Tx, feed: Feed, *, claimed_at: datetime) -> bool:
    """Write what came of a claim. False: it ran out, or is of another address by now."""
    done = await tx.conn.execute(
        update(feeds)
        .where(
            feeds.c.schedule == feed.schedule,
            feeds.c.url_hash == feed.url_hash,
            feeds.c.asked_at == claimed_at,
        )
        .values(
            read_at=feed.read_at,
            next_at=feed.next_at,
            changed=feed.changed,
            etag=feed.etag,
            shifts=_stored(feed.said),
            trouble=feed.trouble,
            failures=feed.failures,
        )
    )
    return bool(done.rowcount)


def _stored(said: Said) -> dict[str, Any]:
    return {
        "shifts": [[_text(each.start), _text(each.end), each.member] for each in said.shifts],
        "read_for": said.read_for,
        "body": said.body,
        "laid_out_at": None if said.laid_out_at is None else _text(said.laid_out_at),
        "refresh": said.refresh,
    }


def _feed(row: Any) -> Feed:
    stored: Mapping[str, Any] = row.shifts or {}
    laid_out_at = stored.get("laid_out_at")
    said = Said(
        tuple(
            Shift(datetime.fromisoformat(start), datetime.fromisoformat(end), AgentId(member))
            for start, end, member in stored.get("shifts", ())
        ),
        stored.get("read_for"),
        stored.get("body"),
        None if laid_out_at is None else datetime.fromisoformat(laid_out_at),
        stored.get("refresh"),
    )
    return Feed(
        row.schedule,
        row.url_hash,
        row.next_at,
        row.asked_at,
        row.read_at,
        row.changed,
        row.etag,
        said,
        row.trouble,
        row.failures,
    )


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
