"""People: who is there, how loaded, and whether the turns were shared fairly."""

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter

from app.api.access import Overseer, Worker, actor_of, acts_as
from app.api.bounded import BoundedRoute
from app.api.shapes import AgentOut, AvailabilityIn, Listing
from app.api.state import Held, Now, Reading, Writing
from app.api.taken import rfc3339
from app.config.people import Agent
from app.domain.errors import NoSuch
from app.domain.facts import Fact, FactType
from app.domain.lead import AgentId
from app.snapshot import Snapshot
from app.store import leads, people
from app.store.api_keys import Key
from app.store.people import AgentRow, TurnRow
from app.store.write import add_facts

router = APIRouter(prefix="/v1/agents", tags=["people"], route_class=BoundedRoute)


@router.get("")
async def list_agents(key: Overseer, tx: Reading, held: Held, now: Now) -> Listing[AgentOut]:
    """Everybody in the config, and how they stand right now."""
    snapshot = held.live.snapshot
    rows, turns = await people.all_agents(tx), await people.all_turns(tx)
    return Listing(
        items=[
            _shown(person, rows, turns, snapshot, now)
            for person in snapshot.config.agents
            if _is_in_sight(person, key, snapshot)
        ],
        next_cursor=None,
    )


@router.get("/{agent_id}")
async def read_agent(agent_id: str, key: Overseer, tx: Reading, held: Held, now: Now) -> AgentOut:
    """One person: availability now and why, open leads, today's count, share of the turns."""
    person = _person(agent_id, key, held.live.snapshot)
    rows, turns = await people.all_agents(tx), await people.all_turns(tx)
    return _shown(person, rows, turns, held.live.snapshot, now)


@router.put("/{agent_id}/availability")
async def set_availability(
    agent_id: str, said: AvailabilityIn, key: Worker, tx: Writing, held: Held, now: Now
) -> AgentOut:
    """Switch somebody on or off by hand; `until` ends an absence by itself."""
    person = _person(agent_id, key, held.live.snapshot)
    acts_as(key, agent_id)
    await people.switch(
        tx,
        agent_id,
        available=said.available,
        until=said.until,
        reason=said.reason,
        by=key.agent or actor_of(key),
    )
    if said.available:
        await leads.look_again_at(tx, now)
    await add_facts(
        tx,
        [
            Fact(
                FactType.AGENT_AVAILABILITY_CHANGED,
                now,
                actor=actor_of(key),
                data={
                    "agent": agent_id,
                    "available": said.available,
                    "until": None if said.until is None else rfc3339(said.until),
                },
            )
        ],
    )
    rows, turns = await people.all_agents(tx), await people.all_turns(tx)
    return _shown(person, rows, turns, held.live.snapshot, now)


def _person(agent_id: str, key: Key, snapshot: Snapshot) -> Agent:
    person = snapshot.people.get(agent_id)
    if person is None or not _is_in_sight(person, key, snapshot):
        raise NoSuch("agent", agent_id[:64])
    return person


def _is_in_sight(person: Agent, key: Key, snapshot: Snapshot) -> bool:
    """A key that is limited to teams sees their members and managers."""
    teams = snapshot.config.teams
    return key.teams is None or any(
        person.id in {*team.members, team.manager}
        for team in (teams[name] for name in key.teams if name in teams)
    )


def _shown(
    person: Agent,
    rows: Mapping[AgentId, AgentRow],
    turns: list[TurnRow],
    snapshot: Snapshot,
    now: datetime,
) -> AgentOut:
    row = rows.get(person.id)
    available, why = _availability(person, row, snapshot, now)
    today = row is not None and row.day == snapshot.day_of(person.id, now)
    share, fair_share = _shares(person, turns, snapshot)
    return AgentOut(
        id=person.id,
        name=person.name,
        role=person.role,
        teams=sorted(
            name for name, team in snapshot.config.teams.items() if person.id in team.members
        ),
        available=available,
        why=why,
        until=row.until if row and not row.available else None,
        open_leads=row.open_leads if row else 0,
        taken_today=row.taken_today if row and today else 0,
        capacity={"open": person.capacity.open, "per_day": person.capacity.per_day},
        share=share,
        fair_share=fair_share,
    )


def _availability(
    person: Agent, row: AgentRow | None, snapshot: Snapshot, now: datetime
) -> tuple[bool, str]:
    """Whether somebody can be given a lead this instant, and why not."""
    switched_off = row is not None and not row.available and not (row.until and row.until <= now)
    if row is not None and switched_off:
        return False, f"switched off: {row.reason}" if row.reason else "switched off by hand"
    if person.calendar is not None and not snapshot.openings[person.calendar].is_open(now):
        return False, f"calendar {person.calendar} is closed"
    limit = person.capacity.open
    if row is not None and limit is not None and row.open_leads >= limit:
        return False, f"has {row.open_leads} open leads, the most they take"
    return True, "on duty" if person.calendar else "always on duty"


def _shares(
    person: Agent, turns: list[TurnRow], snapshot: Snapshot
) -> tuple[float | None, float | None]:
    """The share of turns taken in one's teams, beside what the weights entitle to.

    A turn costs `1 / weight`, so `passed * weight` counts the leads that were taken.
    """
    mine = {team for team, it in snapshot.config.teams.items() if person.id in it.members}
    weights = {each.id: each.weight for each in snapshot.config.agents}
    taken: dict[str, float] = {}
    for turn in turns:
        if turn.team in mine and turn.agent in snapshot.config.teams[turn.team].members:
            weight = weights.get(turn.agent, 1)
            taken[turn.agent] = taken.get(turn.agent, 0) + turn.passed * weight
    members = {each for team in mine for each in snapshot.config.teams[team].members}
    if not members:
        return None, None
    entitled = weights[person.id] / sum(weights.get(each, 1) for each in members)
    everything = sum(taken.values())
    return (taken.get(person.id, 0) / everything if everything else None), entitled
