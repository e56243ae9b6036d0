"""Is every promise in the rows being kept? Questions about rows, never about loops.

Each is one indexed statement that counts what should not be there. Read-only.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from app.domain.message import MessageState
from app.store.database import Tx
from app.store.tables import clocks, deliveries, leads, messages, processes

Bounds = Mapping[str, timedelta]

OVERDUE_CLOCK = timedelta(seconds=5)
OVERDUE_MESSAGE = timedelta(seconds=10)
STUCK_SENDING = timedelta(minutes=2)
UNHEARD_BREACH = timedelta(seconds=30)
SILENT_ENGINE = timedelta(seconds=5)
FORGOTTEN_PROCESS = timedelta(minutes=1)
"""A process that was not heard of for this long is gone, and no longer counted."""


async def findings(tx: Tx, *, now: datetime) -> dict[str, int]:
    """How many rows break each promise; promises that are kept are not named."""
    counts = {}
    for name, condition in _questions(now).items():
        table, where = condition
        count: int = await tx.conn.scalar(select(func.count()).select_from(table).where(where)) or 0
        if count:
            counts[name] = count
    return counts


def _questions(now: datetime) -> dict[str, tuple[Any, ColumnElement[bool]]]:
    waiting = messages.c.state == MessageState.PENDING
    sent = messages.c.state.in_((MessageState.SENT, MessageState.DELIVERED))
    heard = exists().where(messages.c.clock_id == clocks.c.id, sent)
    told = exists().where(messages.c.clock_id == clocks.c.id)
    return {
        "clocks_overdue": (
            clocks,
            and_(clocks.c.state == "running", clocks.c.due_at < now - OVERDUE_CLOCK),
        ),
        "messages_overdue": (
            messages,
            and_(waiting, messages.c.next_at < now - OVERDUE_MESSAGE),
        ),
        "leases_forgotten": (
            messages,
            and_(
                messages.c.state == MessageState.LEASED,
                messages.c.lease_until < now - OVERDUE_MESSAGE,
            ),
        ),
        "sending_stuck": (
            messages,
            and_(
                messages.c.state == MessageState.SENDING,
                messages.c.lease_until < now - STUCK_SENDING,
            ),
        ),
        "breaches_nobody_heard": (
            clocks,
            and_(
                _fired_lately(now),
                clocks.c.action == "escalate",
                clocks.c.responded_at.is_(None),
                clocks.c.fired_at < now - UNHEARD_BREACH,
                ~heard,
                _still_open(),
            ),
        ),
        "breaches_without_message": (
            clocks,
            and_(_fired_lately(now), ~told, _still_open(), clocks.c.responded_at.is_(None)),
        ),
        "engines_silent": (
            processes,
            and_(
                processes.c.seen_at < now - SILENT_ENGINE,
                processes.c.seen_at > now - FORGOTTEN_PROCESS,
            ),
        ),
    }


def _fired_lately(now: datetime) -> ColumnElement[bool]:
    """The last day's breaches: older ones were found long ago, and cost a look each time."""
    return and_(
        clocks.c.state == "breached",
        clocks.c.due_at > now - timedelta(days=1),
        clocks.c.fired_at.is_not(None),
    )


def _still_open() -> ColumnElement[bool]:
    return exists().where(
        leads.c.id == clocks.c.lead_id,
        leads.c.closed_at.is_(None),
        leads.c.erased_at.is_(None),
        leads.c.epoch == clocks.c.epoch,
    )


async def figures(tx: Tx, *, now: datetime) -> dict[str, dict[str, int]]:
    """Counts for /metrics: by state, of what is not long finished."""
    since = now - timedelta(days=1)
    by_state = await tx.conn.execute(
        select(messages.c.state, func.count())
        .where(messages.c.created_at > since)
        .group_by(messages.c.state)
    )
    by_clock = await tx.conn.execute(
        select(clocks.c.state, func.count()).where(clocks.c.due_at > since).group_by(clocks.c.state)
    )
    by_delivery = await tx.conn.execute(
        select(deliveries.c.status, func.count())
        .where(deliveries.c.received_at > since)
        .group_by(deliveries.c.status)
    )
    return {
        "messages": _counts(by_state),
        "clocks": _counts(by_clock),
        "deliveries": _counts(by_delivery),
    }


async def live_processes(tx: Tx, *, now: datetime) -> dict[str, int]:
    """How many processes of each role ticked within the last seconds."""
    rows = await tx.conn.execute(
        select(processes.c.role, func.count())
        .where(processes.c.seen_at >= now - SILENT_ENGINE)
        .group_by(processes.c.role)
    )
    return _counts(rows)


def _counts(rows: Iterable[Any]) -> dict[str, int]:
    # A result has keys() of its own, so dict() would take it for a mapping.
    return {state: count for state, count in rows}  # noqa: C416 - see above.


async def forget_processes(tx: Tx, *, now: datetime) -> None:
    await tx.conn.execute(processes.delete().where(processes.c.seen_at <= now - FORGOTTEN_PROCESS))
