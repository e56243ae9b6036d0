"""Messages as rows: claim, gate, result. Who may send is decided here, by UPDATEs.

    pending ─claim─▶ leased ─gate─▶ sending ─▶ sent ─▶ delivered
       ▲               │               ├─────▶ unknown
       └───────────────┴───── retry ───┤
                                       └─────▶ failed        (and suppressed, at the gate)

The fence goes up with each claim; a result is written only under the fence it was
claimed with, so a worker that slept through its lease can change nothing any more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Update, and_, bindparam, case, or_, select, update

from app.domain.message import Message, MessageKind, MessageState
from app.store.database import Tx
from app.store.rows import MESSAGE, plain, to_message, upsert
from app.store.tables import leads, messages
from app.store.wanted import still_wanted

LEASE = timedelta(seconds=5)
"""How long a worker may take from its claim to the gate."""


async def claim(tx: Tx, message_id: UUID, *, worker: UUID, now: datetime) -> Message | None:
    """Take a message to send it. `None`: somebody else has it, or it is not its time.

    A lease that ran out means its worker vanished before the gate: certainly unsent.
    """
    taken = await tx.conn.execute(
        _CLAIM,
        {"message": message_id, "at": now, "until": now + LEASE, "worker": worker},
    )
    row = taken.one_or_none()
    return None if row is None else to_message(row)


_WAS_LEASED = messages.c.state == MessageState.LEASED

# Built once: what a statement says does not depend on the message, and building one costs
# more than running it.
_CLAIM = (
    update(messages)
    .where(
        messages.c.id == bindparam("message"),
        or_(
            and_(messages.c.state == MessageState.PENDING, messages.c.next_at <= bindparam("at")),
            and_(_WAS_LEASED, messages.c.lease_until <= bindparam("at")),
        ),
    )
    .values(
        state=MessageState.LEASED,
        fence=messages.c.fence + 1,
        attempts=messages.c.attempts + 1,
        crashes=messages.c.crashes + case((_WAS_LEASED, 1), else_=0),
        lease_until=bindparam("until"),
        leased_by=bindparam("worker"),
    )
    .returning(*messages.c)
)
_HOLD_LEAD = select(leads.c.id).where(leads.c.id == bindparam("lead")).with_for_update(read=True)
_PASS_GATE = (
    update(messages)
    .where(
        messages.c.id == bindparam("message"),
        messages.c.fence == bindparam("under"),
        messages.c.state == MessageState.LEASED,
        messages.c.lease_until > bindparam("at"),
        still_wanted(),
    )
    .values(
        state=MessageState.SENDING,
        sending_at=bindparam("at"),
        lease_until=bindparam("until"),
        subject=bindparam("its_subject"),
        body=bindparam("its_body"),
    )
)


async def pass_gate(
    tx: Tx, message: Message, *, grace: timedelta, now: datetime, rendered: Mapping[str, Any]
) -> bool:
    """The last gate, immediately before the bytes leave. False: do not send.

    From its commit on the message may have been sent, whatever happens to the worker.
    The lead is held first: a stop that is being committed this instant is waited for.
    """
    if message.lead_id is not None and not tx.is_sqlite:
        await tx.conn.execute(_HOLD_LEAD, {"lead": message.lead_id})
    passed = await tx.conn.execute(
        _PASS_GATE,
        {
            "message": message.id,
            "under": message.fence,
            "at": now,
            "until": now + grace,
            "its_subject": rendered["subject"],
            "its_body": rendered["body"],
        },
    )
    return passed.rowcount == 1


async def record(tx: Tx, message: Message, values: Mapping[str, Any]) -> bool:
    """Write a result, under the fence. False: the message is somebody else's by now."""
    done = await tx.conn.execute(
        _record(tuple(values)),
        {"message": message.id, "under": message.fence}
        | {f"new_{name}": value for name, value in values.items()},
    )
    return done.rowcount == 1


@cache
def _record(names: tuple[str, ...]) -> Update:
    """The statement that writes these columns: there are about five different sets."""
    return (
        update(messages)
        .where(
            messages.c.id == bindparam("message"),
            messages.c.fence == bindparam("under"),
            messages.c.state.in_((MessageState.LEASED, MessageState.SENDING, MessageState.UNKNOWN)),
        )
        .values({name: bindparam(f"new_{name}") for name in names})
    )


async def release(tx: Tx, worker: UUID, *, now: datetime) -> int:
    """Give back what a worker holds that stops in good order.

    What it had not begun to send is free at once, and the attempt does not count.
    """
    done = await tx.conn.execute(
        update(messages)
        .where(messages.c.leased_by == worker, messages.c.state == MessageState.LEASED)
        .values(
            state=MessageState.PENDING,
            attempts=messages.c.attempts - 1,
            next_at=now,
            lease_until=None,
            leased_by=None,
        )
    )
    return done.rowcount


async def vanished_while_sending(tx: Tx, *, now: datetime, limit: int) -> list[Message]:
    """Messages whose worker passed the gate and was never heard of again.

    They become `unknown` under a new fence: that worker, should it wake, changes nothing.
    A fetch only reads at the other end, so it is simply pending again.
    """
    lost = (
        select(messages.c.id)
        .where(messages.c.state == MessageState.SENDING, messages.c.lease_until <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.conn.execute(
        update(messages)
        .where(messages.c.id.in_(lost), messages.c.state == MessageState.SENDING)
        .values(
            state=case(
                (messages.c.kind == MessageKind.FETCH, MessageState.PENDING),
                else_=MessageState.UNKNOWN,
            ),
            fence=messages.c.fence + 1,
            crashes=messages.c.crashes + 1,
            lease_until=None,
            next_at=now,
            reason="the worker vanished while it was sending",
        )
        .returning(*messages.c)
    )
    return [to_message(row) for row in rows]


async def claim_unknown(
    tx: Tx, message_id: UUID, *, worker: UUID, lease: timedelta, now: datetime
) -> Message | None:
    """Take a message of unknown outcome, to find out what became of it."""
    taken = await tx.conn.execute(
        update(messages)
        .where(
            messages.c.id == message_id,
            messages.c.state == MessageState.UNKNOWN,
            messages.c.next_at <= now,
        )
        .values(fence=messages.c.fence + 1, next_at=now + lease, leased_by=worker)
        .returning(*messages.c)
    )
    row = taken.one_or_none()
    return None if row is None else to_message(row)


async def overdue(
    tx: Tx, *, before: datetime, now: datetime, limit: int
) -> list[tuple[UUID, str, str]]:
    """What nobody took: (id, class, state), escalations first.

    Pending since `before`, leased by a worker that vanished, or unknown and due a look.
    """
    urgency = case(
        {"escalation": 0, "auto_response": 1, "fetch": 2, "webhook_out": 3},
        value=messages.c.cls,
        else_=4,
    )
    rows = await tx.conn.execute(
        select(messages.c.id, messages.c.cls, messages.c.state)
        .where(
            or_(
                and_(messages.c.state == MessageState.PENDING, messages.c.next_at <= before),
                and_(messages.c.state == MessageState.LEASED, messages.c.lease_until <= now),
                and_(messages.c.state == MessageState.UNKNOWN, messages.c.next_at <= now),
            )
        )
        .order_by(urgency, messages.c.next_at)
        .limit(limit)
    )
    return [(row.id, row.cls, row.state) for row in rows]


async def erase_of_lead(tx: Tx, lead_id: UUID) -> None:
    """Forget what was said to or about a person."""
    await tx.conn.execute(
        update(messages).where(messages.c.lead_id == lead_id).values(subject=None, body=None)
    )


async def acknowledge(tx: Tx, lead_id: UUID, person: str, *, now: datetime) -> list[UUID]:
    """A person says they have it: so they have heard every escalation sent to them."""
    rows = await tx.conn.execute(
        update(messages)
        .where(
            messages.c.lead_id == lead_id,
            messages.c.recipient == person,
            messages.c.kind == MessageKind.ESCALATION,
            messages.c.acknowledged_at.is_(None),
        )
        .values(acknowledged_at=now)
        .returning(messages.c.id)
    )
    return [row.id for row in rows]


async def told_of_offer(tx: Tx, lead_id: UUID, until: datetime) -> set[str]:
    """To whom the offer that ends then was sent, or is being sent this instant."""
    begun = (
        MessageState.SENDING,
        MessageState.UNKNOWN,
        MessageState.SENT,
        MessageState.DELIVERED,
    )
    rows = await tx.conn.execute(
        select(messages.c.recipient).where(
            messages.c.lead_id == lead_id,
            messages.c.kind == MessageKind.OWNER_ALERT,
            messages.c.deadline_at == until,
            messages.c.state.in_(begun),
        )
    )
    return {row.recipient for row in rows}


async def get(tx: Tx, message_id: UUID) -> Message | None:
    rows = await tx.conn.execute(select(messages).where(messages.c.id == message_id))
    row = rows.one_or_none()
    return None if row is None else to_message(row)


async def channels_used(tx: Tx, message: Message) -> set[str]:
    """The channels by which this recipient was told the same thing already."""
    first = message.key.partition(">")[0]
    same_cause = (
        messages.c.clock_id == message.clock_id
        if message.clock_id is not None
        else or_(messages.c.key == first, messages.c.key.startswith(f"{first}>", autoescape=True))
    )
    rows = await tx.conn.execute(
        select(messages.c.channel).where(
            messages.c.lead_id == message.lead_id,
            messages.c.kind == message.kind,
            messages.c.recipient == message.recipient,
            messages.c.epoch == message.epoch,
            same_cause,
        )
    )
    return {row.channel for row in rows}


async def of_clocks(tx: Tx, clock_ids: Sequence[UUID]) -> list[Message]:
    """The messages that these clocks set off."""
    rows = await tx.conn.execute(
        select(messages)
        .where(messages.c.clock_id.in_(list(clock_ids)))
        .order_by(messages.c.created_at, messages.c.id)
    )
    return [to_message(row) for row in rows]


async def add_if_new(tx: Tx, message: Message) -> bool:
    """Write a message unless one of the same key stands there already."""
    done = await tx.conn.execute(
        upsert(tx, messages).on_conflict_do_nothing(index_elements=["key"]),
        plain(message, MESSAGE),
    )
    return bool(done.rowcount)


def next_wake() -> Any:
    """When the next message wants attention, as part of a larger question."""
    return (
        select(messages.c.next_at)
        .where(
            messages.c.state.in_((MessageState.PENDING, MessageState.UNKNOWN)),
            messages.c.next_at.is_not(None),
        )
        .order_by(messages.c.next_at)
        .limit(1)
        .scalar_subquery()
    )


def next_lease_end() -> Any:
    """When the next lease runs out, as part of a larger question."""
    return (
        select(messages.c.lease_until)
        .where(messages.c.state.in_((MessageState.LEASED, MessageState.SENDING)))
        .order_by(messages.c.lease_until)
        .limit(1)
        .scalar_subquery()
    )
