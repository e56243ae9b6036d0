"""How fast a draft is rehearsed: leads a second, beside what reading their rows alone takes.

A database on the disk is filled with leads of thirty days, as intake leaves them but for what
routing does not ask about; a draft that gives them out in another way is rehearsed on them.
`python -m bench.simulation` prints the figures of 100,000 leads; `--leads` takes another number.
"""

import argparse
import asyncio
import random
import resource
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import Process
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from app.cli.simulate import AT_ONCE
from app.config.load import Document, check
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import AgentId, Kind, Lead, LeadId, LeadStatus
from app.flow import configuring
from app.flow.rehearsing.page import pages
from app.flow.rehearsing.rehearse import Scene, rehearse
from app.snapshot import Snapshot
from app.store import schema
from app.store.database import Database
from app.store.write import NewDecision, NewDelivery, NewInquiry, Rows

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 30
_AT_ONCE = 2_000

T = TypeVar("T")

PEOPLE = [f"agent-{number}" for number in range(12)]


def a_document(strategy: str) -> dict[str, Any]:
    """An office of twelve, in two teams, with hours and daily limits."""
    return {
        "organization": {"name": "Harborline", "timezone": "America/New_York"},
        "calendars": {"office": {"weekly": {"mon-sun": ["07:00-21:00"]}}},
        "agents": [
            {
                "id": each,
                "name": each,
                "weight": 1 + number % 3,
                "calendar": "office" if number % 4 else None,
                "languages": ["en", "es"] if number % 3 == 0 else ["en"],
                "capacity": {"per_day": 2_000},
            }
            for number, each in enumerate(PEOPLE)
        ],
        "teams": {"north": {"members": PEOPLE[:8]}, "south": {"members": PEOPLE[6:]}},
        "routing": {
            "rules": [
                {
                    "name": "spanish",
                    "when": {"language": "es"},
                    "to": {"team": "north", "require": {"languages": ["es"]}},
                },
                {
                    "name": "dear",
                    "when": {"price": {"min": 900_000}},
                    "to": {"team": "south", "strategy": "least_loaded"},
                },
                {"name": "renters", "when": {"kind": "renter"}, "to": {"team": "south"}},
                {"name": "everyone", "to": {"team": "north", "strategy": strategy}},
            ]
        },
        "sla": [
            {
                "name": "speed",
                "steps": [{"name": "manager", "after": "5m", "escalate": {"agent": PEOPLE[0]}}],
            }
        ],
    }


@dataclass(frozen=True, slots=True)
class Speed:
    """What one rehearsal took, in seconds."""

    leads: int
    rehearsed: float
    processor: float
    """How much of that was the processor's, which others do not lengthen."""
    read: float
    changed: int
    memory: float
    """Highest resident size of this process, in MB."""


def _history(leads: int, seed: int = 1) -> Iterator[Rows]:
    """The rows of so many leads, some at a time, in the order in which they came."""
    chance = random.Random(seed)  # noqa: S311 - an invented past.
    gap = timedelta(days=DAYS) / leads
    rows = Rows()
    for number in range(leads):
        _add_lead(rows, BEGAN + gap * number, chance)
        if len(rows.leads) >= _AT_ONCE:
            yield rows
            rows = Rows()
    yield rows


def _add_lead(rows: Rows, at: datetime, chance: random.Random) -> None:
    lead_id, delivery_id = LeadId(new_id(at)), new_id(at)
    owner = AgentId(chance.choice(PEOPLE))
    price = chance.choice([None, 350_000, 420_000, 950_000])
    language = chance.choice(["en", "en", "en", "es"])
    kind = chance.choice([Kind.BUYER, Kind.SELLER, Kind.RENTER])
    answered = at + timedelta(seconds=chance.expovariate(1 / 240))
    closed = at + timedelta(days=chance.expovariate(1 / 5))
    is_closed = closed < BEGAN + timedelta(days=DAYS)
    home = {"price": price, "zip": "34236", "state": "FL"}
    rows.deliveries.append(
        NewDelivery(delivery_id, "website", "web-form", "accepted", at, "", {}, {}, b"")
    )
    rows.leads.append(
        Lead(
            id=lead_id,
            status=LeadStatus.LOST if is_closed else LeadStatus.ATTEMPTED,
            owner=owner,
            owner_by="rule",
            team="north",
            source="website",
            medium=None,
            kind=kind,
            language=language,
            first_name=None,
            last_name=None,
            email=None,
            phone=None,
            message=None,
            property=home,
            campaign={},
            consent={},
            extra={},
            provider_agent=None,
            is_test=False,
            spam=None,
            received_at=at,
            last_inquiry_at=at,
            first_response_at=answered,
            acknowledged_at=None,
            closed_at=closed if is_closed else None,
            erased_at=None,
            epoch=1,
            route_at=None,
            config_version=1,
        )
    )
    asked = {"kind": kind, "language": language, "property": home, "campaign": {}, "extra": {}}
    rows.inquiries.append(
        NewInquiry(new_id(at), lead_id, delivery_id, "website", None, at, None, asked)
    )
    detail = {"reason": "Somebody by chance.", "candidates": [], "trail": [], "team": "north"}
    rows.decisions.append(
        NewDecision(new_id(at), lead_id, at, 1, "everyone", "weighted", owner, "north", detail)
    )
    told = {"source": "website", "delivery_id": str(delivery_id)}
    given = {"owner": owner, "rule": "everyone", "reason": "Somebody by chance."}
    rows.facts += [
        Fact(FactType.LEAD_RECEIVED, at, lead_id, "website", told),
        Fact(FactType.LEAD_ASSIGNED, at, lead_id, data=given),
        Fact(FactType.SLA_STARTED, at, lead_id, data={"policy": "speed"}),
        Fact(FactType.MESSAGE_SENT, at, lead_id, data={"channel": "push"}),
    ]


async def fill(database: Database, leads: int) -> None:
    """Bring the database to head, and write a past into it."""
    await schema.upgrade(database)
    async with database.transaction() as tx:
        await configuring.put(tx, a_document("weighted"), after=0, by="bench", now=BEGAN)
    closings: list[Fact] = []
    for rows in _history(leads):
        reached = rows.leads[-1].received_at if rows.leads else BEGAN + timedelta(days=DAYS)
        closings += [
            Fact(FactType.LEAD_STATUS_CHANGED, each.closed_at, each.id, data=_CLOSED)
            for each in rows.leads
            if each.closed_at is not None
        ]
        due = [each for each in closings if each.at <= reached]
        closings = [each for each in closings if each.at > reached]
        rows.facts.extend(due)
        rows.facts.sort(key=lambda each: each.at)
        async with database.transaction() as tx:
            await rows.write(tx)


_CLOSED = {"from": "attempted", "to": "lost"}


async def _nobody_waits(_: int) -> None:
    """There is nobody else in this process."""


async def measure(database: Database) -> Speed:
    """Rehearse a draft on all that is there, and then only read the same rows."""
    draft, live = (
        Snapshot.of(version, check(Document.of(a_document(strategy)), {}))
        for version, strategy in ((0, "round_robin"), (1, "weighted"))
    )
    ends = BEGAN + timedelta(days=DAYS)
    scene = Scene(draft, live, BEGAN, ends, ends)
    begun, worked = time.perf_counter(), time.process_time()
    answer = await rehearse(database, scene, _nobody_waits, at_once=AT_ONCE)
    rehearsed, processor = time.perf_counter() - begun, time.process_time() - worked
    begun = time.perf_counter()
    window = live.config.identity.repeat_inquiry.window
    async for _ in pages(database, 0, ends, window=window, connected=False, at_once=AT_ONCE):
        pass
    return Speed(
        answer["leads"],
        rehearsed,
        processor,
        time.perf_counter() - begun,
        answer["owners_changed"]["count"],
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def speed(leads: int) -> Speed:
    """Fill a database in another process, whose memory is none of ours, and measure."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'past.db'}"
        filling = Process(target=_fill_at, args=(url, leads))
        filling.start()
        filling.join()
        return asyncio.run(_measure_at(url))


def _fill_at(url: str, leads: int) -> None:
    asyncio.run(_with(url, lambda database: fill(database, leads)))


async def _measure_at(url: str) -> Speed:
    return await _with(url, measure)


async def _with(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    database = Database.of(url)
    try:
        return await work(database)
    finally:
        await database.close()


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.simulation", description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    wanted = parser.parse_args(given)
    found = speed(wanted.leads)
    print(
        f"{found.leads} leads in {found.rehearsed:.1f} s, {found.processor:.1f} s of it on the "
        f"processor: {found.leads / found.rehearsed:.0f} a second. Reading their rows alone: "
        f"{found.read:.1f} s, so {found.rehearsed / found.read:.1f} times that."
    )
    print(f"{found.changed} would have another owner. Highest memory: {found.memory:.0f} MB.")


if __name__ == "__main__":
    main()
