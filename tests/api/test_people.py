"""`/v1/agents`: who can take a lead and why not, where they stand in line, and their share."""

from typing import Any

import pytest

from app.flow import shares
from tests.world import ADMIN, World, a_config

NIGHTS = {"nights": {"timezone": "America/New_York", "weekly": {"mon-sun": ["20:00-23:00"]}}}
ON_CALL = {
    "managers": {"rotation": {"every": "1w", "starts": "2026-03-16T08:00", "members": ["maria"]}},
    "weekend": {"rotation": {"every": "1w", "starts": "2026-03-16T08:00", "members": ["otto"]}},
    "nights": {"rotation": {"every": "1w", "starts": "2026-03-16T08:00", "members": ["maria"]}},
}
OPEN = "has 1 open lead, the most they take"
TODAY = "has had 1 lead today, the most they take in a day"
SILENT: dict[str, Any] = {"auto_responses": [], "sla": [], "channels": {}}


async def put(world: World, **changes: Any) -> None:
    document = a_config(**SILENT, **changes)
    answer = await world.http.put("/v1/config", json=document, headers=ADMIN)
    assert answer.status_code == 200, answer.text
    await world.tick()


def people(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**each, **changes.get(each["id"], {})} for each in a_config()["agents"]]


async def whys(world: World) -> dict[str, tuple[bool, str]]:
    items = (await world.get("/v1/agents"))["items"]
    for each in items:
        alone = await world.get(f"/v1/agents/{each['id']}")
        assert (alone["available"], alone["why"]) == (each["available"], each["why"])
    return {each["id"]: (each["available"], each["why"]) for each in items}


async def test_everything_that_keeps_somebody_from_a_lead_is_named(world: World) -> None:
    await put(
        world,
        calendars=NIGHTS,
        on_call=ON_CALL,
        agents=people(
            dana={"capacity": {"open": 1, "per_day": 1}},
            ben={"calendar": "nights"},
            cara={"capacity": {"per_day": 1}},
            otto={"calendar": "nights"},
        ),
    )
    leads = [await world.a_lead() for _ in range(2)]
    assert [await world.owner_of(each) for each in leads] == ["dana", "cara"]
    off = {"available": False, "reason": "at a closing"}
    await world.http.put("/v1/agents/ben/availability", json=off, headers=ADMIN)

    assert await whys(world) == {
        "dana": (
            False,
            f"{OPEN}; {TODAY}",
        ),
        "ben": (False, "switched off: at a closing; calendar nights is closed"),
        "cara": (False, TODAY),
        "maria": (True, "always on duty; on call for managers; on call for nights"),
        "otto": (False, "calendar nights is closed; on call for weekend"),
    }
    maria = await world.get("/v1/agents/maria")
    assert (maria["on_call"], maria["turn"]) == (["managers", "nights"], [])
    assert (maria["share"], maria["fair_share"], maria["owed"]) == (None, None, None)


async def test_who_is_next_is_told_for_each_team(world: World) -> None:
    rules = [
        {"name": "dear", "when": {"price": {"min": 1}}, "to": {"team": "luxury"}},
        {"name": "all", "to": {"team": "sarasota"}},
    ]
    teams = {
        "luxury": {"members": ["cara", "dana"], "manager": "otto"},
        "sarasota": {"members": ["dana", "ben", "cara"], "manager": "maria"},
    }
    await put(world, routing={"rules": rules, "after_absence": "catch_up"}, teams=teams)
    await world.a_lead(price="5")
    await world.a_lead()
    off = {"available": False}
    await world.http.put("/v1/agents/ben/availability", json=off, headers=ADMIN)
    items = {each["id"]: each["turn"] for each in (await world.get("/v1/agents"))["items"]}

    def places(agent: str) -> dict[str, int | None]:
        return {each["team"]: each["next_in_line"] for each in items[agent]}

    assert {each: places(each) for each in ("dana", "ben", "cara", "otto")} == {
        "dana": {"luxury": 1, "sarasota": 2},
        "ben": {"sarasota": None},
        "cara": {"luxury": 2, "sarasota": 1},
        "otto": {},
    }
    assert {each["after_absence"] for each in items["dana"]} == {"catch_up"}
    assert (await world.get("/v1/agents/dana"))["turn"] == items["dana"]


async def test_a_list_counts_and_one_person_is_accounted_for(world: World) -> None:
    """Dana weighs 3 of 5 where leads go by weight; ben was away for the last leads."""
    await put(
        world,
        agents=people(dana={"weight": 3}),
        routing={"rules": [{"name": "all", "to": {"team": "sarasota", "strategy": "weighted"}}]},
    )
    for _ in range(5):
        await world.a_lead()
    off = {"available": False}
    await world.http.put("/v1/agents/ben/availability", json=off, headers=ADMIN)
    for _ in range(4):
        await world.a_lead()
    listed = {each["id"]: each for each in (await world.get("/v1/agents"))["items"]}
    alone = {each: await world.get(f"/v1/agents/{each}") for each in ("dana", "ben", "cara")}

    assert {each: listed[each]["fair_share"] for each in alone} == {
        "dana": 3 / 5,
        "ben": 1 / 5,
        "cara": 1 / 5,
    }
    assert {each["owed"] for each in listed.values()} == {None}
    assert {each: it["share"] for each, it in alone.items()} == {
        "dana": 6 / 9,
        "ben": 1 / 9,
        "cara": 2 / 9,
    }
    assert {each: listed[each]["share"] for each in alone} == {
        each: it["share"] for each, it in alone.items()
    }
    # Of five leads among all three, and four among dana and cara.
    assert {each: it["fair_share"] for each, it in alone.items()} == {
        "dana": 6 / 9,
        "ben": 1 / 9,
        "cara": 2 / 9,
    }
    assert {each: it["owed"] for each, it in alone.items()} == {"dana": 0, "ben": 0, "cara": 0}


async def test_one_persons_account_goes_back_by_the_latest_leads_at_most(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(world)
    for _ in range(4):
        await world.a_lead()
        await world.advance(seconds=1)
    monkeypatch.setattr(shares, "LATEST", 2)
    alone = {each: await world.get(f"/v1/agents/{each}") for each in ("dana", "ben", "cara")}

    # The last two leads were cara's and dana's; dana is of two teams, and one of them is idle.
    assert {each: it["share"] for each, it in alone.items()} == {"dana": 0.5, "ben": 0, "cara": 0.5}


async def test_in_a_round_robin_nobody_has_more_of_it_by_weight(world: World) -> None:
    await put(world, agents=people(dana={"weight": 3}))
    for _ in range(3):
        await world.a_lead()
    dana = await world.get("/v1/agents/dana")
    ben = next(each for each in (await world.get("/v1/agents"))["items"] if each["id"] == "ben")

    # She is of luxury as well, which gave out none.
    assert (dana["share"], dana["fair_share"], dana["owed"]) == (1 / 3, 1 / 3, 0)
    assert (ben["share"], ben["fair_share"]) == (1 / 3, 1 / 3)
