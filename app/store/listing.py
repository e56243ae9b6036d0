"""Lists, page by page: stable while rows are added, for a cursor names a place.

A cursor is the sort key of the last item shown, so the next page begins after it whatever
was written meanwhile. It means nothing to a caller and is refused when it is not ours.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.domain.errors import FieldProblem, InvalidFields
from app.store.claimable import Claimer, claimable_by
from app.store.database import Tx
from app.store.rows import Stored, stored
from app.store.tables import deliveries, facts, inquiries, leads, messages


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted."""

    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    items: Sequence[Stored]
    next_cursor: str | None


async def newest_first(
    tx: Tx, question: Select[Any], at: ColumnElement[Any], identity: ColumnElement[Any], page: Page
) -> Listed:
    return await listed(tx, question, (at, identity), page, descending=True)


async def listed(
    tx: Tx,
    question: Select[Any],
    key: tuple[ColumnElement[Any], ColumnElement[Any]],
    page: Page,
    *,
    descending: bool,
) -> Listed:
    at, identity = key
    if page.cursor is not None:
        last_at, last_id = _read(page.cursor)
        after = (
            (at < last_at, identity < last_id) if descending else (at > last_at, identity > last_id)
        )
        question = question.where(or_(after[0], and_(at == last_at, after[1])))
    order = (at.desc(), identity.desc()) if descending else (at, identity)
    rows = [
        stored(row)
        for row in await tx.conn.execute(question.order_by(*order).limit(page.limit + 1))
    ]
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Listed(shown, cursor_of(shown[-1], at.key, identity.key) if more else None)


def cursor_of(row: Stored, at: str | None, identity: str | None) -> str:
    key = [row[str(at)].isoformat(), str(row[str(identity)])]
    return urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, identity = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        instant = datetime.fromisoformat(at)
        aware = instant.replace(tzinfo=instant.tzinfo or UTC)
        return aware.astimezone(UTC), UUID(identity)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InvalidFields(
            (FieldProblem("cursor", "is none of ours: use next_cursor as it was given"),)
        ) from error


@dataclass(frozen=True, slots=True)
class LeadFilter:
    status: tuple[str, ...] = ()
    owner: str | None = None
    team: str | None = None
    source: str | None = None
    q: str | None = None
    received_after: datetime | None = None
    received_before: datetime | None = None
    teams: tuple[str, ...] | None = None
    """Only leads of these teams: what a limited key may see."""
    test: bool = False
    unowned: bool = False
    claimable_by: Claimer | None = None


async def list_leads(tx: Tx, wanted: LeadFilter, page: Page) -> Listed:
    question = select(leads).where(leads.c.is_test.is_(wanted.test), leads.c.merged_into.is_(None))
    for column, value in (
        (leads.c.owner, wanted.owner),
        (leads.c.team, wanted.team),
        (leads.c.source, wanted.source),
    ):
        if value is not None:
            question = question.where(column == value)
    if wanted.status:
        question = question.where(leads.c.status.in_(wanted.status))
    if wanted.received_after is not None:
        question = question.where(leads.c.received_at >= wanted.received_after)
    if wanted.received_before is not None:
        question = question.where(leads.c.received_at < wanted.received_before)
    if wanted.teams is not None:
        question = question.where(leads.c.team.in_(wanted.teams))
    question = question.where(*_of_nobody(wanted))
    if wanted.q and wanted.q.strip():
        question = question.where(_search(wanted.q))
    return await newest_first(tx, question, leads.c.received_at, leads.c.id, page)


def _of_nobody(wanted: LeadFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.unowned:
        yield leads.c.owner.is_(None)
    if wanted.claimable_by is not None:
        yield claimable_by(wanted.claimable_by)


def _search(words: str) -> ColumnElement[bool]:
    """Each word must be in the name, the e-mail or the phone; digits match any notation."""
    full = func.lower(
        func.coalesce(leads.c.first_name, "") + " " + func.coalesce(leads.c.last_name, "")
    )
    conditions: list[ColumnElement[bool]] = []
    digits = "".join(each for each in words if each.isdigit())
    by_phone = leads.c.phone.contains(digits, autoescape=True) if len(digits) >= 4 else None
    for word in words.lower().split():
        matches = [
            full.contains(word, autoescape=True),
            func.lower(leads.c.email).contains(word, autoescape=True),
        ]
        conditions.append(or_(*matches))
    by_text = and_(*conditions)
    return by_text if by_phone is None else or_(by_text, by_phone)


async def inquiries_of(tx: Tx, lead_id: UUID) -> list[Stored]:
    rows = await tx.conn.execute(
        select(inquiries)
        .where(inquiries.c.lead_id == lead_id)
        .order_by(inquiries.c.received_at, inquiries.c.id)
    )
    return [stored(row) for row in rows]


def of_lead(column: ColumnElement[Any], lead_id: UUID) -> ColumnElement[bool]:
    """Of the lead itself, or of one that was held and turned out to be the same person's."""
    return or_(
        column == lead_id, column.in_(select(leads.c.id).where(leads.c.merged_into == lead_id))
    )


async def timeline_of(tx: Tx, lead_id: UUID) -> list[Stored]:
    rows = await tx.conn.execute(
        select(facts).where(of_lead(facts.c.lead_id, lead_id)).order_by(facts.c.seq)
    )
    return [stored(row) for row in rows]


@dataclass(frozen=True, slots=True)
class MessageFilter:
    lead_id: UUID | None = None
    to: str | None = None
    kind: str | None = None
    states: tuple[str, ...] = ()
    deferred: bool | None = None
    """True: only what waits for a later instant than `now`. False: only what does not."""
    now: datetime | None = None
    owner: str | None = None
    teams: tuple[str, ...] | None = None


async def list_messages(tx: Tx, wanted: MessageFilter, page: Page) -> Listed:
    question = select(messages)
    for column, value in (
        (messages.c.lead_id, wanted.lead_id),
        (messages.c.recipient, wanted.to),
        (messages.c.kind, wanted.kind),
    ):
        if value is not None:
            question = question.where(column == value)
    if wanted.states:
        question = question.where(messages.c.state.in_(wanted.states))
    if wanted.deferred is not None:
        later = messages.c.next_at > wanted.now
        question = question.where(later if wanted.deferred else ~later)
    if wanted.owner is not None or wanted.teams is not None:
        question = question.where(messages.c.lead_id.in_(_visible(wanted.owner, wanted.teams)))
    return await newest_first(tx, question, messages.c.created_at, messages.c.id, page)


def _visible(owner: str | None, teams: tuple[str, ...] | None) -> Select[Any]:
    question = select(leads.c.id)
    if owner is not None:
        question = question.where(leads.c.owner == owner)
    if teams is not None:
        question = question.where(leads.c.team.in_(teams))
    return question


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    status: str | None = None
    source: str | None = None
    received_after: datetime | None = None
    received_before: datetime | None = None


async def list_deliveries(
    tx: Tx, wanted: DeliveryFilter, page: Page, *, oldest_first: bool = False
) -> Listed:
    """Deliveries without their bytes; the newest first, unless asked otherwise."""
    question = select(*(column for column in deliveries.c if column.key != "body"))
    if wanted.status is not None:
        question = question.where(deliveries.c.status == wanted.status)
    if wanted.source is not None:
        question = question.where(deliveries.c.source == wanted.source)
    if wanted.received_after is not None:
        question = question.where(deliveries.c.received_at >= wanted.received_after)
    if wanted.received_before is not None:
        question = question.where(deliveries.c.received_at < wanted.received_before)
    key = (deliveries.c.received_at, deliveries.c.id)
    return await listed(tx, question, key, page, descending=not oldest_first)
