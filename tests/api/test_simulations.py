"""`POST /v1/simulations`: a draft is tried on past leads, one at a time, and nothing is written."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from app.api import simulations
from tests.world import ADMIN, NOON, World, a_config


def for_ben(**changes: Any) -> dict[str, Any]:
    return a_config(routing={"rules": [{"name": "ben", "to": {"agent": "ben"}}]}, **changes)


async def simulated(world: World, **body: Any) -> httpx.Response:
    return await world.http.post("/v1/simulations", json=body, headers=ADMIN)


async def test_a_draft_is_answered_with_what_would_be_different(world: World) -> None:
    leads = [await world.a_lead() for _ in range(3)]
    await world.advance(minutes=1)

    answer = await simulated(world, config=for_ben())

    assert answer.status_code == 200
    told = answer.json()
    assert (told["leads"], told["config_version"]) == (3, "draft")
    assert told["to"] == "2026-03-16T16:01:00Z"
    assert told["from"] == "2026-02-14T16:01:00Z"
    changed = told["owners_changed"]
    assert (changed["count"], changed["share"]) == (2, 0.6667)
    assert {each["lead_id"] for each in changed["examples"]} < set(leads)
    assert {each["would_be"] for each in changed["examples"]} == {"ben"}
    assert {"rule": "ben", "was": 0, "would_be": 3} in told["rules"]
    assert told["unroutable"] == {"count": 0, "examples": []}
    assert {each["step"] for each in told["predicted_breaches"]["steps"]} == {"manager", "director"}
    assert told["approximations"]
    # It was a rehearsal.
    assert [await world.owner_of(each) for each in leads] == ["dana", "ben", "cara"]


async def test_without_a_draft_it_is_the_config_in_force_which_changes_nothing(
    world: World,
) -> None:
    await world.a_lead()
    await world.advance(seconds=1)

    told = (await simulated(world)).json()

    assert (told["config_version"], told["leads"]) == (1, 1)
    assert told["owners_changed"] == {"count": 0, "share": 0.0, "examples": []}


async def test_a_draft_with_mistakes_is_refused_with_all_of_them(world: World) -> None:
    broken = for_ben(teams={"sarasota": {"members": ["dana", "bem"]}}, colour="red")
    answer = await simulated(world, config=broken)
    put = await world.http.put("/v1/config", json=broken, headers=ADMIN)

    assert (answer.status_code, answer.json()) == (422, put.json())
    assert len(answer.json()["problems"]) >= 2


async def test_a_stretch_must_lie_in_the_past_and_not_be_too_long(
    world: World, monkeypatch: Any
) -> None:
    ahead = (NOON + timedelta(hours=1)).isoformat()
    answer = await simulated(world, **{"from": ahead})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "from"

    await world.a_lead()
    await world.a_lead()
    await world.advance(seconds=1)
    monkeypatch.setattr(simulations, "MOST_LEADS", 1)
    answer = await simulated(world)
    assert answer.status_code == 422
    assert "lead-router simulate" in answer.json()["errors"][0]["problem"]


async def test_one_at_a_time_the_second_is_told_to_come_back(world: World) -> None:
    for _ in range(3):
        await world.a_lead()
    await world.advance(seconds=1)

    answers = await asyncio.gather(simulated(world), simulated(world))
    again = await simulated(world)

    assert sorted(each.status_code for each in answers) == [200, 429]
    refused = next(each for each in answers if each.status_code == 429)
    assert refused.headers["retry-after"] == "10"
    assert refused.json()["type"] == "/problems/simulation-running"
    assert again.status_code == 200


async def test_others_get_their_turn_between_any_two_slices(world: World, monkeypatch: Any) -> None:
    """With slices of no length there is a turn for everybody after each step."""
    for _ in range(8):
        await world.a_lead()
    await world.advance(seconds=1)
    monkeypatch.setattr(simulations, "SLICE", 0.0)
    turns = 0

    async def somebody_else(simulation: "asyncio.Task[httpx.Response]") -> None:
        nonlocal turns
        while not simulation.done():
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(simulated(world))
    await somebody_else(task)

    assert (await task).status_code == 200
    assert turns > 8 * 3
