"""What is under way that hangs on names of the config: counted, name by name."""

from typing import Any

from sqlalchemy import Select, func, select

from app.config.consequences import InUse
from app.domain.lead import CLOSED
from app.store.database import Tx
from app.store.tables import clocks, leads


async def in_use(tx: Tx) -> InUse:
    """As it is now, in four questions however many names there are."""
    return InUse(
        owned=await _counted(tx, _open_leads(leads.c.owner)),
        of_team=await _counted(tx, _open_leads(leads.c.team)),
        running=await _counted(
            tx,
            select(clocks.c.policy, func.count())
            .where(clocks.c.state == "running")
            .group_by(clocks.c.policy),
        ),
        waiting=await tx.conn.scalar(
            select(func.count()).select_from(leads).where(leads.c.route_at.is_not(None))
        )
        or 0,
    )


def _open_leads(by: Any) -> Select[Any]:
    return (
        select(by, func.count())
        .where(
            by.is_not(None),
            leads.c.status.not_in(CLOSED),
            leads.c.erased_at.is_(None),
            leads.c.merged_into.is_(None),
        )
        .group_by(by)
    )


async def _counted(tx: Tx, question: Select[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in await tx.conn.execute(question)}
