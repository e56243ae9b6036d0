"""Leads whose owners are watched until they answer: when to see whether they are there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_, select, update

from app.domain.lead import AgentId, Lead, LeadStatus
from app.store.database import Tx
from app.store.rows import to_lead
from app.store.tables import agents, leads


async def due(tx: Tx, *, now: datetime, limit: int) -> list[Lead]:
    """The leads whose time has come, each held by one engine."""
    rows = await tx.conn.execute(
        select(leads)
        .where(leads.c.recheck_at <= now)
        .order_by(leads.c.recheck_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [to_lead(row) for row in rows]


async def hold_unanswered(tx: Tx, owner: AgentId) -> None:
    """Lock what this person was given and has not answered, before locking the person.

    Everybody locks leads before people, and leads in the order of their ids.
    """
    await tx.conn.execute(
        select(leads.c.id)
        .where(leads.c.owner == owner, _unanswered())
        .order_by(leads.c.id)
        .with_for_update(key_share=True)
    )


async def set_for(tx: Tx, owner: AgentId, at: datetime, *, only_sooner: bool) -> None:
    """Look at what this person has not answered at `at`.

    `only_sooner`: what was to be looked at before that still is.
    """
    new = _sooner(at) if only_sooner else at
    await tx.conn.execute(
        update(leads).where(leads.c.owner == owner, _unanswered()).values(recheck_at=new)
    )


async def set_for_strangers(tx: Tx, known: Iterable[AgentId], at: datetime) -> None:
    """Look, `at` or sooner, at what belongs to people whom the document names no more."""
    theirs = (
        select(leads.c.id)
        .where(leads.c.owner.is_not(None), leads.c.owner.not_in(sorted(known)), _unanswered())
        .order_by(leads.c.id)
        .with_for_update(key_share=True)
    )
    await tx.conn.execute(
        update(leads).where(leads.c.id.in_(theirs)).values(recheck_at=_sooner(at))
    )


async def hurry_stuck(tx: Tx, *, now: datetime, after: datetime) -> None:
    """Somebody came: look now at what is left with people who are switched off.

    Those are the leads that were looked at already, and nobody else could take: their next
    look is later than `after`, the end of a grace period that began now, or never.
    """
    switched_off = select(agents.c.agent).where(
        agents.c.available.is_(False), or_(agents.c.until.is_(None), agents.c.until > now)
    )
    stuck = (
        select(leads.c.id)
        .where(
            leads.c.owner.in_(switched_off),
            _unanswered(),
            or_(leads.c.recheck_at.is_(None), leads.c.recheck_at > after),
        )
        .order_by(leads.c.id)
        .with_for_update(key_share=True)
    )
    await tx.conn.execute(update(leads).where(leads.c.id.in_(stuck)).values(recheck_at=now))


def next_one() -> Any:
    """When the next lead is looked at, as part of a larger question."""
    return (
        select(leads.c.recheck_at)
        .where(leads.c.recheck_at.is_not(None))
        .order_by(leads.c.recheck_at)
        .limit(1)
        .scalar_subquery()
    )


def _sooner(at: datetime) -> ColumnElement[datetime]:
    new = literal(at, leads.c.recheck_at.type)
    return case((leads.c.recheck_at < new, leads.c.recheck_at), else_=new)


def _unanswered() -> ColumnElement[bool]:
    """All that may be looked at; the look itself decides by everything there is."""
    return and_(
        leads.c.status == LeadStatus.NEW,
        leads.c.owner_by == "rule",
        leads.c.acknowledged_at.is_(None),
        leads.c.erased_at.is_(None),
        leads.c.merged_into.is_(None),
    )
