"""One of several processes that take leads in at once: `python -m … URL LEADS SEED`.

Beside the leads it does what people do meanwhile: switches agents off and on, closes leads,
asks again for somebody known, and gives a lead to somebody by hand. It prints what it was
told: one JSON object, for the test to hold the database against.
"""

import asyncio
import json
import os
import random
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

from app.config.load import Document, check
from app.domain.clock import utc_now
from app.domain.delivery import Reading, Webhook
from app.domain.identifiers import new_id
from app.domain.lead import AgentId, Inquiry, Kind, LeadStatus
from app.flow import answers
from app.flow.answers import HandOver
from app.flow.arrivals import Arrival
from app.flow.intake import receive
from app.snapshot import Snapshot
from app.store import configs, people
from app.store.database import Database, Tx
from app.store.faults import Contended

T = TypeVar("T")

ALWAYS_THERE_IN = {"one": ("ann", "abe"), "two": ("amy", "ada")}
ALWAYS_THERE = ("ann", "abe", "amy", "ada")
COME_AND_GO = ("bea", "bob", "ben", "bo")
LIMITED = {"cal": 150, "cleo": 300}
"""Agents with this many open leads at most, none of whose leads are closed or taken away."""
AT_ONCE = 60

CONFIG = {
    "organization": {"name": "Harborline Realty Group"},
    "agents": [
        *({"id": each, "name": each.title()} for each in (*ALWAYS_THERE, *COME_AND_GO)),
        *(
            {"id": each, "name": each.title(), "capacity": {"open": limit}}
            for each, limit in LIMITED.items()
        ),
    ],
    "teams": {
        "one": {"members": ["ann", "bea", "abe", "bob", "cal", "cleo"]},
        "two": {"members": ["amy", "ben", "ada", "bo", "cal", "bea"]},
    },
    "routing": {
        "rules": [
            {"name": "two", "when": {"kind": "seller"}, "to": {"team": "two"}},
            {"name": "one", "to": {"team": "one"}},
        ]
    },
}


class Crowd:
    """One process's part of the crowd."""

    def __init__(self, database: Database, snapshot: Snapshot, seed: str) -> None:
        self._database = database
        self._snapshot = snapshot
        self._seed = seed
        self._random = random.Random(seed)  # noqa: S311 - chance, no secret.
        self._sent = 0
        self._known: list[str] = []
        """Whoever asked: they may ask again."""
        self._mine: list[tuple[UUID, str]] = []
        """(lead, owner) of leads that this process brought in and left alone so far."""
        self.accepted: list[str] = []
        self.given: dict[str, str] = {}
        """Leads that a person gave to somebody, and to whom: nothing may change it."""

    async def bring(self, leads: int) -> None:
        while self._sent < leads:
            await self._batch(min(self._random.randint(1, AT_ONCE), leads - self._sent))
            await self._random.choice((self._switch, self._close, self._give, self._nothing))()

    async def _batch(self, size: int) -> None:
        asking = [self._somebody_new() for _ in range(size)]
        asking += [each for each in (self._somebody_known(),) if each]
        arrivals = [self._arrival(each) for each in asking]
        batch = await self._committed(
            lambda tx: receive(tx, arrivals, snapshot=self._snapshot, now=utc_now())
        )
        for inquiry, taken in zip(asking, batch.taken, strict=True):
            [lead] = taken.leads
            if lead.status == "accepted":
                self.accepted.append(str(lead.id))
                self._known.append(str(inquiry.email))
                self._mine.append((lead.id, str(lead.owner)))
        self._sent += size

    async def _committed(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Do it in a transaction, again and again while others are in the way."""
        while True:
            try:
                async with self._database.transaction() as tx:
                    return await work(tx)
            except Contended:
                continue

    def _somebody_new(self) -> Inquiry:
        number = self._random.getrandbits(60)
        return self._inquiry(f"{self._seed}-{number}@example.com")

    def _somebody_known(self) -> Inquiry | None:
        return self._inquiry(self._random.choice(self._known)) if self._known else None

    def _inquiry(self, email: str) -> Inquiry:
        return Inquiry(
            source="crowd",
            dedupe_key=f"{email}:{self._random.getrandbits(60)}",
            email=email,
            kind=self._random.choice((Kind.BUYER, Kind.SELLER)),
        )

    def _arrival(self, inquiry: Inquiry) -> Arrival:
        now = utc_now()
        webhook = Webhook("crowd", b"", {}, {})
        return Arrival(new_id(now), "crowd", webhook, now, Reading(inquiries=(inquiry,)))

    async def _switch(self) -> None:
        agent, there = self._random.choice(COME_AND_GO), self._random.random() < 0.5
        await self._committed(
            lambda tx: people.switch(
                tx, agent, available=there, until=None, reason=None, by="crowd"
            )
        )

    async def _close(self) -> None:
        for _ in range(5):
            lead = self._somebodys(COME_AND_GO + ALWAYS_THERE)
            if lead is not None:
                await self._committed(partial(_close, lead))

    async def _give(self) -> None:
        lead = self._somebodys(COME_AND_GO + ALWAYS_THERE)
        if lead is None:
            return
        owner = self._random.choice(ALWAYS_THERE)
        to = HandOver(AgentId(owner), "a neighbour", "crowd")
        await self._committed(
            lambda tx: answers.assign(tx, lead, to, snapshot=self._snapshot, now=utc_now())
        )
        self.given[str(lead)] = owner

    async def _nothing(self) -> None:
        """People mostly wait."""

    def _somebodys(self, owners: Sequence[str]) -> UUID | None:
        """One of our leads that had one of these owners, and will not be touched again."""
        found = [place for place, (_, owner) in enumerate(self._mine) if owner in owners]
        return self._mine.pop(self._random.choice(found))[0] if found else None


async def _close(lead: UUID, tx: Tx) -> None:
    await answers.set_status(tx, lead, LeadStatus.LOST, actor="crowd", now=utc_now())


async def main(url: str, leads: int, seed: str) -> None:
    database = Database.of(url)
    async with database.reading() as tx:
        newest = await configs.newest(tx)
    assert newest is not None
    snapshot = Snapshot.of(newest.version, check(Document.of(newest.document), os.environ))
    crowd = Crowd(database, snapshot, seed)
    await crowd.bring(leads)
    await database.close()
    sys.stdout.write(json.dumps({"accepted": crowd.accepted, "given": crowd.given}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
