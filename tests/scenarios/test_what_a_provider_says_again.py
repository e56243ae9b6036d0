"""A provider speaks of a lead or a person it told us of before."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.world import World, a_config, a_form, open_world

CRM_KEY = "crm-key-of-tests"


@pytest.fixture
async def agency(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    sources = a_config()["sources"] | {"crm": {"kind": "follow-up-boss", "api_key": CRM_KEY}}
    async with open_world(database_url, smtp, ntfy, config=a_config(sources=sources)) as opened:
        yield opened


def basic(user: str, password: str = "") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


async def from_zillow(world: World, **contact: Any) -> httpx.Response:
    info = {
        "CommunicationGUID": "guid-1",
        "ContactName": "Canary Vega",
        "ContactEmail": "canary-token@convo.zillow.com",
        **contact,
    }
    body = json.dumps({"Source": "zillow", "ContactMessage": {"ContactInfo": info}})
    answer = await world.http.post(
        "/webhooks/zillow", content=body, headers=basic("zillow", "zillow-password")
    )
    await world.settle()
    return answer


async def from_crm(world: World, **event: Any) -> httpx.Response:
    answer = await world.http.post("/v1/events", json=event, headers=basic(CRM_KEY))
    await world.settle()
    return answer


async def test_an_update_is_the_lead_it_updates_even_if_only_a_relay_address_is_known(
    agency: World,
) -> None:
    first = (await from_zillow(agency)).json()["leads"][0]
    await agency.a_lead()
    await agency.advance(seconds=1)
    update = await from_zillow(agency, Update=True, ContactMessage="canary asks: still there?")

    assert update.json()["status"] == "updated"
    assert update.json()["leads"][0]["id"] == first["id"]
    lead = await agency.get(f"/v1/leads/{first['id']}")
    assert lead["owner"] == first["owner"]
    assert [each["asked"].get("message") for each in lead["inquiries"]] == [
        None,
        "canary asks: still there?",
    ]


async def test_an_update_of_a_lead_that_never_came_is_a_lead(agency: World) -> None:
    update = await from_zillow(agency, CommunicationGUID="never-seen", Update=True)

    assert update.json()["status"] == "accepted"
    assert update.json()["leads"][0]["owner"] is not None


async def test_a_relay_address_makes_no_two_people_one(agency: World) -> None:
    one = await from_zillow(agency, ContactName="Canary Vega")
    other = await from_zillow(agency, ContactName="Canary Okoro", CommunicationGUID="guid-2")

    assert [each.json()["status"] for each in (one, other)] == ["accepted", "accepted"]


async def test_whoever_unsubscribes_is_known_to_want_no_messages_and_nobody_is_alarmed(
    agency: World,
) -> None:
    lead_id = await agency.a_lead(email="canary.ana@example.com")
    before = await agency.get(f"/v1/leads/{lead_id}")
    told = len(agency.ntfy.messages)

    for _ in range(2):
        answer = await from_crm(
            agency, type="Unsubscribed", person={"emails": [{"value": "canary.ana@example.com"}]}
        )
        assert (answer.status_code, answer.json()["status"]) == (200, "updated")
        assert answer.json()["leads"][0]["id"] == lead_id

    lead = await agency.get(f"/v1/leads/{lead_id}")
    assert lead["consent"]["email"] is False
    assert lead["consent"]["sms"] is False
    assert lead["owner"] == before["owner"]
    assert lead["sla"] == before["sla"]
    assert len(agency.ntfy.messages) == told


async def test_a_stranger_who_unsubscribes_is_no_lead(agency: World) -> None:
    answer = await from_crm(
        agency, type="Unsubscribed", person={"emails": [{"value": "canary.stranger@example.com"}]}
    )

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await agency.get("/v1/leads"))["items"] == []
    [delivery] = (await agency.get("/v1/deliveries"))["items"]
    assert delivery["status"] == "accepted"


async def test_a_number_that_is_nobodys_makes_no_two_people_one(agency: World) -> None:
    name = {"first_name": "Canary", "last_name": "Smith", "phone": "+1 000 000 0000"}
    one = await agency.receives(a_form(1, **name, email=""))
    other = await agency.receives(a_form(2, **name, email=""))

    assert [each["status"] for each in (one, other)] == ["accepted", "accepted"]
