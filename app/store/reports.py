"""Figures for reports: rows as they are, reduced to what a sum needs."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select

from app.store.database import Tx
from app.store.rows import Stored, stored
from app.store.tables import clocks, leads

GroupBy = Literal["owner", "team", "source", "policy"]


async def clocks_received(
    tx: Tx,
    *,
    since: datetime | None,
    until: datetime,
    group_by: GroupBy,
    teams: tuple[str, ...] | None,
) -> list[Stored]:
    """The clocks of every lead received in a stretch of time."""
    group = clocks.c.policy if group_by == "policy" else leads.c[group_by]
    question = (
        select(
            group.label("group"),
            clocks.c.lead_id,
            clocks.c.action,
            clocks.c.state,
            clocks.c.due_at,
            clocks.c.responded_at,
            leads.c.received_at,
            leads.c.first_response_at,
        )
        .join(leads, leads.c.id == clocks.c.lead_id)
        .where(
            leads.c.received_at < until,
            leads.c.is_test.is_(False),
            # What they asked counts for the lead that stands for them.
            leads.c.merged_into.is_(None),
        )
    )
    if since is not None:
        question = question.where(leads.c.received_at >= since)
    if teams is not None:
        question = question.where(leads.c.team.in_(teams))
    return [stored(row) for row in await tx.conn.execute(question)]
