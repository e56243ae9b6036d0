"""Leads are passed on while engines race, die and people answer: one owner, counted once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from app.flow import deadlines, off_duty
from app.jobs.deliver import Deliverer
from app.jobs.engine import Engine
from app.jobs.local import LocalExecutor
from app.resources import Resources
from app.store import clocks, leads, people, tables
from app.store.database import Database
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import a_lead, by_hand, engine_rooms, rows
from tests.scenarios.handing_over import a_strict_config, facts, loads_add_up, losses, switch
from tests.world import FORM, World, a_form, open_world

LEADS = 12
OPEN = tables.leads.c.status == "new"
ENGINES = 4


@pytest.fixture
async def strict(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    async with open_world(database_url, smtp, ntfy, config=a_strict_config()) as world:
        yield world


async def somebody_asks(world: World, times: int) -> list[UUID]:
    """Leads of as many people."""
    return [await a_lead(world, **a_form(each)) for each in range(times)]


async def somebody_asks_first(world: World, times: int) -> list[UUID]:
    """Leads of as many others."""
    return [await a_lead(world, **a_form(100 + each)) for each in range(times)]


def an_engine(held: Resources) -> Engine:
    deliverer = Deliverer(held)
    executor = LocalExecutor(deliverer)
    return Engine(held, executor, executor, deliverer, role="worker")


async def many_tick(world: World) -> None:
    """Several engines look at the same instant, until nothing is due for any of them."""
    async with engine_rooms(world, ENGINES) as rooms:
        engines = [an_engine(held) for held in rooms]
        for _ in range(5):
            await asyncio.gather(*(engine.tick() for engine in engines))


async def test_engines_that_see_the_same_missed_deadlines_pass_each_lead_on_once(
    strict: World,
) -> None:
    await by_hand(strict)
    made = await somebody_asks(strict, LEADS)
    strict.clock.at += timedelta(minutes=5)

    await many_tick(strict)

    for lead_id in made:
        [(loser, code)] = await losses(strict, lead_id)
        assert code == "missed_the_deadline"
        assert await strict.owner_of(str(lead_id)) not in {None, loser}
        assert len(await facts(strict, lead_id, "lead.assigned")) == 2
    await loads_add_up(strict)


async def test_engines_that_see_the_same_owner_gone_pass_each_lead_on_once(
    strict: World,
) -> None:
    await by_hand(strict)
    made = await somebody_asks(strict, LEADS)
    await switch(strict, "dana", on=False)
    async with strict.held.database.transaction() as tx:
        await tx.conn.execute(tables.clocks.delete())
    strict.clock.at += timedelta(minutes=15)

    await many_tick(strict)

    lost = [await losses(strict, lead_id) for lead_id in made]
    assert sorted(lost) == [[]] * 8 + [[("dana", "went_off_duty")]] * 4
    assert {await strict.owner_of(str(lead_id)) for lead_id in made} == {"ben", "cara"}
    await loads_add_up(strict)


class Died(Exception):
    """The process is gone before its transaction was committed."""


@pytest.mark.parametrize("what", ["deadline", "off duty"])
async def test_an_engine_that_dies_before_its_commit_has_changed_nothing(
    strict: World, what: str
) -> None:
    await by_hand(strict)
    lead_id = await a_lead(strict)
    if what == "off duty":
        await switch(strict, "dana", on=False)
    strict.clock.at += timedelta(minutes=5 if what == "deadline" else 15)
    work = deadlines.fire if what == "deadline" else off_duty.look_after
    snapshot = strict.held.live.snapshot

    async def dies() -> None:
        async with strict.held.database.transaction() as tx:
            await work(tx, snapshot=snapshot, now=strict.clock.at)
            assert (await leads.get(tx, lead_id)).owner == "ben"
            raise Died

    with pytest.raises(Died):
        await dies()
    assert await strict.owner_of(str(lead_id)) == "dana"
    await loads_add_up(strict)

    async with strict.held.database.transaction() as tx:
        await work(tx, snapshot=snapshot, now=strict.clock.at)

    assert await strict.owner_of(str(lead_id)) == "ben"
    await loads_add_up(strict)


async def test_an_engine_that_dies_after_its_commit_leaves_it_to_others_to_tell(
    strict: World,
) -> None:
    await a_lead(strict, first_name="Grace")
    await strict.settle()
    strict.clock.at += timedelta(minutes=5)
    async with strict.held.database.transaction() as tx:
        await deadlines.fire(tx, snapshot=strict.held.live.snapshot, now=strict.clock.at)
    # Nobody was rung for.
    await strict.tick()
    assert strict.titles("ben") == []

    await strict.advance(seconds=2)

    assert strict.titles("ben") == ["New lead: Grace Kim"]
    assert strict.titles("dana")[-1] == "Passed on: Grace Kim"
    assert strict.titles("maria") == ["Not answered: Grace Kim"]


async def test_of_many_who_decline_for_the_same_owner_one_is_heard(strict: World) -> None:
    lead_id = await a_lead(strict)

    answers = await asyncio.gather(
        *(
            strict.post(f"/v1/leads/{lead_id}/decline", by="dana", reason=f"reason {each}")
            for each in range(5)
        )
    )

    assert [answer.status_code for answer in answers] == [200] * 5
    assert await losses(strict, lead_id) == [("dana", "declined")]
    assert await strict.owner_of(str(lead_id)) == "ben"
    assert len(await facts(strict, lead_id, "lead.declined")) == 1
    await loads_add_up(strict)


async def test_leads_that_come_while_their_owner_is_switched_off_are_all_watched(
    strict: World,
) -> None:
    await by_hand(strict)
    forms = [strict.http.post(FORM, data=a_form(each)) for each in range(LEADS)]
    closing = [
        strict.post(f"/v1/leads/{lead_id}/status", status="lost")
        for lead_id in await somebody_asks_first(strict, 6)
    ]

    answers = await asyncio.gather(*forms, switch(strict, "dana", on=False), *closing)

    assert {each.status_code for each in answers if each is not None} == {200}
    theirs = await rows(strict.held.database, tables.leads, tables.leads.c.owner == "dana", OPEN)
    assert {row["recheck_at"] for row in theirs} <= {strict.clock.at + timedelta(minutes=15)}
    await loads_add_up(strict)


async def test_who_answers_at_the_last_instant_keeps_the_lead_or_has_lost_it_whole(
    strict: World,
) -> None:
    await by_hand(strict)
    made = await somebody_asks(strict, LEADS)
    owners = {lead_id: await strict.owner_of(str(lead_id)) for lead_id in made}
    strict.clock.at += timedelta(minutes=5)

    answers = [
        strict.post(f"/v1/leads/{lead_id}/attempts", channel="call", outcome="no_answer", by=owner)
        for lead_id, owner in owners.items()
    ]
    declined = [
        strict.post(f"/v1/leads/{lead_id}/decline", by=owner, reason="no time")
        for lead_id, owner in list(owners.items())[:4]
    ]
    done = await asyncio.gather(*answers, *declined, many_tick(strict))

    assert {answer.status_code for answer in done[:-1] if answer is not None} <= {200, 201, 409}
    for lead_id in made:
        losers = [agent for agent, _ in await losses(strict, lead_id)]
        assert len(losers) == len(set(losers)) <= 2
        assert await strict.owner_of(str(lead_id)) not in losers
    await loads_add_up(strict)


async def test_an_engine_waits_for_no_lead_that_somebody_holds(
    strict: World, database_url: str
) -> None:
    if strict.held.database.is_sqlite:
        pytest.skip("SQLite has one writer: nobody else holds anything")
    await by_hand(strict)
    held_id, free_id = await somebody_asks(strict, 2)
    strict.clock.at += timedelta(minutes=5)
    other = Database.of(database_url)
    try:
        async with other.transaction() as theirs:
            await leads.lock(theirs, held_id)
            await strict.background.engine.tick()
            assert await losses(strict, free_id) == [("ben", "missed_the_deadline")]
            # They hold the lead, so its clocks are theirs, and so are the people.
            await clocks.carry_over(theirs, held_id, epoch=7)
            await people.lock_agents(theirs)
    finally:
        await other.close()
    fired = {
        row["lead_id"] for row in await rows(strict.held.database, tables.clocks) if row["fired_at"]
    }
    assert fired == {free_id}

    await strict.background.engine.tick()

    assert await losses(strict, held_id) == [("dana", "missed_the_deadline")]
    await loads_add_up(strict)
