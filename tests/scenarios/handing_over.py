"""What tests of hand-overs look at: owners, losses, loads, and what people were told."""

from collections import Counter
from typing import Any
from uuid import UUID

from app.domain.lead import CLOSED, Lead
from app.jobs.deliver import Deliverer
from app.store import leads, tables
from tests.faults.staging import rows
from tests.world import ADMIN, World, a_config

REASSIGNING = [
    {
        "name": "speed-to-lead",
        "when": {"status": "new"},
        "steps": [
            {"name": "nudge", "after": "3m", "remind": "owner", "via": ["push"]},
            {
                "name": "manager",
                "after": "5m",
                "escalate": "manager",
                "via": ["push"],
                "reassign": True,
            },
            {
                "name": "again",
                "after": "10m",
                "escalate": "manager",
                "via": ["push"],
                "reassign": True,
            },
            {
                "name": "last",
                "after": "15m",
                "escalate": "manager",
                "via": ["push"],
                "reassign": True,
            },
        ],
    }
]
"""Three deadlines that each pass the lead on, and an automation that may do so twice."""


def a_strict_config(**changes: Any) -> dict[str, Any]:
    """A config whose deadlines pass leads on."""
    return a_config(**{"sla": REASSIGNING, "auto_responses": []} | changes)


async def lead_of(world: World, lead_id: str | UUID) -> Lead:
    async with world.held.database.reading() as tx:
        return await leads.get(tx, UUID(str(lead_id)))


async def losses(world: World, lead_id: str | UUID) -> list[tuple[str, str]]:
    return [(each.agent, each.code.value) for each in (await lead_of(world, lead_id)).lost_by]


async def loads_add_up(world: World) -> None:
    """Everybody is counted as many open leads as they own."""
    owned = Counter(
        row["owner"]
        for row in await rows(world.held.database, tables.leads)
        if row["owner"] and row["status"] not in CLOSED and row["merged_into"] is None
    )
    counted = {
        row["agent"]: row["open_leads"] for row in await rows(world.held.database, tables.agents)
    }
    assert {agent: number for agent, number in counted.items() if number} == dict(owned)


async def facts(world: World, lead_id: str | UUID, kind: str) -> list[dict[str, Any]]:
    timeline = await world.get(f"/v1/leads/{lead_id}/timeline")
    return [each["data"] for each in timeline["items"] if each["type"] == kind]


async def decisions(world: World, lead_id: str | UUID) -> list[dict[str, Any]]:
    listed = await world.get(f"/v1/leads/{lead_id}/decisions")
    return list(listed["items"])


async def everything_is_sent(world: World) -> None:
    """Whatever waits to be said has its turn, where nothing is sent but by hand."""
    deliver = Deliverer(world.held)
    for row in await rows(world.held.database, tables.messages):
        await deliver(row["id"])


async def switch(world: World, agent: str, *, on: bool, until: str | None = None) -> None:
    answer = await world.http.put(
        f"/v1/agents/{agent}/availability",
        json={"available": on, "until": until},
        headers=ADMIN,
    )
    assert answer.status_code == 200, answer.text
