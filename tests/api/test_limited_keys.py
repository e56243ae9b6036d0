"""Keys that see a part of the house: some teams' leads, or one agent's own."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from app.store import api_keys
from tests.api.callers import Headers, a_key, another_process
from tests.world import ADMIN, World


@dataclass
class Lead:
    id: str
    owner: str
    delivery: str


async def arrives(world: World, **fields: Any) -> Lead:
    taken = await world.receives(**fields)
    return Lead(taken["leads"][0]["id"], taken["leads"][0]["owner"], taken["delivery_id"])


async def two_teams(world: World) -> tuple[Lead, Lead]:
    """A lead of the luxury team, which is Dana's, and one of Sarasota's, which is Ben's."""
    luxury = await arrives(world, price=2_000_000)
    await arrives(world)  # Dana's turn at Sarasota.
    sarasota = await arrives(world)
    assert (luxury.owner, sarasota.owner) == ("dana", "ben")
    return luxury, sarasota


async def seen(world: World, path: str, headers: Headers, **params: str) -> set[str]:
    answer = await world.http.get(path, headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    return {each.get("lead_id") or each["id"] for each in answer.json()["items"]}


LISTS = ("/v1/leads", "/v1/sla", "/v1/messages")
OF_A_LEAD = ("", "/timeline", "/decisions")
ACTS: dict[str, dict[str, str]] = {
    "attempts": {"channel": "call", "outcome": "connected", "by": "dana"},
    "acknowledge": {"by": "dana"},
    "claim": {"by": "dana"},
    "assign": {"owner": "dana"},
    "status": {"status": "contacted"},
}


async def test_a_key_of_a_team_lists_only_that_teams_leads(world: World) -> None:
    luxury, sarasota = await two_teams(world)
    key = await a_key(world, "viewer", teams=("luxury",))

    for path in LISTS:
        assert await seen(world, path, key) == {luxury.id}
        assert await seen(world, path, ADMIN) >= {luxury.id, sarasota.id}
    assert await seen(world, "/v1/leads", key, team="sarasota") == set()
    assert await seen(world, "/v1/messages", key, lead_id=sarasota.id) == set()
    await world.advance(seconds=1)
    summary = (await world.http.get("/v1/sla/summary?group_by=team", headers=key)).json()
    assert [row["group"] for row in summary["items"]] == ["luxury"]


async def test_to_a_key_of_a_team_other_leads_do_not_exist(world: World) -> None:
    luxury, sarasota = await two_teams(world)
    key = await a_key(world, "ops", teams=("luxury",))

    for part in OF_A_LEAD:
        answer = await world.http.get(f"/v1/leads/{sarasota.id}{part}", headers=key)
        assert (part, answer.status_code) == (part, 404)
        assert (answer.json()["what"], answer.json()["id"]) == ("lead", sarasota.id)
    for act, body in ACTS.items():
        answer = await world.http.post(f"/v1/leads/{sarasota.id}/{act}", json=body, headers=key)
        assert (act, answer.status_code) == (act, 404)
    erased = await world.http.delete(f"/v1/leads/{sarasota.id}/personal-data", headers=key)
    assert erased.status_code == 404
    lead = await world.get(f"/v1/leads/{sarasota.id}")
    assert (lead["status"], lead["owner"], lead["erased_at"]) == ("new", "ben", None)
    assert lead["acknowledged_at"] is None
    own = await world.http.post(
        f"/v1/leads/{luxury.id}/attempts", json=ACTS["attempts"], headers=key
    )
    assert own.status_code == 201


async def test_a_key_of_a_team_sees_no_raw_deliveries(world: World) -> None:
    """A delivery belongs to no team, and an unreadable one not even to a lead."""
    _, sarasota = await two_teams(world)
    key = await a_key(world, "ops", teams=("luxury",))

    for method, path in (
        ("GET", "/v1/deliveries"),
        ("GET", f"/v1/deliveries/{sarasota.delivery}/body"),
        ("POST", f"/v1/deliveries/{sarasota.delivery}/replay"),
        ("POST", "/v1/deliveries/replay"),
        ("GET", "/v1/sources"),
    ):
        answer = await world.http.request(method, path, headers=key)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/key-is-limited")


async def test_a_key_of_a_team_sees_that_teams_people(world: World) -> None:
    key = await a_key(world, "ops", teams=("luxury",))

    assert await seen(world, "/v1/agents", key) == {"dana", "otto"}
    assert (await world.http.get("/v1/agents/ben", headers=key)).status_code == 404
    switched = await world.http.put(
        "/v1/agents/ben/availability", json={"available": False}, headers=key
    )
    assert switched.status_code == 404


async def test_an_agents_key_sees_its_own_leads(world: World) -> None:
    luxury, sarasota = await two_teams(world)
    key = await a_key(world, "agent", agent="ben")

    for path in LISTS:
        assert await seen(world, path, key) == {sarasota.id}
    assert await seen(world, "/v1/leads", key, owner="ben") == {sarasota.id}
    assert await seen(world, "/v1/leads", key, owner="dana") == set()
    assert await seen(world, "/v1/sla", key, owner="dana") == set()
    for part in OF_A_LEAD:
        own = await world.http.get(f"/v1/leads/{sarasota.id}{part}", headers=key)
        other = await world.http.get(f"/v1/leads/{luxury.id}{part}", headers=key)
        assert (part, own.status_code, other.status_code) == (part, 200, 404)


async def test_an_agents_key_speaks_for_that_agent_alone(world: World) -> None:
    luxury, sarasota = await two_teams(world)
    key = await a_key(world, "agent", agent="ben")
    acts = {act: body for act, body in ACTS.items() if "by" in body}

    for act, body in acts.items():
        in_anothers_name = await world.http.post(
            f"/v1/leads/{sarasota.id}/{act}", json=body, headers=key
        )
        assert (act, in_anothers_name.status_code) == (act, 403)
    for act in ("attempts", "acknowledge", "status"):
        body = {**ACTS[act], "by": "ben"} if act != "status" else ACTS[act]
        of_another = await world.http.post(f"/v1/leads/{luxury.id}/{act}", json=body, headers=key)
        own = await world.http.post(f"/v1/leads/{sarasota.id}/{act}", json=body, headers=key)
        assert (act, of_another.status_code, own.status_code // 100) == (act, 404, 2)
    switched = await world.http.put(
        "/v1/agents/dana/availability", json={"available": False}, headers=key
    )
    assert switched.status_code == 403


async def test_an_agents_key_claims_what_nobody_owns_and_hears_who_was_faster(
    world: World,
) -> None:
    for agent in ("dana", "ben", "cara"):
        await world.http.put(
            f"/v1/agents/{agent}/availability", json={"available": False}, headers=ADMIN
        )
    lead_id = await world.a_lead()
    ben = await a_key(world, "agent", agent="ben")
    cara = await a_key(world, "agent", agent="cara")

    won = await world.http.post(f"/v1/leads/{lead_id}/claim", json={"by": "ben"}, headers=ben)
    lost = await world.http.post(f"/v1/leads/{lead_id}/claim", json={"by": "cara"}, headers=cara)

    assert (won.status_code, won.json()["owner"]) == (200, "ben")
    assert (lost.status_code, lost.json()["owner"]) == (409, "ben")


@pytest.mark.parametrize("agent", [None, "nobody"])
async def test_an_agents_key_of_nobody_sees_nothing(world: World, agent: str | None) -> None:
    await world.a_lead()
    key = await a_key(world, "agent", agent=agent)

    for path in LISTS:
        assert await seen(world, path, key) == set()
        assert (
            await seen(world, path, key, **{"to" if "messages" in path else "owner": ""}) == set()
        )


async def test_a_revoked_key_is_refused_within_two_seconds_everywhere(world: World) -> None:
    key = await a_key(world, "ops", name="grafana")
    async with another_process(world) as http:
        processes = (world.http, http)
        assert [(await each.get("/v1/leads", headers=key)).status_code for each in processes] == [
            200,
            200,
        ]
        async with world.held.database.transaction() as tx:
            assert await api_keys.revoke(tx, "grafana", now=world.clock()) == 1
        await asyncio.sleep(1.9)
        answers = [await each.get("/v1/leads", headers=key) for each in processes]

    assert [answer.status_code for answer in answers] == [401, 401]
