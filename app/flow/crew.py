"""The roster of one transaction: read under lock, decided on in memory, written back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.lead import AgentId
from app.routing.roster import Roster, Standing, Turn
from app.snapshot import Snapshot
from app.store import people
from app.store.database import Tx
from app.store.people import AgentRow, TurnRow


@dataclass(slots=True)
class Crew:
    """Everyone who may get a lead, held until the transaction ends."""

    roster: Roster
    rows: dict[AgentId, AgentRow]

    @classmethod
    async def muster(cls, tx: Tx, snapshot: Snapshot, *, now: datetime) -> "Crew":
        """Lock and read everybody. The locks are taken in the order of their ids."""
        rows = await people.lock_agents(tx)
        return cls(await _roster(tx, rows, snapshot, now), rows)

    async def dismiss(self, tx: Tx, snapshot: Snapshot, *, now: datetime) -> None:
        """Write back what changed: loads, turns and floors."""
        roster = self.roster
        await people.save_loads(
            tx,
            [
                replace(
                    self.rows[agent],
                    open_leads=roster.standing(agent).open_leads,
                    taken_today=roster.standing(agent).taken_today,
                    day=snapshot.day_of(agent, now),
                )
                for agent in roster.changed_agents
                if agent in self.rows
            ],
        )
        await people.save_turns(
            tx,
            [
                TurnRow(team, agent, turn.passed, turn.last_assigned_at)
                for team, agent in sorted(roster.changed_turns)
                for turn in (roster.turns[team][agent],)
            ],
        )
        await people.save_floors(tx, {team: roster.floors[team] for team in roster.changed_floors})


async def look(tx: Tx, snapshot: Snapshot, *, now: datetime) -> Roster:
    """Everybody as they stand, for reading only: nobody is held, and nothing written back."""
    return await _roster(tx, await people.all_agents(tx), snapshot, now)


async def _roster(
    tx: Tx, rows: Mapping[AgentId, AgentRow], snapshot: Snapshot, now: datetime
) -> Roster:
    turns: dict[str, dict[AgentId, Turn]] = {}
    for each in await people.all_turns(tx):
        turns.setdefault(each.team, {})[each.agent] = Turn(each.passed, each.last_assigned_at)
    standings = {
        agent: Standing(
            agent,
            available=row.available,
            until=row.until,
            reason=row.reason,
            open_leads=row.open_leads,
            taken_today=row.taken_today if row.day == snapshot.day_of(agent, now) else 0,
            switched_by=row.switched_by,
        )
        for agent, row in rows.items()
    }
    return Roster(standings, turns, await people.floors(tx))


async def adjust_open_leads(tx: Tx, changes: Iterable[tuple[AgentId | None, int]]) -> None:
    """Count leads that were closed, re-opened or handed over by a person."""
    wanted: dict[AgentId, int] = {}
    for agent, by in changes:
        if agent is not None and by:
            wanted[agent] = wanted.get(agent, 0) + by
    rows = await people.lock_agents(tx, wanted) if wanted else {}
    await people.save_loads(
        tx,
        [
            replace(row, open_leads=max(0, row.open_leads + wanted[agent]))
            for agent, row in rows.items()
        ],
    )
