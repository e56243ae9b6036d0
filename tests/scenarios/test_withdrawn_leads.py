"""A person takes their asking back at its source: nobody answers it any more."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from app.api.grouping import GroupCommit
from app.domain.delivery import Reading, Webhook
from app.domain.identifiers import new_id
from app.domain.lead import Inquiry
from app.domain.message import MessageKind
from app.flow.arrivals import Arrival, Taken
from app.store import tables
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import another_process, facts_of, message_of, rows
from tests.scenarios.lead_ads import delivery_of, lead_of
from tests.world import World, a_config, open_world

SECRET = "invented-linkedin-secret"  # 24 characters
URN = "urn:li:leadGenFormResponse:00000000-0000-4000-8000-0000000canary"


@pytest.fixture
async def world(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    """LinkedIn's leads cannot be fetched here: there is no token, so they stay held."""
    config = a_config()
    config["sources"]["linkedin"] = {"kind": "linkedin", "signing_secret": SECRET}
    async with open_world(database_url, smtp, ntfy, config=config) as opened:
        yield opened


async def _says(world: World, action: str, urn: str = URN) -> dict[str, Any]:
    body = json.dumps(
        {
            "type": "LEAD_ACTION",
            "leadGenFormResponse": urn,
            "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:500000001"},
            "leadAction": action,
            "occurredAt": 1773676790000,
        }
    ).encode()
    signature = hmac.new(SECRET.encode(), b"hmacsha256=" + body, hashlib.sha256).hexdigest()
    answer = await world.http.post(
        "/webhooks/linkedin", content=body, headers={"X-LI-Signature": signature}
    )
    assert answer.status_code == 200, answer.text
    await world.settle()
    taken: dict[str, Any] = answer.json()
    return taken


async def _take(world: World, reading: Reading, body: bytes = b"canary") -> Taken:
    """A delivery of the website that reads like this."""
    now = world.clock()
    webhook = Webhook("website", body)
    intake = cast(GroupCommit, world.app.state.serving.intake)
    taken = await intake.take(Arrival(new_id(now), "web-form", webhook, now, reading))
    await world.settle()
    return taken


def _asks(key: str, **known: Any) -> Reading:
    inquiry = Inquiry(
        source="website", dedupe_key=key, first_name="Grace", email="grace.canary@example.com"
    )
    return Reading((inquiry,), **known)


async def test_what_is_taken_back_while_it_is_held_is_closed_and_asked_for_no_more(
    world: World,
) -> None:
    created = await _says(world, "CREATED")
    assert created["status"] == "held"

    deleted = await _says(world, "DELETED")
    await world.advance(hours=40)

    assert (deleted["status"], deleted["leads"][0]["status"]) == ("updated", "updated")
    assert deleted["leads"][0]["id"] == created["leads"][0]["id"]
    lead = await lead_of(world, created)
    assert (lead["status"], lead["held"]) == ("lost", False)
    assert [each["state"] for each in lead["sla"]] == ["cancelled"] * 3
    timeline = await world.get(f"/v1/leads/{lead['id']}/timeline")
    assert [
        (each["type"], each["data"].get("reason"))
        for each in timeline["items"]
        if each["type"] in {"lead.updated", "lead.status_changed"}
    ] == [
        ("lead.updated", "withdrawn at the source"),
        ("lead.status_changed", "withdrawn at the source"),
    ]
    assert (await message_of(world, MessageKind.FETCH)).state == "suppressed"
    assert (await delivery_of(world, created))["status"] == "accepted"
    assert (await delivery_of(world, deleted))["status"] == "updated"
    assert world.ntfy.messages == []


async def test_taking_back_again_changes_nothing(world: World) -> None:
    created = await _says(world, "CREATED")
    await _says(world, "DELETED")
    before = await facts_of(world, created["leads"][0]["id"])
    await world.post(f"/v1/leads/{created['leads'][0]['id']}/status", status="attempted")

    async with another_process(world) as other:
        again = await _says(other, "DELETED")

    assert (again["status"], again["leads"][0]["status"]) == ("duplicate", "duplicate")
    lead = await lead_of(world, created)
    assert lead["status"] == "attempted"
    assert len(await facts_of(world, lead["id"])) == len(before) + 1
    replay = await world.post(f"/v1/deliveries/{created['delivery_id']}/replay")
    assert replay.json()["status"] == "duplicate"
    assert (await lead_of(world, created))["held"] is False


async def test_taking_back_what_nobody_told_us_of_is_no_lead(world: World) -> None:
    deleted = await _says(world, "DELETED")

    assert (deleted["status"], deleted["leads"]) == ("accepted", [])
    assert await rows(world.held.database, tables.leads) == []

    late = await _says(world, "CREATED")
    assert late["status"] == "held"
    assert (await _says(world, "DELETED"))["status"] == "updated"
    assert (await lead_of(world, late))["status"] == "lost"


async def test_a_lead_with_an_owner_is_closed_and_its_owner_has_one_less(world: World) -> None:
    taken = await _take(world, _asks("key-1"))
    lead_id = taken.leads[0].id
    assert await world.owner_of(str(lead_id)) == "dana"

    back = await _take(world, Reading(withdrawn=("key-1",)), b"taken back")
    await world.advance(days=1)

    assert (back.status, back.leads[0].id) == ("updated", lead_id)
    lead = await world.get(f"/v1/leads/{lead_id}")
    assert (lead["status"], lead["owner"]) == ("lost", "dana")
    assert [each["state"] for each in lead["sla"]] == ["cancelled"] * 3
    dana = await rows(world.held.database, tables.agents, tables.agents.c.agent == "dana")
    assert [row["open_leads"] for row in dana] == [0]
    assert world.pushes("maria") == []


async def test_who_asked_twice_and_takes_one_back_still_asks(world: World) -> None:
    taken = await _take(world, _asks("key-1"))
    await _take(world, _asks("key-2"), b"again")

    back = await _take(world, Reading(withdrawn=("key-1",)), b"taken back")

    assert back.status == "updated"
    lead = await world.get(f"/v1/leads/{taken.leads[0].id}")
    assert lead["status"] == "new"
    assert {each["state"] for each in lead["sla"]} == {"running"}
    assert list(await facts_of(world, lead["id"]))[-1] == "lead.updated"


async def test_a_converted_lead_stays_converted(world: World) -> None:
    taken = await _take(world, _asks("key-1"))
    await world.post(f"/v1/leads/{taken.leads[0].id}/status", status="converted")

    await _take(world, Reading(withdrawn=("key-1",)), b"taken back")

    assert (await world.get(f"/v1/leads/{taken.leads[0].id}"))["status"] == "converted"


async def test_what_comes_and_is_taken_back_in_one_delivery_is_closed_at_once(
    world: World,
) -> None:
    taken = await _take(world, _asks("key-1", withdrawn=("key-1",)))

    assert [each.status for each in taken.leads] == ["accepted", "updated"]
    assert (await world.get(f"/v1/leads/{taken.leads[0].id}"))["status"] == "lost"


async def test_what_a_known_person_asks_and_takes_back_in_one_delivery_leaves_them_as_they_were(
    world: World,
) -> None:
    known = await _take(world, _asks("key-1"))

    taken = await _take(world, _asks("key-2", withdrawn=("key-2",)), b"both")

    assert {each.id for each in taken.leads} == {known.leads[0].id}
    assert (await world.get(f"/v1/leads/{known.leads[0].id}"))["status"] == "new"
