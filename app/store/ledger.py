"""Decisions as the fairness ledger reads them."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from app.domain.facts import FactType
from app.store.database import Tx
from app.store.tables import decisions, facts

AT_ONCE = 25
"""Decisions in a page. With 200 candidates each they take a processor some 20 ms to read,
during which nobody else is served."""


class Given(NamedTuple):
    """A decision that named an owner."""

    id: UUID
    lead_id: UUID
    at: datetime
    config_version: int
    strategy: str | None
    owner: str
    team: str
    detail: Mapping[str, Any]


_GIVEN = select(*(decisions.c[name] for name in Given._fields))


async def given_to(tx: Tx, lead_id: UUID, agent: str) -> list[Given]:
    """The decisions that made this agent the lead's owner, the last one first."""
    rows = await tx.conn.execute(
        _GIVEN.where(decisions.c.lead_id == lead_id, decisions.c.owner == agent).order_by(
            decisions.c.at.desc(), decisions.c.id.desc()
        )
    )
    return [Given(*row) for row in rows]


async def given(
    tx: Tx, *, since: datetime, until: datetime | None, teams: Sequence[str] | None
) -> AsyncIterator[list[Given]]:
    """All decisions of a stretch of time that gave a lead of these teams an owner, in pages.

    From `since` up to, not including, `until`, in order; `None`: to the last one, and of all
    teams.
    """
    question = _GIVEN.where(decisions.c.owner.is_not(None), decisions.c.team.is_not(None))
    if until is not None:
        question = question.where(decisions.c.at < until)
    if teams is not None:
        question = question.where(decisions.c.team.in_(teams))
    question = question.order_by(decisions.c.at, decisions.c.id).limit(AT_ONCE)
    after: Any = decisions.c.at >= since
    while True:
        page = [Given(*row) for row in await tx.conn.execute(question.where(after))]
        if page:
            yield page
        if len(page) < AT_ONCE:
            return
        last = page[-1]
        # The first half alone finds the place in the index.
        later = or_(decisions.c.at > last.at, decisions.c.id > last.id)
        after = and_(decisions.c.at >= last.at, later)


async def begins_at(tx: Tx, teams: Sequence[str], *, since: datetime, latest: int) -> datetime:
    """From when on to read these teams' decisions, to read no more than the `latest` ones."""
    at: datetime | None = await tx.conn.scalar(
        select(decisions.c.at)
        .where(decisions.c.at >= since, decisions.c.owner.is_not(None), decisions.c.team.in_(teams))
        .order_by(decisions.c.at.desc())
        .offset(latest - 1)
        .limit(1)
    )
    return since if at is None else at


class Ending(NamedTuple):
    """A fact that may say how somebody lost a lead, or that they have it again."""

    lead_id: UUID
    type: str
    at: datetime
    actor: str
    data: Mapping[str, Any]


_ENDINGS = (
    FactType.LEAD_ASSIGNED,
    FactType.LEAD_UNASSIGNED,
    FactType.LEAD_OFFERED,
    FactType.LEAD_DECLINED,
    FactType.LEAD_TURN_RETURNED,
)


async def endings(tx: Tx, leads: Iterable[UUID]) -> dict[UUID, list[Ending]]:
    """What became of these leads' owners, for each lead in order."""
    rows = await tx.conn.execute(
        select(*(facts.c[name] for name in Ending._fields))
        .where(facts.c.lead_id.in_(sorted(set(leads))), facts.c.type.in_(_ENDINGS))
        .order_by(facts.c.seq)
    )
    found: dict[UUID, list[Ending]] = {}
    for row in rows:
        found.setdefault(row.lead_id, []).append(Ending(*row))
    return found


class Count(NamedTuple):
    """How many leads of a team found this owner in this way."""

    team: str
    owner: str
    strategy: str | None
    leads: int


async def counts(tx: Tx, *, since: datetime) -> list[Count]:
    """All decisions since then in bare numbers: none is opened, so that it costs little."""
    rows = await tx.conn.execute(
        select(decisions.c.team, decisions.c.owner, decisions.c.strategy, func.count())
        .where(
            decisions.c.at >= since,
            decisions.c.owner.is_not(None),
            decisions.c.team.is_not(None),
        )
        .group_by(decisions.c.team, decisions.c.owner, decisions.c.strategy)
    )
    return [Count(*row) for row in rows]
