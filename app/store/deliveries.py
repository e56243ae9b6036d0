"""Raw deliveries: kept whole, listed, shown, and read again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, cast, or_, select, update

from app.domain.errors import Conflict, NoSuch
from app.domain.lead import AgentId
from app.store.database import Tx
from app.store.rows import Stored, stored
from app.store.tables import clocks, deliveries, inquiries, leads


class ReplayedMeanwhile(Conflict):
    """Somebody else replayed this delivery at the same time."""


class Seen(NamedTuple):
    """How a stored delivery stood when somebody asked to have it read again."""

    replayed_at: datetime | None


async def get(tx: Tx, delivery_id: UUID) -> Stored:
    """Read one delivery, its body included. Raises `NoSuch`."""
    rows = await tx.conn.execute(select(deliveries).where(deliveries.c.id == delivery_id))
    row = rows.one_or_none()
    if row is None:
        raise NoSuch("delivery", str(delivery_id))
    return stored(row)


async def replayed(  # noqa: PLR0913 - what a second reading changes about a delivery.
    tx: Tx,
    delivery_id: UUID,
    *,
    status: str,
    lead_ids: Sequence[str],
    reason: str | None,
    read_until: str | None,
    at: datetime,
    seen: Seen | None = None,
) -> None:
    """Write down what a second reading changed.

    Raises `ReplayedMeanwhile` unless the delivery still stands as it was `seen`: two people
    who replay a test at the same time must not make two of it.
    """
    question = update(deliveries).where(deliveries.c.id == delivery_id)
    if seen is not None:
        question = question.where(deliveries.c.replayed_at.is_not_distinct_from(seen.replayed_at))
    done = await tx.conn.execute(
        question.values(
            status=status,
            leads=list(lead_ids),
            reason=reason,
            read_until=read_until,
            replayed_at=at,
        )
    )
    if seen is not None and not done.rowcount:
        raise ReplayedMeanwhile


async def lock(tx: Tx, delivery_id: UUID) -> Stored:
    """What is to be known of a delivery, but for its bytes, held until the transaction ends."""
    rows = await tx.conn.execute(
        select(*(column for column in deliveries.c if column.key != "body"))
        .where(deliveries.c.id == delivery_id)
        .with_for_update()
    )
    return stored(rows.one())


async def change(tx: Tx, delivery_id: UUID, values: Mapping[str, Any]) -> None:
    await tx.conn.execute(
        update(deliveries).where(deliveries.c.id == delivery_id).values(dict(values))
    )


class Standing(NamedTuple):
    """As much of a lead as its delivery's status depends on."""

    id: UUID
    held: bool
    merged_into: UUID | None
    is_test: bool
    received_at: datetime


async def standing_of(tx: Tx, lead_ids: Iterable[UUID]) -> list[Standing]:
    """The leads of a delivery, there may be a thousand of them."""
    rows = await tx.conn.execute(
        select(*(leads.c[name] for name in Standing._fields)).where(leads.c.id.in_(list(lead_ids)))
    )
    return [Standing(*row) for row in rows]


async def asked_in(tx: Tx, delivery_id: UUID, lead_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the leads that have an inquiry from this very delivery."""
    rows = await tx.conn.execute(
        select(inquiries.c.lead_id).where(
            inquiries.c.lead_id.in_(list(lead_ids)), inquiries.c.delivery_id == delivery_id
        )
    )
    return {row.lead_id for row in rows}


async def committed(tx: Tx, delivery_ids: Iterable[UUID]) -> dict[UUID, Stored]:
    """Which of these deliveries are stored: all there is to know after a lost COMMIT."""
    rows = await tx.conn.execute(
        select(deliveries.c.id, deliveries.c.status, deliveries.c.leads).where(
            deliveries.c.id.in_(list(delivery_ids))
        )
    )
    return {row.id: stored(row) for row in rows}


async def owners_and_deadlines(
    tx: Tx, lead_ids: Iterable[UUID]
) -> dict[UUID, tuple[AgentId | None, tuple[tuple[str, datetime], ...]]]:
    """Each lead's owner and its clocks, as an answer to its delivery shows them."""
    wanted = list(lead_ids)
    owners = await tx.conn.execute(
        select(leads.c.id, leads.c.owner, leads.c.epoch).where(leads.c.id.in_(wanted))
    )
    due = await tx.conn.execute(
        select(clocks.c.lead_id, clocks.c.step, clocks.c.due_at)
        .where(clocks.c.lead_id.in_(wanted))
        .order_by(clocks.c.position)
    )
    steps: dict[UUID, list[tuple[str, datetime]]] = {}
    for row in due:
        steps.setdefault(row.lead_id, []).append((row.step, row.due_at))
    return {row.id: (row.owner, tuple(steps.get(row.id, ()))) for row in owners}


async def erase_of_lead(tx: Tx, lead_id: UUID) -> None:
    """Forget the bytes of every delivery that spoke of this lead, repeats included."""
    of_lead = select(inquiries.c.delivery_id).where(inquiries.c.lead_id == lead_id)
    await tx.conn.execute(
        update(deliveries)
        .where(
            or_(
                deliveries.c.id.in_(of_lead),
                cast(deliveries.c.leads, Text).contains(str(lead_id)),
            )
        )
        .values(body=None, headers={}, query={})
    )
    await tx.conn.execute(
        update(inquiries).where(inquiries.c.lead_id == lead_id).values(asked={}, external_id=None)
    )
