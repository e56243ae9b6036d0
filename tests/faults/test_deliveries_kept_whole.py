"""What cannot be read is kept byte for byte, and read again once it can be."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import yaml

from app.store import tables
from tests.faults.staging import rows
from tests.world import ADMIN, FORM, World, a_config, a_form

GOOGLE = "/webhooks/google-ads"
KEY = "invented-shared-key"
ODD = (
    b'{"google_key": "invented-shared-key", "lead_id": "77", "wer": "\xc3\xa9 canary@example.com"}'
)


async def _kept(world: World, delivery_id: str) -> bytes:
    answer = await world.http.get(f"/v1/deliveries/{delivery_id}/body", headers=ADMIN)
    assert answer.status_code == 200
    return answer.content


async def _replay(world: World, delivery_id: str) -> dict[str, Any]:
    answer = await world.post(f"/v1/deliveries/{delivery_id}/replay")
    assert answer.status_code == 200, answer.text
    await world.settle()
    told: dict[str, Any] = answer.json()
    return told


async def _map(world: World) -> None:
    """Say where the odd delivery has its number."""
    config = a_config()
    config["sources"]["website"]["fields"] = {"phone": "fld_2"}
    headers = {**ADMIN, "Content-Type": "text/yaml"}
    answer = await world.http.put("/v1/config", content=yaml.safe_dump(config), headers=headers)
    assert answer.status_code == 200, answer.text


async def test_an_unreadable_delivery_is_kept_byte_for_byte(world: World) -> None:
    answer = await world.http.post(GOOGLE, content=ODD)

    told = answer.json()
    assert (answer.status_code, told["status"], told["leads"]) == (200, "quarantined", [])
    assert await _kept(world, told["delivery_id"]) == ODD
    listed = await world.get("/v1/deliveries", status="quarantined")
    assert [each["id"] for each in listed["items"]] == [told["delivery_id"]]
    assert listed["items"][0]["reason"]


async def test_a_replay_after_the_mapping_changed_routes_it_once(world: World) -> None:
    form = {"fld_1": "Canary Kim", "fld_2": "941 555 0144"}
    first = await world.receives(form)
    assert first["status"] == "quarantined"

    await _map(world)
    replayed = await _replay(world, first["delivery_id"])
    again = await _replay(world, first["delivery_id"])

    assert (replayed["status"], replayed["leads"][0]["owner"]) == ("accepted", "dana")
    assert again["status"] == "duplicate"
    assert again["leads"][0]["id"] == replayed["leads"][0]["id"]
    assert len(await rows(world.held.database, tables.leads)) == 1
    assert len(await rows(world.held.database, tables.deliveries)) == 1
    assert len(world.pushes("dana")) == 1
    assert (await world.get("/v1/deliveries"))["items"][0]["status"] == "accepted"


async def test_a_replay_of_what_went_through_doubles_nothing(world: World) -> None:
    first = await world.receives()

    again = await _replay(world, first["delivery_id"])

    assert again["status"] == "duplicate"
    assert len(await rows(world.held.database, tables.leads)) == 1
    assert len(await rows(world.held.database, tables.inquiries)) == 1


@pytest.mark.parametrize(
    ("url", "sent", "status"),
    [
        pytest.param(
            FORM, {"data": a_form(1, website_url="http://canary.example")}, "held", id="spam"
        ),
        pytest.param(
            GOOGLE,
            {
                "json": {
                    "google_key": KEY,
                    "lead_id": "1",
                    "is_test": True,
                    "user_column_data": [
                        {"column_id": "EMAIL", "string_value": "canary@example.com"}
                    ],
                }
            },
            "test",
            id="test",
        ),
    ],
)
async def test_tests_and_spam_are_kept_and_nobody_is_told(
    world: World, url: str, sent: dict[str, Any], status: str
) -> None:
    answer = await world.http.post(url, **sent)
    await world.settle()
    await world.advance(hours=2)

    told = answer.json()
    assert told["status"] in {status, "accepted"}
    assert told["leads"][0]["owner"] is None
    assert await rows(world.held.database, tables.messages) == []
    assert await rows(world.held.database, tables.clocks) == []
    await world.post(f"/v1/deliveries/{told['delivery_id']}/replay")
    assert len(await rows(world.held.database, tables.leads)) == 1


def _confirmation(url: str) -> dict[str, Any]:
    return {
        "url": "/webhooks/zillow",
        "auth": ("zillow", "zillow-password"),
        "content": json.dumps(
            {
                "Type": "SubscriptionConfirmation",
                "MessageId": "165545c9-0000-4000-8000-000000000001",
                "TopicArn": "arn:aws:sns:us-east-1:000000000000:harborline",
                "Token": "0000",
                "SubscribeURL": url,
            }
        ),
    }


class _Empty(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b""


class _Raw:
    """A request as the transport beneath httpx knows it: in bytes."""

    def __init__(self, request: httpx.Request) -> None:
        self.method = request.method.encode()


class _Fetched(httpx.AsyncBaseTransport):
    """Notes what is asked for, and says yes."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.urls.append(str(request.url))
        trace = request.extensions.get("trace")
        if trace is not None:
            await trace("http11.send_request_headers.started", {"request": _Raw(request)})
        return httpx.Response(200, stream=_Empty())


@pytest.fixture
def fetched(world: World) -> _Fetched:
    transport = _Fetched()
    world.held.http._mounts = {}
    world.held.http._transport = transport
    return transport


async def test_a_subscription_is_confirmed_once(world: World, fetched: _Fetched) -> None:
    url = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=0000"

    answer = await world.http.post(**_confirmation(url))
    await world.settle()

    assert answer.json()["status"] == "accepted"
    [handshake] = await rows(world.held.database, tables.messages)
    assert (handshake["kind"], handshake["state"], handshake["recipient"]) == (
        "handshake",
        "sent",
        "zillow",
    )
    assert fetched.urls == [url]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?Action=ConfirmSubscription",
        "http://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.us-east-1.amazonaws.com.evil.example/?Action=ConfirmSubscription",
        "https://sns.us-east-1.amazonaws.com@evil.example/?Action=ConfirmSubscription",
        "http://169.254.169.254/?Action=ConfirmSubscription",
    ],
)
async def test_a_confirmation_at_another_host_is_kept_and_never_fetched(
    world: World, fetched: _Fetched, url: str
) -> None:
    answer = await world.http.post(**_confirmation(url))
    await world.settle()
    await world.advance(hours=1)

    assert answer.json()["status"] == "quarantined"
    messages = await rows(world.held.database, tables.messages)
    assert {each["kind"] for each in messages} == {"alert"}
    assert url not in fetched.urls
