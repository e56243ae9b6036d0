"""People: who is there, how loaded, and whether the turns were shared fairly."""

from fastapi import APIRouter

from app.api.access import Overseer, Worker, actor_of, acts_as
from app.api.bounded import BoundedRoute
from app.api.shapes.base import Listing
from app.api.shapes.people import AgentOut, AvailabilityIn
from app.api.standing import Standings
from app.api.state import Held, Now, Reading, Writing
from app.api.taken import rfc3339
from app.config.people import Agent
from app.domain.errors import NoSuch
from app.domain.facts import Fact, FactType
from app.flow import off_duty, shares
from app.flow.off_duty import Switch
from app.snapshot import Snapshot
from app.store.api_keys import Key
from app.store.write import add_facts

router = APIRouter(prefix="/v1/agents", tags=["people"], route_class=BoundedRoute)


@router.get("")
async def list_agents(key: Overseer, tx: Reading, held: Held, now: Now) -> Listing[AgentOut]:
    """Everybody in the config, and how they stand right now.

    Shares are counted: leads by turn of the last 30 days, beside what weights alone would
    say. What is owed is told of one person at a time, and in `/v1/reports/fairness`.
    """
    snapshot = held.live.snapshot
    standings = await Standings.of(tx, snapshot, now)
    shares_of = await shares.of_all(tx, snapshot, now)
    return Listing(
        items=[
            standings.shown(person, shares_of[person.id])
            for person in snapshot.config.agents
            if _is_in_sight(person, key, snapshot)
        ],
        next_cursor=None,
    )


@router.get("/{agent_id}")
async def read_agent(agent_id: str, key: Overseer, tx: Reading, held: Held, now: Now) -> AgentOut:
    """One person: availability now and why, open leads, today's count, place in line, share.

    The share is by the ledger of the last 30 days, or of the last 500 leads where there were
    more: `fair_share` and `owed` count only leads that they could have taken.
    `/v1/reports/fairness` goes back as far as asked, and says why.
    """
    person = _person(agent_id, key, held.live.snapshot)
    snapshot = held.live.snapshot
    standings = await Standings.of(tx, snapshot, now)
    return standings.shown(person, await shares.of_one(tx, person, snapshot, now))


@router.put("/{agent_id}/availability")
async def set_availability(
    agent_id: str, said: AvailabilityIn, key: Worker, tx: Writing, held: Held, now: Now
) -> AgentOut:
    """Switch somebody on or off by hand; `until` ends an absence by itself.

    Who is off for longer than `routing.off_duty_after` loses the leads that they were given
    by rule and have not answered, if somebody else can take them.
    """
    person = _person(agent_id, key, held.live.snapshot)
    acts_as(key, agent_id)
    to = Switch(said.available, said.until, said.reason, by=key.agent or actor_of(key))
    await off_duty.switch(tx, person.id, to, snapshot=held.live.snapshot, now=now)
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
    standings = await Standings.of(tx, held.live.snapshot, now)
    # The ledger is long to read, and everybody who wants to write would have to wait.
    counted = await shares.of_all(tx, held.live.snapshot, now)
    return standings.shown(person, counted[person.id])


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
