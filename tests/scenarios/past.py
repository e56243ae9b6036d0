"""A past to rehearse: leads and people, through the service's own transactions, on a clock."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.config.load import Document, check
from app.domain.clock import rfc3339
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Conflict
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import AgentId, Campaign, Inquiry, Kind, LeadId, LeadStatus, Property
from app.flow import answers, claims, configuring, off_duty, waiting
from app.flow.arrivals import Arrival
from app.flow.intake import receive
from app.flow.off_duty import Switch
from app.flow.rehearsing.rehearse import Scene, rehearse
from app.snapshot import Snapshot
from app.store import leads
from app.store.database import Database, Tx
from app.store.now import pulse
from app.store.write import add_facts
from tests.world import NOON

PEOPLE = ("dana", "ben", "cara", "dan", "eve")

CONFIG: dict[str, Any] = {
    "organization": {"name": "Harborline", "timezone": "America/New_York"},
    "calendars": {
        "office": {"weekly": {"mon-fri": ["08:00-12:30", "13:00-20:00"]}},
        "evenings": {"weekly": {"mon-sun": ["18:10-02:00"]}},
    },
    "agents": [
        {"id": "dana", "name": "Dana", "calendar": "office", "weight": 2, "languages": ["es"]},
        {"id": "ben", "name": "Ben", "calendar": "office", "capacity": {"per_day": 9}},
        {"id": "cara", "name": "Cara", "calendar": "evenings", "capacity": {"open": 15}},
        {"id": "dan", "name": "Dan", "skills": ["seller"]},
        {"id": "eve", "name": "Eve", "calendar": "office", "skills": ["seller"], "zips": ["342*"]},
        {"id": "maria", "name": "Maria", "role": "manager"},
    ],
    "teams": {
        "sarasota": {"members": ["dana", "ben", "cara"], "manager": "maria"},
        "sellers": {"members": ["dan", "eve", "ben"], "manager": "maria"},
    },
    "routing": {
        "rules": [
            {
                "name": "spanish",
                "when": {"language": "es"},
                "to": {"team": "sarasota", "require": {"languages": "match"}},
            },
            {
                "name": "sellers",
                "when": {"kind": "seller"},
                "to": {"team": "sellers", "strategy": "least_loaded"},
            },
            {
                "name": "dear",
                "when": {"price": {"min": 900000}},
                "to": {"team": "sellers", "strategy": "first_to_claim", "offer_for": "3m"},
            },
            {
                "name": "late",
                "when": {"hour": {"from": "21:00", "to": "06:00"}},
                "to": {"pond": "sarasota"},
            },
            {
                "name": "mortgage",
                "when": {"kind": "mortgage"},
                "to": {"team": "sellers", "strategy": "best_match"},
            },
            {"name": "everyone", "to": {"team": "sarasota", "strategy": "weighted"}},
        ],
        "off_duty_after": "never",
    },
}


def draft_of(document: Mapping[str, Any], version: int = 0) -> Snapshot:
    return Snapshot.of(version, check(Document.of(dict(document)), {}))


@dataclass
class History:
    """One office, and everything that happens in it."""

    database: Database
    snapshot: Snapshot
    now: datetime = NOON
    leads: list[UUID] = field(default_factory=list)
    people: int = 0

    @classmethod
    async def begin(cls, database: Database, document: Mapping[str, Any]) -> "History":
        async with database.transaction() as tx:
            await configuring.put(tx, dict(document), after=0, by="test", now=NOON)
        return cls(database, draft_of(document, 1))

    async def comes(self, person: int | None = None, **told: Any) -> UUID:
        """Somebody asks; of somebody new unless it is said who."""
        (lead,) = await self.come([told], person)
        return lead

    async def come(
        self, wishes: Sequence[Mapping[str, Any]], person: int | None = None
    ) -> list[UUID]:
        """Several ask at about the same time: they are taken in together."""
        arrivals = []
        for told in wishes:
            if person is None:
                self.people += 1
            arrivals.append(self._arrival(person or self.people, told))
        async with self.database.transaction() as tx:
            batch = await receive(tx, arrivals, snapshot=self.snapshot, now=self.now)
        leads = [UUID(str(each.leads[0].id)) for each in batch.taken]
        self.leads += [each for each in leads if each not in self.leads]
        return leads

    def _arrival(self, person: int, told: Mapping[str, Any]) -> Arrival:
        inquiry = Inquiry(
            source="website",
            dedupe_key=str(new_id(self.now)),
            email=f"canary{person}@example.com",
            **told,
        )
        return Arrival(
            new_id(self.now),
            "web-form",
            Webhook("website", b"{}", {}),
            self.now,
            Reading((inquiry,)),
        )

    async def switch(
        self, agent: str, *, on: bool, until: datetime | None = None, by: str = "key:test"
    ) -> None:
        data = {"agent": agent, "available": on, "until": until and rfc3339(until)}
        async with self.database.transaction() as tx:
            to = Switch(on, until, None, by=by)
            await off_duty.switch(tx, AgentId(agent), to, snapshot=self.snapshot, now=self.now)
            fact = Fact(FactType.AGENT_AVAILABILITY_CHANGED, self.now, actor=by, data=data)
            await add_facts(tx, [fact])
        await self.tick()

    async def close(self, lead: UUID, status: LeadStatus = LeadStatus.LOST) -> None:
        async with self.database.transaction() as tx:
            await answers.set_status(tx, lead, status, actor="dana", now=self.now)
        await self.tick()

    async def claim(self, lead: UUID, by: str) -> bool:
        try:
            async with self.database.transaction() as tx:
                await claims.claim(tx, lead, by=AgentId(by), snapshot=self.snapshot, now=self.now)
        except Conflict:
            return False
        return True

    async def assign(self, lead: UUID, to: str) -> None:
        over = answers.HandOver(AgentId(to), "", "maria")
        async with self.database.transaction() as tx:
            await answers.assign(tx, lead, over, snapshot=self.snapshot, now=self.now)

    async def attempt(self, lead: UUID, by: str) -> None:
        tried = answers.Attempt("call", "connected", AgentId(by), self.now)
        async with self.database.transaction() as tx:
            await answers.attempt(tx, lead, tried, snapshot=self.snapshot, now=self.now)

    async def tick(self) -> None:
        """What the engine does about leads that wait."""
        async with self.database.transaction() as tx:
            await waiting.route_again(tx, snapshot=self.snapshot, now=self.now)

    async def pass_time(self, **by: float) -> None:
        """Let time pass, stopping wherever a lead is to be looked at again."""
        until = self.now + timedelta(**by)
        while True:
            async with self.database.reading() as tx:
                due = (await pulse(tx)).route_at
            if due is None or due > until:
                break
            self.now = max(due, self.now)
            await self.tick()
        self.now = until

    async def owners(self) -> list[str | None]:
        """Whose the leads are, in the order in which they came."""
        async with self.database.reading() as tx:
            found = await leads.find(tx, self.leads)
        return [found[LeadId(each)].owner for each in self.leads]

    async def rehearse(
        self,
        draft: Mapping[str, Any] | Snapshot | None = None,
        *,
        since: datetime = NOON,
        until: datetime | None = None,
    ) -> dict[str, Any]:
        snapshot = self.snapshot if draft is None else draft
        if not isinstance(snapshot, Snapshot):
            snapshot = draft_of(snapshot)
        ends = until or self.now + timedelta(seconds=1)
        scene = Scene(snapshot, self.snapshot, since, ends, self.now)

        async def breathe(_: int) -> None:
            """Nobody else is here."""

        return await rehearse(self.database, scene, breathe)


KINDS = (Kind.BUYER, Kind.SELLER, Kind.MORTGAGE, Kind.UNKNOWN)


async def something_happens(office: History, chance: random.Random) -> None:
    """A lead, most of the time; or somebody comes or goes, or time passes."""
    match chance.randrange(20):
        case 0 | 1:
            await office.switch(chance.choice(PEOPLE), on=True)
        case 2:
            until = office.now + timedelta(minutes=chance.randrange(5, 90))
            await office.switch(chance.choice(PEOPLE), on=False, until=until)
        case 3:
            # For good: but not who alone speaks Spanish, or a lead is looked at each minute.
            await office.switch(chance.choice(PEOPLE[1:]), on=False)
        case 4:
            await office.pass_time(minutes=chance.randrange(1, 300))
        case _:
            await office.pass_time(seconds=chance.randrange(0, 300))
            await office.come([a_wish(chance) for _ in range(chance.randrange(1, 6))])


async def people_do_something(office: History, chance: random.Random) -> None:
    """Somebody closes a lead, opens one again, or takes one; or a person asks again."""
    await office.pass_time(seconds=chance.randrange(0, 60))
    lead = chance.choice(office.leads)
    match chance.randrange(5):
        case 0 | 1:
            await office.close(lead)
        case 2:
            await office.close(lead, LeadStatus.NEW)
        case 3:
            await office.claim(lead, chance.choice(PEOPLE))
        case _:
            await office.comes(office.leads.index(lead) + 1, **a_wish(chance))


def a_wish(chance: random.Random) -> dict[str, Any]:
    return {
        "kind": chance.choice(KINDS),
        "language": chance.choice(["en", "en", "es", None]),
        "property": Property(price=chance.choice([None, 400_000, 950_000]), zip="34236"),
        "campaign": Campaign(name=chance.choice([None, "spring"])),
    }


async def every_row(tx: Tx, tables: Sequence[Any]) -> dict[str, list[Any]]:
    return {each.name: sorted(map(repr, await tx.conn.execute(each.select()))) for each in tables}
