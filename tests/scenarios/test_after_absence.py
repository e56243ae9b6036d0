"""Somebody was away, and comes back: who gets the next leads, by each of the three policies."""

from collections import Counter
from typing import Any

import pytest

from tests.world import ADMIN, World, a_config


async def put(world: World, *, strategy: str = "round_robin", **parts: Any) -> None:
    routing = {
        "rules": [{"name": "everyone", "to": {"team": "sarasota", "strategy": strategy}}],
        "after_absence": parts.pop("after_absence", "hold_position"),
    }
    # Nobody is told anything: that would be most of the work.
    silent: dict[str, Any] = {"auto_responses": [], "sla": [], "channels": {}}
    document = a_config(routing=routing, **silent, **parts)
    answer = await world.http.put("/v1/config", json=document, headers=ADMIN)
    assert answer.status_code == 200, answer.text
    await world.tick()


async def switch(world: World, agent: str, *, on: bool) -> None:
    path = f"/v1/agents/{agent}/availability"
    answer = await world.http.put(path, json={"available": on}, headers=ADMIN)
    assert answer.status_code == 200, answer.text


async def owners(world: World, leads: int) -> list[str | None]:
    """Who gets the next ones: as the answers to the deliveries say."""
    answers = [await world.receives() for _ in range(leads)]
    return [each["leads"][0]["owner"] for each in answers]


async def place(world: World, agent: str) -> int | None:
    (turn,) = [
        each
        for each in (await world.get(f"/v1/agents/{agent}"))["turn"]
        if each["team"] == "sarasota"
    ]
    next_in_line: int | None = turn["next_in_line"]
    return next_in_line


@pytest.mark.parametrize(
    ("policy", "places", "nexts"),
    [
        # Next at once, but no more: every three leads go round.
        ("hold_position", {"cara": 1, "ben": 2, "dana": 3}, "cara ben dana cara ben dana"),
        # All that went by while she was away, until she is level with the others.
        ("catch_up", {"cara": 1, "ben": 2, "dana": 3}, "cara cara ben cara dana ben"),
        # Level with dana, who is the furthest ahead: ben comes first.
        ("baseline", {"ben": 1, "cara": 2, "dana": 3}, "ben cara dana ben cara dana"),
    ],
)
async def test_who_was_away_for_five_leads_comes_back_as_the_policy_says(
    world: World, policy: str, places: dict[str, int], nexts: str
) -> None:
    await put(world, after_absence=policy)
    assert await owners(world, 3) == ["dana", "ben", "cara"]
    await switch(world, "cara", on=False)
    assert await owners(world, 5) == ["dana", "ben", "dana", "ben", "dana"]
    assert await place(world, "cara") is None
    await switch(world, "cara", on=True)

    assert {each: await place(world, each) for each in places} == places
    assert await owners(world, 6) == nexts.split()


@pytest.mark.parametrize("policy", ["hold_position", "catch_up", "baseline"])
async def test_a_new_hire_starts_level_whatever_the_policy_says(world: World, policy: str) -> None:
    await put(world, after_absence=policy)
    await owners(world, 4)
    await put(
        world,
        after_absence=policy,
        agents=[*a_config()["agents"], {"id": "eve", "name": "Eve", "reach": ["push"]}],
        teams={"sarasota": {"members": ["dana", "ben", "cara", "eve"], "manager": "maria"}},
    )
    eve = await world.get("/v1/agents/eve")

    assert eve["turn"][0]["passed"] == eve["turn"][0]["floor"] > 0
    assert (eve["share"], eve["fair_share"], eve["owed"]) == (0, 0, 0)
    assert await owners(world, 1) == ["eve"]
    assert Counter(await owners(world, 4)) == {"dana": 1, "ben": 1, "cara": 1, "eve": 1}


async def test_weights_hold_before_during_and_after_an_absence(world: World) -> None:
    agents = [
        {**each, "weight": 2} if each["id"] == "dana" else each for each in a_config()["agents"]
    ]
    await put(world, strategy="weighted", agents=agents)
    before = Counter(await owners(world, 8))
    await switch(world, "dana", on=False)
    during = Counter(await owners(world, 6))
    await switch(world, "dana", on=True)
    back = await owners(world, 2)
    after = Counter(await owners(world, 8))
    dana = await world.get("/v1/agents/dana")

    assert before == after == {"dana": 4, "ben": 2, "cara": 2}
    assert during == {"ben": 3, "cara": 3}
    # She is next in line, and at her weight a turn is two leads: all that hold_position gives.
    assert back == ["dana", "dana"]
    # Of the 18 leads that she could have taken half were hers.
    assert (dana["share"], dana["fair_share"], dana["owed"]) == (10 / 24, 9 / 24, -1)
