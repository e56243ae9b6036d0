"""Leads whose decisions are looked at: a few rules, somebody who asks, what happens meanwhile."""

from typing import Any

from tests.world import ADMIN, World, a_config

RULES: list[dict[str, Any]] = [
    {"name": "rich", "when": {"extra.budget": "high"}, "to": {"team": "luxury"}},
    {
        "name": "spanish",
        "when": {"language": "es"},
        "to": {"team": "sarasota", "strategy": "first_to_claim", "offer_for": "2m"},
    },
    {
        "name": "near",
        "when": {"zip": "342*"},
        "to": {"team": "sarasota", "strategy": "weighted", "prefer": {"zips": "match"}},
    },
    {"name": "everyone", "to": {"team": "sarasota", "strategy": "least_loaded"}},
]
ROUTING = {"rules": RULES, "nobody_available": {"to": "manager"}}
GRACE = {
    "source": "crm-import",
    "first_name": "Gracecanary",
    "last_name": "Canary",
    "email": "canary@example.com",
    "phone": "+19415550188",
    "message": "canary would like to see it",
    "property": {"address": "1 Canary Lane", "city": "Canaryville", "zip": "34236", "price": 5},
    "campaign": {"name": "canary-campaign"},
    "extra": {"budget": "canary-budget", "maiden_name": "Canary"},
}


async def lead(world: World, **changes: Any) -> str:
    answer = await world.post("/v1/leads", **{**GRACE, **changes})
    assert answer.status_code == 201, answer.text
    await world.settle()
    lead_id: str = answer.json()["leads"][0]["id"]
    return lead_id


async def stranger(world: World, number: int, **changes: Any) -> str:
    me: dict[str, Any] = {
        "email": f"canary{number}@example.com",
        "phone": None,
        "property": {},
        "extra": {},
    }
    return await lead(world, **{**me, **changes})


async def again(world: World, lead_id: str) -> list[dict[str, Any]]:
    found = await world.get(f"/v1/leads/{lead_id}/decisions", recompute=True)
    decisions: list[dict[str, Any]] = found["items"]
    return decisions


async def put_config(world: World, **changes: Any) -> None:
    answer = await world.http.put("/v1/config", json=a_config(**changes), headers=ADMIN)
    assert answer.status_code == 200, answer.text


async def away(world: World, agent: str, *, until: str | None = None) -> None:
    said = {"available": False, "until": until}
    path = f"/v1/agents/{agent}/availability"
    answer = await world.http.put(path, json=said, headers=ADMIN)
    assert answer.status_code == 200, answer.text
