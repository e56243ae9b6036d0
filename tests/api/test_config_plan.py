"""`POST /v1/config/plan`: what a document would change, without any effect; then exactly that."""

import asyncio

from tests.api.callers import another_process
from tests.world import ADMIN, World, a_config

PLAN = "/v1/config/plan"


async def test_a_plan_tells_differences_and_what_follows_for_what_is_under_way(
    world: World,
) -> None:
    assert await world.owner_of(await world.a_lead()) == "dana"
    draft = a_config(
        agents=[each for each in a_config()["agents"] if each["id"] != "dana"],
        teams={"sarasota": {"members": ["ben", "cara"], "manager": "maria"}},
        routing={"rules": [{"name": "everyone", "to": {"team": "sarasota"}}]},
        sla=[{**a_config()["sla"][0], "stops_on": "connected"}],
    )
    answer = await world.post(PLAN, **draft)
    plan = answer.json()

    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert (plan["version"], plan["differs"]) == (1, True)
    lines = [f"{each['section']} {each['text']}" for each in plan["differences"]]
    assert lines[0].startswith("agents - dana: {id: dana, name: Dana Okafor")
    assert lines[1:] == [
        "teams ~ sarasota.members: - dana",
        "teams - luxury: {members: [dana], manager: otto}",
        "routing - rules.luxury: {name: luxury, when: {price: {min: 1000000}}, to: {team: luxury}}",
        "routing - rules.everyone.to.strategy: round_robin",
        "sla ~ speed-to-lead.stops_on: attempted → connected",
    ]
    assert plan["differences"][-1] == {
        "kind": "changed",
        "section": "sla",
        "path": "speed-to-lead.stops_on",
        "old": "attempted",
        "new": "connected",
        "text": "~ speed-to-lead.stops_on: attempted → connected",
    }
    assert [each.partition(":")[0].partition(" is ")[0] for each in plan["consequences"]] == [
        "dana",
        "policy speed-to-lead",
    ]
    assert "owns 1 open lead" in plan["consequences"][0]
    assert "3 running clocks keep their deadline" in plan["consequences"][1]
    assert (await world.get("/v1/config"))["version"] == 1


async def test_what_is_in_force_differs_in_nothing(world: World) -> None:
    plan = (await world.post(PLAN, **await world.get("/v1/config"))).json()

    assert (plan["differs"], plan["differences"], plan["consequences"]) == (False, [], [])


async def test_a_plan_of_a_bad_document_is_refused_as_putting_it_would_be(world: World) -> None:
    bad = a_config(colour="red")
    refused = await world.post(PLAN, **bad)
    put = await world.http.put("/v1/config", json=bad, headers=ADMIN)

    assert (
        (refused.status_code, refused.json()) == (put.status_code, put.json()) == (422, put.json())
    )


async def test_of_two_who_planned_against_the_same_version_one_gets_what_they_planned(
    world: World,
) -> None:
    """Two processes, two documents, one tag: the other is told which version is in force."""
    drafts = [a_config(sla=[]), a_config(auto_responses=[])]
    async with another_process(world) as http:
        plans = [
            await each.post(PLAN, json=draft, headers=ADMIN)
            for each, draft in zip((world.http, http), drafts, strict=True)
        ]
        answers = await asyncio.gather(
            *(
                each.put(
                    "/v1/config", json=draft, headers={**ADMIN, "If-Match": plan.headers["etag"]}
                )
                for each, draft, plan in zip((world.http, http), drafts, plans, strict=True)
            )
        )
    won, lost = sorted(answers, key=lambda each: each.status_code)

    assert (won.status_code, lost.status_code) == (200, 412)
    assert lost.json()["current_version"] == won.json()["version"] == 2
    assert lost.json()["detail"] == ("The config is at version 2 now: read it again, then apply.")
    assert (await world.get("/v1/config"))["config"] == drafts[answers.index(won)]
