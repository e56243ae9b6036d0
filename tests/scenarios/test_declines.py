"""Somebody gives a lead back, or turns down an offer; a person takes one off its owner."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.domain import failpoint
from app.domain.failpoint import Planted
from app.store import tables
from tests.api.callers import a_key
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import rows
from tests.scenarios.handing_over import (
    a_strict_config,
    decisions,
    facts,
    lead_of,
    loads_add_up,
    losses,
    switch,
)
from tests.world import ADMIN, World, a_config, open_world

TO_ALL = [{"name": "all", "to": {"team": "sarasota", "strategy": "first_to_claim"}}]


async def decline(world: World, lead_id: str, by: str, reason: str = "no time") -> httpx.Response:
    answer = await world.post(f"/v1/leads/{lead_id}/decline", by=by, reason=reason)
    await world.settle()
    return answer


@pytest.fixture
async def offering(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    config = a_config(auto_responses=[])
    config["routing"] = {"rules": TO_ALL}
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        yield world


async def test_a_declined_lead_goes_to_somebody_else_at_once(world: World) -> None:
    lead_id = await world.a_lead(first_name="Grace")

    answer = await decline(world, lead_id, "dana", "they want somebody in Tampa")

    assert answer.status_code == 200
    assert answer.json() == {
        "id": lead_id,
        "owner": "ben",
        "team": "sarasota",
        "offered_to": [],
        "offered_until": None,
    }
    assert await losses(world, lead_id) == [("dana", "declined")]
    assert world.titles("ben") == ["New lead: Grace Kim"]
    assert await facts(world, lead_id, "lead.declined") == [
        {"by": "dana", "reason": "they want somebody in Tampa", "was_offered": False}
    ]
    assigned = (await facts(world, lead_id, "lead.assigned"))[-1]
    assert (assigned["owner"], assigned["from"], assigned["code"]) == ("ben", "dana", "declined")
    clocks = (await world.get(f"/v1/leads/{lead_id}"))["sla"]
    assert [each["due_at"][11:16] for each in clocks] == ["16:03", "16:05", "17:00"]
    await loads_add_up(world)


@pytest.mark.expects_errors("request.failed")
@pytest.mark.parametrize(("where", "is_done"), [("before", False), ("after", True)])
async def test_a_process_that_dies_over_a_decline_leaves_all_of_it_or_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str, *, is_done: bool
) -> None:
    lead_id = await world.a_lead()
    assert await world.owner_of(lead_id) == "dana"
    monkeypatch.setitem(failpoint._SET, f"decline.{where}_commit", "raise")
    with pytest.raises(Planted):
        await decline(world, lead_id, "dana")
    monkeypatch.delitem(failpoint._SET, f"decline.{where}_commit")
    assert await world.owner_of(lead_id) == ("ben" if is_done else "dana")

    # Nobody rang for what was written: an engine sees to it.
    await world.advance(seconds=2)

    assert len(world.pushes("ben")) == is_done
    assert (await decline(world, lead_id, "dana")).status_code == 200
    assert await world.owner_of(lead_id) == "ben"
    assert len(world.pushes("ben")) == 1, "the sender's second try tells nobody twice"
    await loads_add_up(world)


async def test_to_decline_twice_changes_nothing_more(world: World) -> None:
    lead_id = await world.a_lead()
    await decline(world, lead_id, "dana")

    again = await decline(world, lead_id, "dana")

    assert (again.status_code, again.json()["owner"]) == (200, "ben")
    assert len(await facts(world, lead_id, "lead.declined")) == 1
    assert len(await decisions(world, lead_id)) == 2


async def test_whose_it_is_not_cannot_decline_it(world: World) -> None:
    lead_id = await world.a_lead()

    answer = await decline(world, lead_id, "ben")

    assert answer.status_code == 409
    assert answer.json()["detail"] == (
        "It belongs to dana, and is not on offer to ben: nothing is to be declined."
    )
    assert await world.owner_of(lead_id) == "dana"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"by": "dana"}, "reason"),
        ({"by": "dana", "reason": "  "}, "reason"),
        ({"by": "dana", "reason": "x" * 501}, "reason"),
        ({"by": "nobody", "reason": "no time"}, "by"),
    ],
)
async def test_a_decline_says_who_and_why(world: World, body: dict[str, Any], field: str) -> None:
    lead_id = await world.a_lead()

    answer = await world.post(f"/v1/leads/{lead_id}/decline", **body)

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_a_lead_that_everybody_declines_waits_and_its_manager_hears_of_it(
    world: World,
) -> None:
    lead_id = await world.a_lead(first_name="Grace")
    for agent in ("dana", "ben", "cara"):
        assert (await decline(world, lead_id, agent)).status_code == 200

    assert await world.owner_of(lead_id) is None
    assert world.titles("maria") == ["Nobody has it: Grace Kim"]
    await world.advance(minutes=2)
    assert await world.owner_of(lead_id) is None
    assert len(await facts(world, lead_id, "lead.unassigned")) == 1
    await loads_add_up(world)


async def test_declines_do_not_count_against_what_automation_may(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    config = a_strict_config()
    config["sla"] = [{**config["sla"][0], "reassign": {"at_most": 1}}]
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        lead_id = await world.a_lead()
        await decline(world, lead_id, "dana")

        await world.advance(minutes=5)

        assert await world.owner_of(lead_id) == "cara"


async def test_what_a_person_assigned_its_owner_may_still_decline(world: World) -> None:
    lead_id = await world.a_lead()
    await world.post(f"/v1/leads/{lead_id}/assign", owner="cara", reason="knows them")

    assert (await decline(world, lead_id, "cara")).json()["owner"] == "ben"
    await loads_add_up(world)


async def test_where_the_source_forbids_it_a_manager_must_assign_it(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    config = a_strict_config()
    config["sla"] = [{**config["sla"][0], "reassign": {"never_for_sources": ["website"]}}]
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        lead_id = await world.a_lead()

        answer = await decline(world, lead_id, "dana")

        assert answer.status_code == 409
        assert answer.json()["type"] == "/problems/must-be-assigned"
        assert answer.json()["source"] == "website"
        assert await world.owner_of(lead_id) == "dana"
        assert await facts(world, lead_id, "lead.declined") == []


async def test_a_closed_lead_is_not_passed_on(world: World) -> None:
    lead_id = await world.a_lead()
    await world.post(f"/v1/leads/{lead_id}/status", status="lost")

    assert (await decline(world, lead_id, "dana")).status_code == 409
    await loads_add_up(world)


@pytest.mark.parametrize("counts", [False, True])
async def test_a_declined_turn_is_given_back_unless_the_document_counts_it(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy, counts: bool
) -> None:
    config = a_config(auto_responses=[])
    config["routing"] = {**config["routing"], "turns": {"declines": counts}}
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        lead_id = await world.a_lead()

        await decline(world, lead_id, "dana")

        passed = {
            row["agent"]: row["passed"] for row in await rows(world.held.database, tables.turns)
        }
        assert (passed["dana"] > 0) is counts
        assert passed["ben"] > 0


async def test_who_turns_down_an_offer_hears_no_more_and_the_others_may_still_claim(
    offering: World,
) -> None:
    lead_id = await offering.a_lead()
    assert (await lead_of(offering, lead_id)).offered_to == ("dana", "ben", "cara")

    answer = await decline(offering, lead_id, "ben")

    assert answer.json()["offered_to"] == ["dana", "cara"]
    assert await facts(offering, lead_id, "lead.declined") == [
        {"by": "ben", "reason": "no time", "was_offered": True}
    ]
    claimed = await offering.post(f"/v1/leads/{lead_id}/claim", by="cara")
    assert claimed.json()["owner"] == "cara"


async def test_an_offer_that_all_but_one_turn_down_is_given_to_them_when_it_lapses(
    offering: World,
) -> None:
    lead_id = await offering.a_lead()
    await decline(offering, lead_id, "ben")
    await decline(offering, lead_id, "dana")

    await offering.advance(minutes=2)

    assert await offering.owner_of(lead_id) == "cara"
    assert await losses(offering, lead_id) == [("ben", "declined"), ("dana", "declined")]
    await loads_add_up(offering)


async def test_an_offer_that_nobody_is_left_for_ends_at_once(offering: World) -> None:
    lead_id = await offering.a_lead()
    await offering.advance(seconds=1)
    for agent in ("dana", "ben", "cara"):
        assert (await decline(offering, lead_id, agent)).status_code == 200
    lead = await lead_of(offering, lead_id)
    assert (lead.offered_to, lead.offered_until) == ((), offering.clock.at)

    await offering.advance(seconds=1)

    assert await offering.owner_of(lead_id) is None
    last = (await decisions(offering, lead_id))[-1]
    assert last["strategy"] == "nobody_available"
    assert {tuple(each["why"]) for each in last["candidates"]} == {("lost_this_lead:declined",)}


async def test_an_agents_key_declines_for_that_agent_alone(offering: World) -> None:
    lead_id = await offering.a_lead()
    path = f"/v1/leads/{lead_id}/decline"
    ben = await a_key(offering, "agent", agent="ben")

    wrong = await offering.http.post(path, json={"by": "dana", "reason": "no"}, headers=ben)
    assert wrong.status_code == 403
    right = await offering.http.post(path, json={"by": "ben", "reason": "no"}, headers=ben)
    assert right.status_code == 200
    again = await offering.http.post(path, json={"by": "ben", "reason": "no"}, headers=ben)
    assert again.status_code == 200
    assert "Canary" not in again.text
    strange = await a_key(offering, "agent", agent="otto")
    hidden = await offering.http.post(path, json={"by": "otto", "reason": "no"}, headers=strange)
    assert hidden.status_code == 404


async def test_a_person_takes_a_lead_off_its_owner_and_it_is_routed_anew(world: World) -> None:
    lead_id = await world.a_lead(first_name="Grace")

    answer = await world.post(f"/v1/leads/{lead_id}/unassign", reason="dana is ill")
    await world.settle()

    assert answer.json()["owner"] == "ben"
    assert await losses(world, lead_id) == [("dana", "unassigned_by_a_person")]
    assert world.titles("dana")[-1] == "Passed on: Grace Kim"
    [unassigned] = await facts(world, lead_id, "lead.unassigned")
    assert unassigned == {"from": "dana", "reason": "dana is ill", "code": "unassigned_by_a_person"}
    await loads_add_up(world)


async def test_what_nobody_owns_is_taken_off_nobody(world: World) -> None:
    for agent in ("dana", "ben", "cara"):
        await switch(world, agent, on=False)
    lead_id = await world.a_lead()

    assert (await world.post(f"/v1/leads/{lead_id}/unassign", reason="x")).status_code == 409


async def test_what_people_wrote_when_they_declined_is_forgotten_with_the_person(
    world: World,
) -> None:
    lead_id = await world.a_lead()
    await decline(world, lead_id, "dana", "the canary is my cousin")

    await world.http.delete(f"/v1/leads/{lead_id}/personal-data", headers=ADMIN)

    assert await losses(world, lead_id) == [("dana", "declined")]
    assert "cousin" not in str(await lead_of(world, lead_id))
    assert "cousin" not in str(await world.get(f"/v1/leads/{lead_id}/timeline"))
    await loads_add_up(world)
