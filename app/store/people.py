"""Agents as they are right now: switched on or off, how loaded, whose turn it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.domain.errors import NoSuch
from app.domain.lead import AgentId
from app.store.database import Tx
from app.store.rows import names_of, upsert
from app.store.tables import agents, teams, turns


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One agent's runtime state."""

    agent: AgentId
    available: bool
    until: datetime | None
    reason: str | None
    open_leads: int
    day: str
    """The local date that `taken_today` counts; on another day nothing was taken yet."""
    taken_today: int
    switched_by: str | None = None
    """Who set the switch last: an agent's id, or the name of an API key."""


@dataclass(frozen=True, slots=True)
class TurnRow:
    team: str
    agent: AgentId
    passed: int
    last_assigned_at: datetime | None


_AGENT = names_of(AgentRow)


async def enrol(tx: Tx, members: Mapping[str, Sequence[str]], everybody: Iterable[str]) -> None:
    """Make sure that everyone in the config has a row to be locked and counted in.

    A new member of a team begins level with its floor: they owe nothing, and are owed
    nothing.
    """
    people = sorted(everybody)
    if people:
        await tx.conn.execute(
            upsert(tx, agents).on_conflict_do_nothing(index_elements=["agent"]),
            [
                {"agent": each, "available": True, "open_leads": 0, "day": "", "taken_today": 0}
                for each in people
            ],
        )
    if members:
        await tx.conn.execute(
            upsert(tx, teams).on_conflict_do_nothing(index_elements=["team"]),
            [{"team": team, "floor": 0} for team in sorted(members)],
        )


async def lock_agents(tx: Tx, wanted: Iterable[str] | None = None) -> dict[AgentId, AgentRow]:
    """Read agents and hold them until the end: two batches never see the same idle agent."""
    question = select(agents).order_by(agents.c.agent).with_for_update()
    if wanted is not None:
        question = question.where(agents.c.agent.in_(sorted(set(wanted))))
    rows = await tx.conn.execute(question)
    return {row.agent: _agent(row) for row in rows}


async def all_agents(tx: Tx) -> dict[AgentId, AgentRow]:
    rows = await tx.conn.execute(select(agents))
    return {row.agent: _agent(row) for row in rows}


async def all_turns(tx: Tx) -> list[TurnRow]:
    rows = await tx.conn.execute(select(turns))
    return [TurnRow(row.team, row.agent, row.passed, row.last_assigned_at) for row in rows]


async def floors(tx: Tx) -> dict[str, int]:
    rows = await tx.conn.execute(select(teams))
    return {row.team: row.floor for row in rows}


async def save_loads(tx: Tx, changed: Sequence[AgentRow]) -> None:
    for each in sorted(changed, key=lambda row: row.agent):
        await tx.conn.execute(
            update(agents)
            .where(agents.c.agent == each.agent)
            .values(open_leads=each.open_leads, day=each.day, taken_today=each.taken_today)
        )


async def save_turns(tx: Tx, changed: Sequence[TurnRow]) -> None:
    if not changed:
        return
    insert = upsert(tx, turns)
    await tx.conn.execute(
        insert.on_conflict_do_update(
            index_elements=["team", "agent"],
            set_={
                "passed": insert.excluded.passed,
                "last_assigned_at": insert.excluded.last_assigned_at,
            },
        ),
        [
            {
                "team": each.team,
                "agent": each.agent,
                "passed": each.passed,
                "last_assigned_at": each.last_assigned_at,
            }
            for each in changed
        ],
    )


async def save_floors(tx: Tx, changed: Mapping[str, int]) -> None:
    for team, floor in sorted(changed.items()):
        await tx.conn.execute(update(teams).where(teams.c.team == team).values(floor=floor))


async def switch(
    tx: Tx,
    agent: str,
    *,
    available: bool,
    until: datetime | None,
    reason: str | None,
    by: str,
) -> AgentRow:
    """Turn an agent on or off by hand. Raises `NoSuch`."""
    changed = await tx.conn.execute(
        update(agents)
        .where(agents.c.agent == agent)
        .values(available=available, until=until, reason=reason, switched_by=by)
        .returning(*agents.c)
    )
    row = changed.one_or_none()
    if row is None:
        raise NoSuch("agent", agent)
    return _agent(row)


def _agent(row: Any) -> AgentRow:
    return AgentRow(**{name: getattr(row, name) for name in _AGENT})
