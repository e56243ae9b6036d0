"""A deadline passes without an answer, and the lead goes to somebody else."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.store import tables
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import a_lead, by_hand, rows
from tests.scenarios.handing_over import (
    a_strict_config,
    decisions,
    everything_is_sent,
    facts,
    lead_of,
    loads_add_up,
    losses,
    switch,
)
from tests.world import World, open_world


@pytest.fixture
async def strict(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    async with open_world(database_url, smtp, ntfy, config=a_strict_config()) as world:
        yield world


async def test_a_missed_deadline_passes_the_lead_on_and_everybody_hears_of_it(
    strict: World,
) -> None:
    lead_id = await strict.a_lead(first_name="Grace")
    await strict.advance(minutes=4, seconds=59)
    assert await strict.owner_of(lead_id) == "dana"

    await strict.advance(seconds=1)

    assert await strict.owner_of(lead_id) == "ben"
    assert await losses(strict, lead_id) == [("dana", "missed_the_deadline")]
    assert strict.titles("maria") == ["Not answered: Grace Kim"]
    assert strict.titles("ben") == ["New lead: Grace Kim"]
    assert strict.titles("dana") == [
        "New lead: Grace Kim",
        "Still waiting: Grace Kim",
        "Passed on: Grace Kim",
    ]
    told = strict.pushes("dana")[-1].message
    assert "Ben Ito has it now" in told
    assert "555" not in told
    assigned = await facts(strict, lead_id, "lead.assigned")
    assert (assigned[-1]["owner"], assigned[-1]["from"], assigned[-1]["code"]) == (
        "ben",
        "dana",
        "missed_the_deadline",
    )
    why = {
        each["agent"]: each["why"] for each in (await decisions(strict, lead_id))[-1]["candidates"]
    }
    assert why["dana"] == ["lost_this_lead:missed_the_deadline"]
    await loads_add_up(strict)


async def test_the_clocks_run_on_from_when_the_person_asked(strict: World) -> None:
    lead_id = await strict.a_lead()
    before = {
        each["step"]: each["due_at"] for each in (await strict.get(f"/v1/leads/{lead_id}"))["sla"]
    }

    await strict.advance(minutes=5)

    clocks = (await strict.get(f"/v1/leads/{lead_id}"))["sla"]
    assert {each["step"]: each["due_at"] for each in clocks} == before
    assert [each["state"] for each in clocks] == ["breached", "breached", "running", "running"]
    lead = await lead_of(strict, lead_id)
    running = {
        row["epoch"]
        for row in await rows(strict.held.database, tables.clocks)
        if row["state"] == "running"
    }
    assert running == {lead.epoch}


async def test_it_never_returns_to_who_lost_it_and_is_passed_on_no_more_than_twice(
    strict: World,
) -> None:
    lead_id = await strict.a_lead()

    await strict.advance(minutes=10)
    assert await strict.owner_of(lead_id) == "cara"

    await strict.advance(minutes=5)

    assert await strict.owner_of(lead_id) == "cara"
    assert await losses(strict, lead_id) == [
        ("dana", "missed_the_deadline"),
        ("ben", "missed_the_deadline"),
    ]
    assert await facts(strict, lead_id, "lead.kept") == [
        {"owner": "cara", "why": "hop_limit", "code": "missed_the_deadline"}
    ]
    # Of the third deadline the manager hears all the same.
    assert len(strict.titles("maria")) == 3
    await loads_add_up(strict)


async def test_a_lead_never_loses_its_owner_for_nobody(strict: World) -> None:
    lead_id = await strict.a_lead()
    await switch(strict, "ben", on=False)
    await switch(strict, "cara", on=False)

    await strict.advance(minutes=5)

    lead = await lead_of(strict, lead_id)
    assert (lead.owner, lead.lost_by, lead.epoch) == ("dana", (), 1)
    last = (await decisions(strict, lead_id))[-1]
    assert last["owner"] == "dana"
    assert last["reason"] == "Rule everyone: nobody else can take it, so it stays with dana."
    assert {each["agent"]: each["why"] for each in last["candidates"]} == {
        "dana": ["lost_this_lead:missed_the_deadline"],
        "ben": ["paused_by_manager"],
        "cara": ["paused_by_manager"],
    }
    assert await facts(strict, lead_id, "lead.kept") == [
        {"owner": "dana", "why": "nobody_else", "code": "missed_the_deadline"}
    ]
    assert strict.titles("maria") == [f"Not answered: {strict.titles('dana')[0][10:]}"]
    assert len(await decisions(strict, lead_id)) == 2
    await loads_add_up(strict)


async def test_the_decision_to_leave_it_with_its_owner_can_be_taken_again(strict: World) -> None:
    lead_id = await strict.a_lead()
    await switch(strict, "ben", on=False)
    await switch(strict, "cara", on=False)
    await strict.advance(minutes=5)

    again = await strict.get(f"/v1/leads/{lead_id}/decisions", recompute=True)

    assert [each["recomputed"] for each in again["items"]] == [{"same": True}] * 2


async def test_what_a_person_assigned_no_automation_takes_away(strict: World) -> None:
    lead_id = await strict.a_lead()
    await strict.post(f"/v1/leads/{lead_id}/assign", owner="dana", reason="knows them")

    await strict.advance(minutes=15)

    assert await strict.owner_of(lead_id) == "dana"
    assert await losses(strict, lead_id) == []
    kept = await facts(strict, lead_id, "lead.kept")
    assert {each["why"] for each in kept} == {"assigned_by_a_person"}
    assert len(strict.titles("maria")) == 3


async def test_a_source_may_forbid_it(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> None:
    config = a_strict_config()
    config["sla"] = [{**config["sla"][0], "reassign": {"never_for_sources": ["website"]}}]
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        lead_id = await world.a_lead()

        await world.advance(minutes=5)

        assert await world.owner_of(lead_id) == "dana"
        [kept] = await facts(world, lead_id, "lead.kept")
        assert kept["why"] == "source_forbids"


async def test_an_answer_in_time_keeps_the_lead(strict: World) -> None:
    lead_id = await strict.a_lead()
    await strict.advance(minutes=4)
    await strict.post(
        f"/v1/leads/{lead_id}/attempts", channel="call", outcome="no_answer", by="dana"
    )

    await strict.advance(days=1)

    assert await strict.owner_of(lead_id) == "dana"
    assert await facts(strict, lead_id, "lead.kept") == []


async def test_what_was_still_to_be_said_to_who_lost_it_is_not_said(strict: World) -> None:
    await by_hand(strict)
    lead_id = await a_lead(strict, first_name="Grace")
    strict.clock.at += timedelta(minutes=5)
    await strict.background.engine.tick()

    await everything_is_sent(strict)

    assert await strict.owner_of(str(lead_id)) == "ben"
    assert strict.titles("dana") == ["Passed on: Grace Kim"]
    told = {
        (row["recipient"], row["kind"]): row["state"]
        for row in await rows(strict.held.database, tables.messages)
    }
    assert told["dana", "owner_alert"] == "suppressed"
    assert told["maria", "escalation"] == "sent"
    assert ("dana", "reminder") not in told


async def test_steps_missed_while_nobody_looked_pass_it_on_once(strict: World) -> None:
    lead_id = await strict.a_lead()
    strict.clock.at = strict.clock.at.replace(minute=30)

    await strict.tick()

    assert await strict.owner_of(lead_id) == "ben"
    assert await losses(strict, lead_id) == [("dana", "missed_the_deadline")]
    await loads_add_up(strict)
