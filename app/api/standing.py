"""How a person is shown: whether they can take a lead now, why not, and their place in line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.api.shapes.people import AgentOut, TurnOut
from app.config.people import Agent
from app.domain.lead import AgentId
from app.flow.crew import look
from app.flow.shares import Shares
from app.routing.in_line import Place, places
from app.routing.roster import Roster, Standing
from app.snapshot import Snapshot
from app.store.database import Tx


@dataclass(frozen=True, slots=True)
class Standings:
    """Everybody, as they stand at one instant."""

    snapshot: Snapshot
    roster: Roster
    now: datetime
    places: Mapping[str, Mapping[AgentId, Place]]
    """By team."""
    on_call: Mapping[AgentId, Sequence[str]]
    """The schedules by which somebody is on call now."""

    @classmethod
    async def of(cls, tx: Tx, snapshot: Snapshot, now: datetime) -> "Standings":
        roster, plan = await look(tx, snapshot, now=now), snapshot.plan
        on_call: dict[AgentId, list[str]] = {}
        for schedule in sorted(snapshot.config.on_call):
            person = plan.on_call(schedule, now)
            if person is not None:
                on_call.setdefault(person, []).append(schedule)
        lines = {team: places(team, plan, roster, now) for team in sorted(plan.teams)}
        return cls(snapshot, roster, now, lines, on_call)

    def shown(self, person: Agent, shares: Shares) -> AgentOut:
        standing = self.roster.standing(person.id)
        why_not = _why_not(person, standing, self.snapshot, self.now)
        duties = [f"on call for {each}" for each in self.on_call.get(person.id, ())]
        here = ["on duty" if person.calendar else "always on duty"]
        return AgentOut(
            id=person.id,
            name=person.name,
            role=person.role,
            teams=[team for team, line in self.places.items() if person.id in line],
            available=not why_not,
            why="; ".join([*(why_not or here), *duties]),
            until=None if standing.available else standing.until,
            on_call=list(self.on_call.get(person.id, ())),
            open_leads=standing.open_leads,
            taken_today=standing.taken_today,
            capacity={"open": person.capacity.open, "per_day": person.capacity.per_day},
            turn=[
                self._turn(team, line[person.id])
                for team, line in self.places.items()
                if person.id in line
            ],
            share=shares.share,
            fair_share=shares.fair_share,
            owed=shares.owed,
        )

    def _turn(self, team: str, place: Place) -> TurnOut:
        return TurnOut(
            team=team,
            passed=place.passed,
            floor=self.roster.floors.get(team, 0),
            next_in_line=place.next_in_line,
            after_absence=self.snapshot.config.routing.after_absence,
        )


def _why_not(person: Agent, standing: Standing, snapshot: Snapshot, now: datetime) -> list[str]:
    """All that keeps somebody from a lead this instant. Empty: nothing."""
    said, limit = [], person.capacity
    if not standing.is_on(now):
        said.append(
            f"switched off: {standing.reason}" if standing.reason else "switched off by hand"
        )
    if person.calendar is not None and not snapshot.openings[person.calendar].is_open(now):
        said.append(f"calendar {person.calendar} is closed")
    if limit.open is not None and standing.open_leads >= limit.open:
        said.append(f"has {_leads(standing.open_leads, 'open lead')}, the most they take")
    if limit.per_day is not None and standing.taken_today >= limit.per_day:
        said.append(
            f"has had {_leads(standing.taken_today, 'lead')} today, the most they take in a day"
        )
    return said


def _leads(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
