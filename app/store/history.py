"""The past, as rows: what happened, in order and in pages, and how everybody stood before.

Facts are numbered in the order in which they were written, and every change of an owner, of
a load or of a switch is written under the lock of the people it concerns: so their numbers
are the order of what was decided, where instants and ids are not. Only questions are asked
here, each short, and none holds anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.domain.facts import Fact, FactType
from app.domain.lead import CLOSED, LeadId
from app.store.database import Tx
from app.store.tables import decisions, facts, inquiries, leads

AT_ONCE = 200
"""Rows in a page: what is made of them between two questions takes a few milliseconds."""

OF_LEADS = (
    FactType.LEAD_RECEIVED,
    FactType.LEAD_UPDATED,
    FactType.LEAD_ASSIGNED,
    FactType.LEAD_UNASSIGNED,
    FactType.LEAD_OFFERED,
    FactType.LEAD_STATUS_CHANGED,
    FactType.LEAD_ERASED,
)
"""Facts by which a lead changes hands, opens or closes."""

_OF_THE_HOUSE = (FactType.AGENT_AVAILABILITY_CHANGED, FactType.CONFIG_CHANGED)

_STEP = 20_000
"""Facts that one question looks through for those that are rare."""

_NEIGHBOURS = 50
"""A fact may be dated long before it was written (a lead that is imported, or replayed), but
not so many in a row."""


Seen = Mapping[str, Any]
"""All that a decision looked at; see `app.routing.seen`."""


class Past(NamedTuple):
    """One fact, and its number."""

    seq: int
    fact: Fact


_FACT = select(facts.c.seq, facts.c.type, facts.c.at, facts.c.lead_id, facts.c.actor, facts.c.data)


async def number_at(tx: Tx, at: datetime) -> int:
    """The number of the first fact of `at` or later; one more than the last if there is none."""
    low = await tx.conn.scalar(select(func.min(facts.c.seq))) or 0
    high = (await tx.conn.scalar(select(func.max(facts.c.seq))) or 0) + 1
    end = high
    while low < high:
        middle = (low + high) // 2
        latest = max((row.at for row in await _dated(tx, middle)), default=None)
        if latest is None or latest >= at:
            high = middle
        else:
            low = middle + 1
    return next((row.seq for row in await _dated(tx, low) if row.at >= at), end)


async def _dated(tx: Tx, after: int) -> Sequence[Any]:
    question = select(facts.c.seq, facts.c.at).where(facts.c.seq >= after)
    rows = await tx.conn.execute(question.order_by(facts.c.seq).limit(_NEIGHBOURS))
    return rows.all()


async def how_many_received(tx: Tx, since: datetime, until: datetime) -> int:
    """Leads received in a stretch of time, tests and spam left out."""
    question = select(func.count()).where(
        leads.c.received_at >= since,
        leads.c.received_at < until,
        leads.c.is_test.is_(False),
        leads.c.spam.is_(None),
    )
    return await tx.conn.scalar(question) or 0


async def happened(tx: Tx, since: int, *, page: int) -> list[Past]:
    """The next page of facts that matter to who has which lead, from number `since` on."""
    rows = await tx.conn.execute(
        _FACT.where(facts.c.seq >= since, facts.c.type.in_((*OF_LEADS, *_OF_THE_HOUSE)))
        .order_by(facts.c.seq)
        .limit(page)
    )
    return [_past(row) for row in rows]


async def happened_to(tx: Tx, lead_ids: Iterable[UUID], *, before: int) -> list[Past]:
    """The facts of some leads before number `before`, in order."""
    wanted = list(lead_ids)
    if not wanted:
        return []
    rows = await tx.conn.execute(
        _FACT.where(
            facts.c.lead_id.in_(wanted), facts.c.seq < before, facts.c.type.in_(OF_LEADS)
        ).order_by(facts.c.seq)
    )
    return [_past(row) for row in rows]


def _past(row: Any) -> Past:
    seq, type_, at, lead_id, actor, data = row
    return Past(seq, Fact(_TYPES[type_], at, lead_id, actor, data))


_TYPES = {each.value: each for each in FactType}


async def switches(tx: Tx, agents: Iterable[str], *, before: int) -> dict[str, Fact]:
    """How each of these agents was switched last before number `before`. Missing: never."""
    wanted, found = set(agents), dict[str, Fact]()
    while before > 0 and wanted - found.keys():
        rows = await tx.conn.execute(
            _FACT.where(
                facts.c.seq < before,
                facts.c.seq >= before - _STEP,
                facts.c.type == FactType.AGENT_AVAILABILITY_CHANGED,
            ).order_by(facts.c.seq.desc())
        )
        for row in rows:
            agent = row.data["agent"]
            if agent in wanted:
                found.setdefault(agent, _past(row).fact)
        before -= _STEP
    return found


class Asking(NamedTuple):
    """What was asked once, and how its lead was answered."""

    lead_id: LeadId
    delivery_id: UUID | None
    received_at: datetime
    source: str
    asked: Mapping[str, Any]
    erased: bool
    first_response_at: datetime | None
    acknowledged_at: datetime | None


async def askings(tx: Tx, lead_ids: Iterable[UUID]) -> list[Asking]:
    """Everything that these leads asked, in order."""
    wanted = list(lead_ids)
    if not wanted:
        return []
    rows = await tx.conn.execute(
        select(
            inquiries.c.lead_id,
            inquiries.c.delivery_id,
            inquiries.c.received_at,
            inquiries.c.source,
            inquiries.c.asked,
            leads.c.erased_at,
            leads.c.first_response_at,
            leads.c.acknowledged_at,
        )
        .join(leads, leads.c.id == inquiries.c.lead_id)
        .where(inquiries.c.lead_id.in_(wanted))
        .order_by(inquiries.c.received_at, inquiries.c.id)
    )
    return [
        Asking(LeadId(row[0]), row[1], row[2], row[3], row[4], row[5] is not None, row[6], row[7])
        for row in rows
    ]


async def connected(tx: Tx, lead_ids: Iterable[UUID]) -> dict[LeadId, datetime]:
    """When somebody first spoke with each of these, if ever."""
    rows = await tx.conn.execute(
        select(facts.c.lead_id, facts.c.data)
        .where(facts.c.lead_id.in_(list(lead_ids)), facts.c.type == FactType.LEAD_ATTEMPTED)
        .order_by(facts.c.seq)
    )
    found: dict[LeadId, datetime] = {}
    for row in rows:
        if row.data.get("evidence") == "connected":
            at = datetime.fromisoformat(row.data["at"])
            lead = LeadId(row.lead_id)
            found[lead] = min(found.get(lead, at), at)
    return found


class Decided(NamedTuple):
    """One decision about a lead."""

    lead_id: LeadId
    at: datetime
    owner: str | None
    rule: str | None
    strategy: str | None
    team: str | None
    detail: Mapping[str, Any]
    seen: Mapping[str, Any] | None


async def decided(tx: Tx, lead_ids: Iterable[UUID]) -> list[Decided]:
    """The decisions about some leads, in order."""
    wanted = list(lead_ids)
    if not wanted:
        return []
    rows = await tx.conn.execute(
        select(*(decisions.c[name] for name in Decided._fields))
        .where(decisions.c.lead_id.in_(wanted))
        .order_by(decisions.c.at, decisions.c.id)
    )
    return [Decided(*row) for row in rows]


class Before(NamedTuple):
    """A decision, as what is known of the turns after it."""

    id: UUID
    at: datetime
    strategy: str | None
    owner: str | None
    detail: Mapping[str, Any]
    seen: Mapping[str, Any] | None


async def decided_before(
    tx: Tx, at: datetime, *, page: int, after: "Before | None" = None
) -> list[Before]:
    """A page of decisions before `at`, the latest first; the next one follows `after`."""
    earlier: ColumnElement[bool] = decisions.c.at < at
    if after is not None:
        earlier = and_(
            decisions.c.at <= after.at,
            or_(decisions.c.at < after.at, decisions.c.id < after.id),
        )
    rows = await tx.conn.execute(
        select(*(decisions.c[name] for name in Before._fields))
        .where(earlier)
        .order_by(decisions.c.at.desc(), decisions.c.id.desc())
        .limit(page)
    )
    return [Before(*row) for row in rows]


class Standing(NamedTuple):
    """A lead that may have been open at an instant."""

    id: LeadId
    received_at: datetime
    owner: str | None
    is_open: bool
    was_touched: bool
    """Something happened to it since: how it stands now is not how it stood."""


async def received_before(
    tx: Tx, at: datetime, number: int, *, all_of_them: bool, after: "Standing | None" = None
) -> list[Standing]:
    """A page of the leads received before `at` that may have been open at fact `number`.

    Not `all_of_them`: those that may have been without an owner then.
    """
    later = select(facts.c.seq).where(
        facts.c.lead_id == leads.c.id, facts.c.seq >= number, facts.c.type.in_(OF_LEADS)
    )
    question = select(
        leads.c.id,
        leads.c.received_at,
        leads.c.owner,
        leads.c.status.not_in(list(CLOSED)).label("is_open"),
        later.exists().label("was_touched"),
    ).where(
        leads.c.received_at < at,
        or_(leads.c.closed_at.is_(None), leads.c.closed_at >= at),
        leads.c.merged_into.is_(None),
    )
    if not all_of_them:
        question = question.where(or_(leads.c.owner.is_(None), later.exists()))
    if after is not None:
        question = question.where(
            leads.c.received_at >= after.received_at,
            or_(leads.c.received_at > after.received_at, leads.c.id > after.id),
        )
    rows = await tx.conn.execute(question.order_by(leads.c.received_at, leads.c.id).limit(AT_ONCE))
    return [Standing(LeadId(row[0]), row[1], row[2], bool(row[3]), bool(row[4])) for row in rows]
