"""SLA clocks as lists: by due date, in the state of the instant asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.domain.sla import SlaClock
from app.store.database import Tx
from app.store.listing import Page, cursor_of, listed
from app.store.rows import Stored
from app.store.tables import clocks, leads


@dataclass(frozen=True, slots=True)
class ClockFilter:
    now: datetime
    state: str | None = None
    at_risk: bool = False
    owner: str | None = None
    team: str | None = None
    source: str | None = None
    policy: str | None = None
    due_before: datetime | None = None
    lead_id: UUID | None = None
    teams: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ClockOfLead:
    """A clock, and what is shown of its lead beside it."""

    clock: SlaClock
    owner: str | None
    team: str | None
    source: str


async def list_clocks(
    tx: Tx, wanted: ClockFilter, page: Page
) -> tuple[list[ClockOfLead], str | None]:
    """Clocks by due date. The state is that of `wanted.now`, whatever the rows say yet."""
    question = (
        select(
            clocks,
            leads.c.owner.label("lead_owner"),
            leads.c.team.label("lead_team"),
            leads.c.source,
        )
        .join(leads, leads.c.id == clocks.c.lead_id)
        .where(leads.c.merged_into.is_(None))
    )
    for column, value in (
        (leads.c.owner, wanted.owner),
        (leads.c.team, wanted.team),
        (leads.c.source, wanted.source),
        (clocks.c.policy, wanted.policy),
        (clocks.c.lead_id, wanted.lead_id),
    ):
        if value is not None:
            question = question.where(column == value)
    if wanted.teams is not None:
        question = question.where(leads.c.team.in_(wanted.teams))
    if wanted.due_before is not None:
        question = question.where(clocks.c.due_at < wanted.due_before)
    if wanted.state is not None:
        question = question.where(_in_state(wanted.state, wanted.now))
    if wanted.at_risk:
        question = question.where(_in_state("running", wanted.now))
    key = (clocks.c.due_at, clocks.c.id)
    if not wanted.at_risk:
        shown = await listed(tx, question, key, page, descending=False)
        return [_of_lead(row) for row in shown.items], shown.next_cursor
    return await _at_risk(tx, question, key, wanted.now, page)


async def _at_risk(
    tx: Tx,
    question: Select[Any],
    key: tuple[ColumnElement[Any], ColumnElement[Any]],
    now: datetime,
    page: Page,
) -> tuple[list[ClockOfLead], str | None]:
    """Running clocks of which a fifth of the time or less is left.

    That is a sum which neither database does like the other, so it is done here: running
    clocks are read in order, page by page, until enough of them are at risk.
    """
    found: list[ClockOfLead] = []
    cursor = page.cursor
    while True:
        shown = await listed(tx, question, key, Page(500, cursor), descending=False)
        for row in shown.items:
            each = _of_lead(row)
            left, whole = each.clock.due_at - now, each.clock.due_at - each.clock.started_at
            if left * 5 <= whole:
                found.append(each)
            if len(found) == page.limit:
                return found, cursor_of(row, "due_at", "id")
        if shown.next_cursor is None:
            return found, None
        cursor = shown.next_cursor


def _in_state(state: str, now: datetime) -> ColumnElement[bool]:
    """The same answer as `app.sla.state.state_at`, as a condition on rows."""
    stored_as, stopped, due = clocks.c.state, clocks.c.responded_at, clocks.c.due_at
    set_by_hand = stored_as.in_(("paused", "cancelled"))
    if state in {"paused", "cancelled"}:
        return stored_as == state
    answered_in_time = and_(~set_by_hand, stopped.is_not(None), stopped < due)
    if state == "met":
        return or_(answered_in_time, and_(stopped.is_(None), stored_as == "met"))
    running = and_(stopped.is_(None), stored_as == "running", due > now)
    if state == "running":
        return running
    return and_(
        ~set_by_hand,
        or_(
            and_(stopped.is_not(None), stopped >= due),
            and_(stopped.is_(None), stored_as == "breached"),
            and_(stopped.is_(None), stored_as == "running", due <= now),
        ),
    )


def _of_lead(row: Stored) -> ClockOfLead:
    names = SlaClock.__slots__
    return ClockOfLead(
        SlaClock(**{name: row[name] for name in names}),
        row["lead_owner"],
        row["lead_team"],
        row["source"],
    )
