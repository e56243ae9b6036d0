"""One asking, however often it is delivered, at once or months later, is one lead."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.store import tables
from app.store.tables import clocks, leads
from tests.faults.staging import another_process, rows
from tests.world import ADMIN, FORM, World

FIFTY = 50

_GOOGLE = {
    "lead_id": "9007199254740993",
    "google_key": "invented-shared-key",
    "user_column_data": [
        {"column_id": "FULL_NAME", "string_value": "Canary Kim"},
        {"column_id": "EMAIL", "string_value": "grace.canary@example.com"},
    ],
}
_ZILLOW = {
    "Type": "Notification",
    "MessageId": "3f6c1d7a-0000-4000-8000-00000000a002",
    "TopicArn": "arn:aws:sns:us-east-1:000000000000:canary",
    "Message": json.dumps(
        {
            "ContactMessage": {
                "ContactInfo": {
                    "CommunicationGUID": "7b0d6a0e-0000-4f0a-9d7b-4c1f0a2be902",
                    "ContactName": "Canary Kim",
                    "ContactEmail": "grace.canary@example.com",
                }
            }
        }
    ),
    "Timestamp": "2026-03-14T15:22:08.114Z",
}
_REALTOR = {
    "Lead": {
        "lead_info": {
            "lead_guid": "a1000000-0000-4000-8000-000000000002",
            "lead_consumer_info": {
                "first_name": "Canary",
                "email": "grace.canary@example.com",
            },
        }
    }
}

DELIVERIES: dict[str, dict[str, Any]] = {
    "web-form": {
        "url": FORM,
        "data": {"first_name": "Canary", "email": "grace.canary@example.com", "message": "canary"},
    },
    "google-ads": {"url": "/webhooks/google-ads", "json": _GOOGLE},
    "realtor-com": {
        "url": "/webhooks/realtor",
        "json": _REALTOR,
        "headers": {"X-API-Key": "realtor-key-of-tests"},
    },
    "zillow-tech-connect": {
        "url": "/webhooks/zillow",
        "json": _ZILLOW,
        "auth": ("zillow", "zillow-password"),
    },
    "canonical": {
        "url": "/v1/leads",
        "headers": ADMIN,
        "json": {
            "source": "crm",
            "external_id": "canary-77",
            "first_name": "Canary",
            "email": "grace.canary@example.com",
        },
    },
}

every_kind = pytest.mark.parametrize("kind", sorted(DELIVERIES))


async def _all_at_once(
    clients: Sequence[httpx.AsyncClient], delivery: dict[str, Any], times: int
) -> list[dict[str, Any]]:
    answers = await asyncio.gather(
        *(clients[each % len(clients)].post(**delivery) for each in range(times))
    )
    assert {answer.status_code for answer in answers} <= {200, 201}, answers[0].text
    return [answer.json() for answer in answers]


async def _one_of_everything(world: World, lead_id: str) -> None:
    """One lead, one owner, one set of clocks, one greeting, one alert."""
    database = world.held.database
    lead = [row for row in await rows(database, leads)]  # noqa: C416 - read, then unpacked.
    assert [(str(row["id"]), row["owner"]) for row in lead] == [(lead_id, "dana")]
    assert sorted(row["step"] for row in await rows(database, clocks)) == [
        "director",
        "manager",
        "nudge",
    ]
    said = Counter(row["kind"] for row in await rows(database, tables.messages))
    assert said == {"auto_response": 1, "owner_alert": 1}
    assert len(await rows(database, tables.decisions)) == 1
    assert len(await rows(database, tables.inquiries)) == 1


@every_kind
async def test_fifty_at_once_make_one_lead(world: World, kind: str) -> None:
    answers = await _all_at_once([world.http], DELIVERIES[kind], FIFTY)
    await world.settle()

    assert Counter(each["status"] for each in answers) == {"accepted": 1, "duplicate": FIFTY - 1}
    [lead_id] = {lead["id"] for each in answers for lead in each["leads"]}
    assert {lead["owner"] for each in answers for lead in each["leads"]} == {"dana"}
    await _one_of_everything(world, lead_id)
    assert len(world.mails("grace.canary@example.com")) == len(world.pushes("dana")) == 1
    assert len(await rows(world.held.database, tables.deliveries)) == FIFTY


@pytest.mark.parametrize("kind", ["google-ads", "realtor-com", "zillow-tech-connect", "canonical"])
async def test_the_same_id_is_the_same_asking_months_later(world: World, kind: str) -> None:
    [first] = await _all_at_once([world.http], DELIVERIES[kind], 1)
    await world.settle()
    world.clock.at += timedelta(days=80)

    later = await _all_at_once([world.http], DELIVERIES[kind], 5)

    assert [each["status"] for each in later] == ["duplicate"] * 5
    assert {lead["id"] for each in later for lead in each["leads"]} == {first["leads"][0]["id"]}
    await _one_of_everything(world, first["leads"][0]["id"])


async def test_the_same_form_is_another_asking_on_another_day(world: World) -> None:
    [first] = await _all_at_once([world.http], DELIVERIES["web-form"], 1)
    world.clock.at += timedelta(hours=24)

    [later] = await _all_at_once([world.http], DELIVERIES["web-form"], 1)

    assert later["status"] == "updated"
    assert later["leads"][0]["id"] == first["leads"][0]["id"]


@every_kind
async def test_fifty_at_once_to_two_processes_make_one_lead(world: World, kind: str) -> None:
    async with another_process(world) as other:
        answers = await _all_at_once([world.http, other.http], DELIVERIES[kind], FIFTY)
        await other.settle()
        await world.settle()

    assert Counter(each["status"] for each in answers) == {"accepted": 1, "duplicate": FIFTY - 1}
    [lead_id] = {lead["id"] for each in answers for lead in each["leads"]}
    await _one_of_everything(world, lead_id)
    assert len(world.mails("grace.canary@example.com")) == 1


async def test_one_person_asking_in_five_ways_at_once_is_one_lead(world: World) -> None:
    async with another_process(world) as other:
        clients = [world.http, other.http]
        answers = await asyncio.gather(
            *(
                client.post(**delivery)
                for client, delivery in zip(clients * 3, DELIVERIES.values(), strict=False)
            )
        )

    told = [answer.json() for answer in answers]
    assert Counter(each["status"] for each in told) == {"accepted": 1, "updated": 4}
    [lead] = await rows(world.held.database, leads)
    assert {UUID(lead["id"]) for each in told for lead in each["leads"]} == {lead["id"]}


async def test_a_repeated_idempotency_key_gets_the_first_answer(world: World) -> None:
    delivery = DELIVERIES["canonical"]
    keyed = {**delivery, "headers": {**ADMIN, "Idempotency-Key": "canary-key-1"}}

    answers = await _all_at_once([world.http], keyed, FIFTY)

    assert [each["status"] for each in answers] == ["accepted"] * FIFTY
    assert all(each == answers[0] for each in answers)
    assert len(await rows(world.held.database, leads)) == 1
