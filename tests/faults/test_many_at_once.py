"""Many engines, workers and people reach for the same thing at the same instant."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.message import Message, MessageKind
from app.jobs.deliver import Deliverer
from app.jobs.engine import Engine
from app.jobs.local import LocalExecutor
from app.resources import Resources
from app.store import leads, messages, tables
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import a_lead, again, by_hand, engine_rooms, message_of, rows
from tests.world import FORM, World, a_config, a_form, open_world

EIGHT = 8
STEPS = 20
LEADS = {True: 5, False: 26}
"""Fewer where one file has one writer: there, engines only wait for each other."""

MANY_STEPS = [
    {
        "name": "many",
        "steps": [
            {"name": f"step-{each}", "after": f"{each}m", "escalate": "manager", "via": ["push"]}
            for each in range(1, STEPS + 1)
        ],
    }
]


def _engine(held: Resources) -> Engine:
    deliverer = Deliverer(held)
    executor = LocalExecutor(deliverer)
    return Engine(held, executor, executor, deliverer, role="worker")


async def test_eight_engines_fire_five_hundred_clocks_once_each(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    config = a_config(sla=MANY_STEPS, auto_responses=[])
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        count = LEADS[world.held.database.is_sqlite]
        await by_hand(world)
        answers = await asyncio.gather(
            *(world.http.post(FORM, data=a_form(each)) for each in range(count))
        )
        assert {answer.status_code for answer in answers} == {200}
        world.clock.at += timedelta(minutes=STEPS)

        async with engine_rooms(world, EIGHT) as rooms:
            engines = [_engine(held) for held in rooms]
            await asyncio.gather(*(engine.tick() for engine in engines))
            await _everything_is_sent(engines)

        due = await rows(world.held.database, tables.clocks)
        assert Counter(row["state"] for row in due) == {"breached": count * STEPS}
        told = Counter(
            row["clock_id"]
            for row in await rows(world.held.database, tables.messages)
            if row["kind"] == MessageKind.ESCALATION
        )
        assert told == dict.fromkeys((row["id"] for row in due), 1)
        assert len(world.pushes("maria")) == count * STEPS
        breaches = [
            row
            for row in await rows(world.held.database, tables.facts)
            if row["type"] == "sla.breached"
        ]
        assert len(breaches) == count * STEPS


async def _everything_is_sent(engines: list[Engine]) -> None:
    for engine in engines:
        engine._executor.start()
    await asyncio.gather(*(engine._executor.settle() for engine in engines))
    await asyncio.gather(*(engine._executor.stop(grace=5) for engine in engines))


async def test_thirty_two_workers_race_for_one_message_and_one_sends_it(world: World) -> None:
    await by_hand(world)
    await a_lead(world)
    alert = await message_of(world, MessageKind.OWNER_ALERT)

    async with engine_rooms(world, 4) as rooms:
        deliverers = [Deliverer(held) for held in rooms * 8]
        await asyncio.gather(*(deliver(alert.id) for deliver in deliverers))

    assert len(world.pushes("dana")) == 1
    sent = await again(world, alert)
    assert (sent.state, sent.attempts, sent.fence) == ("sent", 1, 1)


CLAIMERS = [f"agent-{each}" for each in range(100)]


def _config_with_a_crowd() -> dict[str, Any]:
    config = a_config()
    crowd = [{"id": each, "name": each.title(), "reach": ["push"]} for each in CLAIMERS]
    pond = {"rules": [{"name": "everything", "to": {"pond": "crowd"}}]}
    return {
        **config,
        "agents": config["agents"] + crowd,
        "teams": {**config["teams"], "crowd": {"members": CLAIMERS, "manager": "maria"}},
        "routing": pond,
    }


async def test_of_a_hundred_who_claim_a_lead_one_gets_it(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    async with open_world(database_url, smtp, ntfy, config=_config_with_a_crowd()) as world:
        lead_id = await world.a_lead()
        assert await world.owner_of(lead_id) is None

        answers = await asyncio.gather(
            *(world.post(f"/v1/leads/{lead_id}/claim", by=agent) for agent in CLAIMERS)
        )

        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 99}
        [winner] = [answer.json()["owner"] for answer in answers if answer.status_code == 200]
        losers = [answer.json() for answer in answers if answer.status_code == 409]
        assert {(told["type"], told["owner"]) for told in losers} == {
            ("/problems/already-owned", winner)
        }
        assert await world.owner_of(lead_id) == winner


RACES = 300
ROUND = 50
SPACING = 0.012
"""Seconds between answers: about as long as one escalation takes to leave."""

WATCH = """
CREATE TABLE race (seq bigserial PRIMARY KEY, lead_id uuid NOT NULL, what text NOT NULL);
CREATE FUNCTION watch_message() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO race (lead_id, what) VALUES (NEW.lead_id, 'gate'); RETURN NEW; END $$;
CREATE FUNCTION watch_lead() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO race (lead_id, what) VALUES (NEW.id, 'answer'); RETURN NEW; END $$;
CREATE TRIGGER watch AFTER UPDATE OF state ON message FOR EACH ROW
  WHEN (NEW.state = 'sending' AND NEW.kind <> 'owner_alert') EXECUTE FUNCTION watch_message();
CREATE TRIGGER watch AFTER UPDATE OF epoch ON lead FOR EACH ROW
  WHEN (NEW.epoch > OLD.epoch) EXECUTE FUNCTION watch_lead();
"""


@pytest.fixture
def race_config() -> dict[str, Any]:
    step = {"name": "now", "after": "1m", "escalate": "manager", "via": ["push"]}
    sla = [{"name": "fast", "steps": [step]}]
    return a_config(sla=sla, auto_responses=[])


async def test_nothing_is_sent_after_an_answer_that_races_with_the_deadline(
    postgres_server: Any, postgres_template: str, race_config: dict[str, Any], smtp: FakeSmtp,
    ntfy: FakeNtfy,
) -> None:  # fmt: skip
    url = postgres_server.create_database("races", template=postgres_template)
    postgres_server.query(WATCH, database="races")
    async with open_world(url, smtp, ntfy, config=race_config) as world:
        for number in range(0, RACES, ROUND):
            await _one_round(world, range(number, number + ROUND), fired=number % 100 == 0)
        said = await rows(world.held.database, tables.messages)
    log = postgres_server.query("SELECT lead_id, what FROM race ORDER BY seq", database="races")
    postgres_server.drop_database("races")

    answered: set[UUID] = set()
    sent: set[UUID] = set()
    for line in log.splitlines():
        lead_id, what = UUID(line.split("|")[0]), line.split("|")[1]
        if what == "answer":
            answered.add(lead_id)
        else:
            assert lead_id not in answered, "the gate opened after the answer"
            sent.add(lead_id)
    assert len(answered) == RACES
    assert len(ntfy.on("leads-maria")) == len(sent)
    escalations = [row for row in said if row["clock_id"] is not None]
    odd = [
        {name: row[name] for name in ("channel", "state", "reason", "attempts", "fence")}
        for row in escalations
        if row["state"] != ("sent" if row["lead_id"] in sent else "suppressed")
    ]
    assert odd == []
    # A race that only one side ever wins is none.
    assert 0 < len(sent) < RACES


async def _one_round(world: World, numbers: range, *, fired: bool) -> None:
    """Answers race with the deadline itself or, when that has `fired`, with the sends.

    The last leads are answered first and told of last, so that the two meet in the middle.
    """
    made = await asyncio.gather(*(world.http.post(FORM, data=a_form(number)) for number in numbers))
    ids = [answer.json()["leads"][0]["id"] for answer in made]
    await world.settle()
    world.clock.at += timedelta(minutes=1)

    async def answer(place: int, lead_id: str) -> None:
        await asyncio.sleep(place * SPACING)
        told = await world.post(
            f"/v1/leads/{lead_id}/attempts", channel="call", outcome="no_answer", by="dana"
        )
        assert told.status_code == 201, told.text

    if fired:
        await world.background.engine.tick()
    answers = (answer(place, each) for place, each in enumerate(reversed(ids)))
    await asyncio.gather(world.tick(), *answers)


async def test_a_lead_answered_between_claim_and_gate_is_not_escalated(world: World) -> None:
    lead_id = await world.a_lead()
    world.clock.at += timedelta(minutes=5)
    await by_hand(world)
    await world.background.engine.tick()
    escalation = await message_of(world, MessageKind.ESCALATION)
    async with world.held.database.transaction() as tx:
        claimed = await messages.claim(tx, escalation.id, worker=uuid4(), now=world.clock())
    assert claimed is not None

    answered = await world.post(
        f"/v1/leads/{lead_id}/attempts", channel="call", outcome="no_answer", by="dana"
    )

    assert answered.status_code == 201
    assert not await _gate(world, world.held, claimed)


async def test_an_answer_that_is_being_committed_is_waited_for_at_the_gate(world: World) -> None:
    lead_id = UUID(await world.a_lead())
    world.clock.at += timedelta(minutes=5)
    await by_hand(world)
    await world.background.engine.tick()
    escalation = await message_of(world, MessageKind.ESCALATION)
    async with engine_rooms(world, 2) as (here, there):
        async with there.database.transaction() as tx:
            claimed = await messages.claim(tx, escalation.id, worker=uuid4(), now=world.clock())
        assert claimed is not None
        async with here.database.transaction() as tx:
            lead = await leads.lock(tx, lead_id)
            await leads.change(tx, lead_id, {"epoch": lead.epoch + 1})
            gate = asyncio.create_task(_gate(world, there, claimed))
            await asyncio.sleep(0.2)
            assert not gate.done()
        assert not await gate


async def _gate(world: World, held: Resources, claimed: Message) -> bool:
    async with held.database.transaction() as tx:
        return await messages.pass_gate(
            tx,
            claimed,
            grace=timedelta(seconds=8),
            now=world.clock(),
            rendered={"subject": None, "body": None},
        )


async def test_what_nobody_needs_any_more_is_suppressed_and_says_why(world: World) -> None:
    lead_id = await world.a_lead()
    world.clock.at += timedelta(minutes=5)
    await by_hand(world)
    await world.background.engine.tick()
    escalation = await message_of(world, MessageKind.ESCALATION)
    await world.post(
        f"/v1/leads/{lead_id}/attempts", channel="call", outcome="no_answer", by="dana"
    )

    await world.background.deliverer(escalation.id)

    kept = await again(world, escalation)
    assert (kept.state, kept.reason) == (
        "suppressed",
        "somebody answered, or the lead changed hands, before it could leave",
    )
    assert world.pushes("maria") == []
