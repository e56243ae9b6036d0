"""`/v1/reports/fairness`: the books of each team, from the decisions as they were stored."""

from typing import Any

import pytest

from app.store import ledger
from tests.api.callers import a_key
from tests.world import ADMIN, World, a_config

REPORT = "/v1/reports/fairness"


async def books(world: World, team: str = "sarasota", **params: Any) -> dict[str, Any]:
    report = await world.get(REPORT, **params)
    return next(each for each in report["items"] if each["team"] == team)


async def accounts(world: World, team: str = "sarasota", **params: Any) -> dict[str, Any]:
    return {each["agent"]: each for each in (await books(world, team, **params))["members"]}


async def put(world: World, **changes: Any) -> None:
    answer = await world.http.put("/v1/config", json=a_config(**changes), headers=ADMIN)
    assert answer.status_code == 200, answer.text
    await world.tick()


async def switch(world: World, agent: str, *, on: bool) -> None:
    path = f"/v1/agents/{agent}/availability"
    answer = await world.http.put(path, json={"available": on}, headers=ADMIN)
    assert answer.status_code == 200, answer.text


async def test_before_the_first_lead_everybody_has_nothing_and_is_owed_nothing(
    world: World,
) -> None:
    report = await world.get(REPORT)

    assert (report["from"], report["to"]) == ("2026-02-14T16:00:00Z", "2026-03-16T16:00:00Z")
    assert [each["team"] for each in report["items"]] == ["luxury", "sarasota"]
    for team in report["items"]:
        assert (team["counted"], team["max_deviation"]) == (0, 0)
        for member in team["members"]:
            assert (member["owed"], member["share"], member["fair_share"]) == (0, None, None)


async def test_who_was_away_is_not_owed_and_the_books_say_what_went_by(world: World) -> None:
    await switch(world, "cara", on=False)
    for _ in range(4):
        await world.a_lead()
    await switch(world, "cara", on=True)
    await world.a_lead()
    team = await books(world)
    members = {each["agent"]: each for each in team["members"]}

    assert (team["counted"], team["strategies"]) == (5, {"round_robin": 5})
    assert team["floor"] == (await world.get("/v1/agents/cara"))["turn"][0]["floor"] > 0
    assert {each: it["leads"]["by_turn"] for each, it in members.items()} == {
        "ben": 2,
        "cara": 1,
        "dana": 2,
    }
    third = round(1 / 3, 4)
    assert members["cara"]["entitled"] == third
    assert members["cara"]["owed"] == round(1 / 3 - 1, 4)
    assert members["dana"]["owed"] == members["ben"]["owed"] == third
    assert members["cara"]["passed_while_away"] == {"paused_by_manager": 4}
    assert members["cara"]["why"].endswith(
        "4 leads went by (4 while they were switched off by somebody else), which hold_position "
        "does not make up for: who comes back is next in line at best."
    )
    assert sum(each["share"] for each in members.values()) == pytest.approx(1)


async def test_every_way_to_a_lead_has_its_column(world: World) -> None:
    rules = [
        {"name": "named", "when": {"price": {"min": 900_000}}, "to": {"agent": "ben"}},
        {"name": "pond", "when": {"price": {"min": 500_000}}, "to": {"pond": "sarasota"}},
        {"name": "everyone", "to": {"team": "sarasota"}},
    ]
    await put(world, routing={"rules": rules})
    await world.a_lead(price="950000")
    pond = await world.a_lead(price="600000")
    assert (await world.post(f"/v1/leads/{pond}/claim", by="cara")).status_code == 200
    by_turn = await world.a_lead(email="canary-again@example.com")
    assert (await world.post(f"/v1/leads/{by_turn}/assign", owner="ben")).status_code == 200
    await world.post(f"/v1/leads/{by_turn}/status", status="lost")
    await world.receives(email="canary-again@example.com")
    members = await accounts(world)

    used = {
        agent: {way: count for way, count in it["leads"].items() if count}
        for agent, it in members.items()
    }
    assert used == {
        "ben": {"named": 1, "assigned": 1, "returning": 1},
        "cara": {"claimed": 1},
        "dana": {"by_turn": 1},
    }
    # The claim cost a turn, the assignment did not: two leads are shared out.
    assert {agent: it["taken"] for agent, it in members.items()} == {"ben": 0, "cara": 1, "dana": 1}
    assert sum(it["owed"] for it in members.values()) == pytest.approx(0, abs=1e-3)


async def test_a_persons_assignment_costs_a_turn_where_the_document_says_so(world: World) -> None:
    routing = a_config()["routing"] | {"turns": {"manual_assignments": True}}
    await put(world, routing=routing)
    first = await world.a_lead()
    assert await world.owner_of(first) == "dana"
    await world.post(f"/v1/leads/{first}/assign", owner="ben", reason="knows the area")
    await world.post(f"/v1/leads/{first}/assign", owner="ben", reason="again")
    owners = [await world.owner_of(await world.a_lead()) for _ in range(4)]
    members = await accounts(world)

    assert owners == ["cara", "dana", "ben", "cara"]
    assert {each: it["taken"] for each, it in members.items()} == {"ben": 2, "cara": 2, "dana": 2}
    assert {each: it["owed"] for each, it in members.items()} == {"ben": 0, "cara": 0, "dana": 0}


async def test_to_confirm_an_owner_by_hand_costs_no_second_turn(world: World) -> None:
    routing = a_config()["routing"] | {"turns": {"manual_assignments": True}}
    await put(world, routing=routing)
    first = await world.a_lead()
    await world.post(f"/v1/leads/{first}/assign", owner="dana", reason="yes, hers")

    assert [await world.owner_of(await world.a_lead()) for _ in range(3)] == ["ben", "cara", "dana"]


async def test_a_declined_lead_gives_its_turn_back_and_counts_for_nobody(world: World) -> None:
    declined = await world.a_lead()
    assert await world.owner_of(declined) == "dana"
    said = await world.post(f"/v1/leads/{declined}/decline", by="dana", reason="not my area")
    assert said.status_code == 200, said.text
    members = await accounts(world)
    timeline = (await world.get(f"/v1/leads/{declined}/timeline"))["items"]

    assert await world.owner_of(declined) == "ben"
    assert (members["dana"]["declined"], members["dana"]["taken"]) == (1, 0)
    assert members["dana"]["passed_while_away"] == {"lost_this_lead:declined": 1}
    assert [each["data"]["agent"] for each in timeline if each["type"] == "lead.turn_returned"] == [
        "dana"
    ]
    # Level with cara again, who has waited longer.
    owners = [await world.owner_of(await world.a_lead()) for _ in range(3)]
    assert owners == ["cara", "dana", "ben"]


async def test_a_report_is_read_in_pages_and_comes_to_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await switch(world, "ben", on=False)
    for _ in range(7):
        await world.a_lead()
    whole = await world.get(REPORT)
    for size in (1, 2, 7):
        monkeypatch.setattr(ledger, "AT_ONCE", size)
        assert await world.get(REPORT) == whole


async def test_a_report_may_be_of_one_team_and_of_any_stretch_of_time(world: World) -> None:
    await world.a_lead()
    await world.advance(hours=1)
    await world.a_lead()
    await world.advance(hours=1)

    def counted(report: Any) -> dict[str, int]:
        return {each["team"]: each["counted"] for each in report["items"]}

    assert counted(await world.get(REPORT, team="sarasota")) == {"sarasota": 2}
    assert counted(await world.get(REPORT, team="luxury")) == {"luxury": 0}
    first = await world.get(REPORT, to="2026-03-16T17:00:00Z")
    second = await world.get(REPORT, **{"from": "2026-03-16T17:00:00Z"})
    assert [counted(each)["sarasota"] for each in (first, second)] == [1, 1]


@pytest.mark.parametrize(
    ("params", "status", "told"),
    [
        ({"team": "nowhere"}, 404, "There is no team nowhere."),
        ({"from": "2026-03-17T00:00:00Z"}, 422, "must be earlier than `to`"),
        ({"to": "0001-01-02T00:00:00Z"}, 422, "lies before there was any lead"),
        ({"from": "yesterday"}, 422, "from"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    world: World, params: dict[str, str], status: int, told: str
) -> None:
    answer = await world.http.get(REPORT, params=params, headers=ADMIN)

    assert answer.status_code == status
    assert told in answer.text


async def test_a_key_that_is_limited_to_teams_sees_their_books_alone(world: World) -> None:
    await world.a_lead()
    limited = await a_key(world, "viewer", teams=("luxury",))
    own = await world.http.get(REPORT, headers=limited)
    other = await world.http.get(REPORT, params={"team": "sarasota"}, headers=limited)

    assert [each["team"] for each in own.json()["items"]] == ["luxury"]
    assert other.status_code == 404
