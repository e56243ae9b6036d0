"""A pond: leads that nobody is given and anybody of the team may take."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.store import tables
from tests.api.callers import a_key
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import corrupt, facts_of, rows
from tests.world import ADMIN, World, a_config, open_world


def a_config_with_a_pond() -> dict[str, Any]:
    rules = [{"name": "everything", "to": {"pond": "sarasota"}}]
    config = a_config(routing={"rules": rules})
    config["agents"].append({"id": "finn", "name": "Finn Aalto", "reach": ["push"]})
    config["teams"]["luxury"]["members"] = ["finn"]
    return config


@pytest.fixture
async def world(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    async with open_world(database_url, smtp, ntfy, config=a_config_with_a_pond()) as opened:
        yield opened


async def claim(world: World, lead_id: str, by: str) -> httpx.Response:
    return await world.post(f"/v1/leads/{lead_id}/claim", by=by)


async def listed(world: World, headers: dict[str, str] = ADMIN, **params: str) -> set[str]:
    answer = await world.http.get("/v1/leads", params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.json()["items"]}


async def test_a_lead_in_a_pond_waits_unowned_and_is_neither_pushed_nor_looked_at_again(
    world: World,
) -> None:
    taken = (await world.receives(first_name="Grace"))["leads"][0]

    await world.advance(days=3)

    assert taken["owner"] is None
    [decision] = (await world.get(f"/v1/leads/{taken['id']}/decisions"))["items"]
    assert (decision["strategy"], decision["team"], decision["in_pond"]) == (
        *("pond", "sarasota"),
        True,
    )
    [row] = await rows(world.held.database, tables.leads)
    assert (row["owner"], row["team"], row["route_at"]) == (None, "sarasota", None)
    assert not row["offered_to"]
    # Its clocks run like those of any other, and somebody hears of them: without an owner
    # to remind, the manager.
    assert world.titles("maria") == ["Still waiting: Grace Kim", "Not answered: Grace Kim"]
    assert world.titles("otto") == ["Not answered: Grace Kim"]
    for member in ("dana", "ben", "cara"):
        assert world.titles(member) == []


async def test_a_member_claims_it_and_it_is_theirs(world: World) -> None:
    lead_id = await world.a_lead()
    await world.advance(minutes=1)

    assert (await claim(world, lead_id, "ben")).status_code == 200
    late = await claim(world, lead_id, "cara")

    assert (late.status_code, late.json()["owner"]) == (409, "ben")
    claimed = (await world.get(f"/v1/leads/{lead_id}/decisions"))["items"][-1]
    assert (claimed["strategy"], claimed["owner"]) == ("claim", "ben")
    assert claimed["reason"] == "Nobody of team sarasota owned it, and ben claimed it."
    assert [each["agent"] for each in claimed["candidates"]] == ["ben"]
    assert "lead.assigned" in await facts_of(world, lead_id)
    await world.advance(minutes=2)
    assert world.titles("ben") == ["Still waiting: Canary1 Kim"]
    assert await listed(world, owner="none") == set()
    assert await listed(world, owner="ben") == {lead_id}


async def test_it_is_for_the_team_and_for_managers_and_for_nobody_else(world: World) -> None:
    first, second, third = [await world.a_lead() for _ in range(3)]

    refused = await claim(world, first, "finn")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-theirs-to-claim")
    assert refused.json()["detail"] == (
        f"finn may not claim lead {first}: it belongs to team sarasota, of which finn is no member."
    )
    assert await listed(world, offered_to="finn") == set()
    assert await listed(world, offered_to="ben") == {first, second, third}
    assert await listed(world, owner="none") == {first, second, third}
    finn = await a_key(world, "agent", agent="finn")
    ben = await a_key(world, "agent", agent="ben")
    assert await listed(world, finn, offered_to="ben") == set()
    assert await listed(world, ben, offered_to="ben") == {first, second, third}
    # Its own manager, and another's.
    assert (await claim(world, first, "maria")).status_code == 200
    assert (await claim(world, second, "otto")).status_code == 200
    assert (await claim(world, third, "cara")).status_code == 200


async def test_a_lead_of_no_team_is_anybodys(world: World) -> None:
    lead_id = await world.a_lead()
    await corrupt(world.held.database, tables.leads, team=None)

    assert await listed(world, offered_to="finn") == {lead_id}
    won = await claim(world, lead_id, "finn")

    assert (won.status_code, won.json()["owner"], won.json()["team"]) == (200, "finn", "luxury")


async def test_fifty_who_reach_into_a_pond_take_each_lead_once(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    crowd = [f"agent-{each}" for each in range(10)]
    config = a_config_with_a_pond()
    config["agents"] += [
        {"id": each, "name": each, "reach": ["push"], "capacity": {"open": 1}} for each in crowd
    ]
    config["teams"]["sarasota"]["members"] = crowd
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        leads = [await world.a_lead() for _ in range(5)]

        answers = await asyncio.gather(
            *(claim(world, lead_id, each) for each in crowd for lead_id in leads)
        )

        assert Counter(answer.status_code for answer in answers) == {200: 5, 409: 45}
        owners = [await world.owner_of(lead_id) for lead_id in leads]
        assert len(set(owners)) == 5
        counted = await rows(world.held.database, tables.agents)
        assert {row["agent"] for row in counted if row["open_leads"]} == set(owners)
        assert {row["open_leads"] for row in counted} == {0, 1}


async def test_a_lead_stays_in_its_pond_whatever_becomes_of_the_rules(world: World) -> None:
    lead_id = await world.a_lead()
    answer = await world.http.get("/v1/config", headers=ADMIN)
    config = answer.json()["config"]
    config["routing"]["rules"] = [{"name": "by-turn", "to": {"team": "sarasota"}}]

    put = await world.http.put(
        "/v1/config", json=config, headers={**ADMIN, "If-Match": answer.headers["etag"]}
    )
    assert put.status_code == 200, put.text
    await world.advance(minutes=10)

    assert await world.owner_of(lead_id) is None
    assert await world.owner_of(await world.a_lead()) == "dana"
    assert (await claim(world, lead_id, "ben")).status_code == 200


async def test_one_that_was_closed_and_re_opened_is_in_its_pond_again(world: World) -> None:
    lead_id = await world.a_lead()
    await world.post(f"/v1/leads/{lead_id}/status", status="lost")
    assert (await claim(world, lead_id, "ben")).status_code == 409
    assert await listed(world, offered_to="ben") == set()

    await world.post(f"/v1/leads/{lead_id}/status", status="new")
    await world.advance(minutes=1)

    assert await listed(world, offered_to="ben") == {lead_id}
    [row] = await rows(world.held.database, tables.leads)
    assert row["route_at"] is None
    assert (await claim(world, lead_id, "ben")).status_code == 200
