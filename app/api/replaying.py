"""Stored deliveries are read again, one or many: as the config is now, as of their arrival."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.api import canonical
from app.api.shapes.deliveries import ReplayedOut, ReplayIn, ReplaysOut
from app.api.state import Serving
from app.api.webhooks import arrival_again
from app.domain.delivery import DeliveryStatus, Held, Webhook
from app.domain.errors import AppError, DatabaseAway, NotPossibleNow, Overloaded
from app.domain.lead import Inquiry
from app.flow.arrivals import Arrival, Taken
from app.log import get_logger
from app.store import deliveries, listing
from app.store.deliveries import Seen
from app.store.listing import DeliveryFilter, Page
from app.store.rows import Stored

log = get_logger()


async def one(serve: Serving, delivery_id: UUID, now: datetime) -> tuple[Arrival, Taken]:
    """Read a delivery again, and write down what became of it.

    Raises `NoSuch`, `NotPossibleNow`, `SourceOff`, `ReplayedMeanwhile`.
    """
    arrival = await _read(serve, delivery_id, now)
    return arrival, await serve.intake.take(arrival)


async def many(serve: Serving, wanted: ReplayIn, now: datetime) -> ReplaysOut:
    """Read deliveries again, the oldest first. Ends early when the database goes away."""
    which = DeliveryFilter(
        wanted.status, wanted.source, wanted.received_after, wanted.received_before
    )
    async with serve.held.database.reading() as tx:
        page = await listing.list_deliveries(
            tx, which, Page(wanted.limit, wanted.cursor), oldest_first=True
        )
    items: list[ReplayedOut] = []
    next_cursor, replayed = page.next_cursor, 0
    for row in page.items:
        try:
            item, is_written = await _each(serve, row, now, dry_run=wanted.dry_run)
        except (DatabaseAway, Overloaded):
            if not items:
                raise
            next_cursor = listing.cursor_of(page.items[len(items) - 1], "received_at", "id")
            break
        items.append(item)
        replayed += is_written
    return ReplaysOut(
        replayed=replayed,
        by_status=dict(Counter(each.status for each in items)),
        items=items,
        next_cursor=next_cursor,
    )


async def _each(
    serve: Serving, row: Stored, now: datetime, *, dry_run: bool
) -> tuple[ReplayedOut, bool]:
    """What became of one delivery, and whether that was written down."""
    try:
        if dry_run:
            return _readable(row, await _read(serve, row["id"], now)), False
        arrival, taken = await one(serve, row["id"], now)
    except (DatabaseAway, Overloaded):
        raise
    except AppError as why_not:
        return _item(row, row["status"], row["leads"], str(why_not)), False
    except Exception as error:  # noqa: BLE001 - one must not stop the others.
        log.error("replay.failed", delivery_id=str(row["id"]), error=error)
        return _item(row, "failed", row["leads"], "a mistake of ours: see the log"), False
    leads = [str(each.id) for each in taken.leads]
    return _item(row, taken.status.value, leads, _reason(arrival)), True


def _readable(row: Stored, arrival: Arrival) -> ReplayedOut:
    status = "readable" if arrival.trouble is None else DeliveryStatus.QUARANTINED.value
    return _item(row, status, row["leads"], _reason(arrival))


def _reason(arrival: Arrival) -> str | None:
    return arrival.reading.ignored if arrival.trouble is None else str(arrival.trouble)


def _item(row: Stored, status: str, leads: list[str], reason: str | None) -> ReplayedOut:
    return ReplayedOut(delivery_id=str(row["id"]), status=status, leads=leads, reason=reason)


async def _read(serve: Serving, delivery_id: UUID, now: datetime) -> Arrival:
    async with serve.held.database.reading() as tx:
        row = await deliveries.get(tx, delivery_id)
    if row["body"] is None:
        raise NotPossibleNow("The bytes of this delivery were erased.")
    if row["status"] == DeliveryStatus.DUPLICATE:
        raise NotPossibleNow("This delivery repeated another one: replay that one.")
    arrival = replace(_again(serve, row, now), seen=Seen(row["replayed_at"]))
    asked: tuple[Inquiry | Held, ...] = (*arrival.reading.inquiries, *arrival.reading.held)
    if row["leads"] and arrival.trouble is not None:
        raise NotPossibleNow("Its leads are stored, and as the config is now it cannot be read.")
    if row["leads"] and not asked and not arrival.reading.withdrawn:
        raise NotPossibleNow("Its leads are stored, and as the config is now it reads as none.")
    if row["leads"] and asked and all(map(_is_kept_aside, asked)):
        raise NotPossibleNow("It was kept as a test or as spam, and still reads as one.")
    return arrival


def _is_kept_aside(asked: Inquiry | Held) -> bool:
    return asked.is_test or (isinstance(asked, Inquiry) and asked.spam is not None)


def _again(serve: Serving, row: Stored, now: datetime) -> Arrival:
    if row["kind"] == canonical.KIND:
        return canonical.again(
            delivery_id=row["id"], body=row["body"], received_at=row["received_at"], now=now
        )
    webhook = Webhook(
        source=row["source"], body=row["body"], headers=row["headers"], query=row["query"]
    )
    return arrival_again(
        serve.held, delivery_id=row["id"], webhook=webhook, received_at=row["received_at"]
    )
