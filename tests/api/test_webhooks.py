"""`/webhooks`: what providers are told, whatever they send."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.world import FORM, World, a_config, a_form, open_world

GOOGLE = {
    "lead_id": "canary-google-1",
    "api_version": "1.0",
    "google_key": "invented-shared-key",
    "is_test": False,
    "user_column_data": [
        {"column_id": "FULL_NAME", "string_value": "Canary Google"},
        {"column_id": "EMAIL", "string_value": "canary.google@example.com"},
    ],
}
REALTOR = {
    "Lead": {
        "lead_info": {
            "lead_guid": "canary-realtor-1",
            "communication_guid": "comm-1",
            "lead_consumer_info": {"full_name": "Canary Realtor", "phone": "(941) 555-0199"},
        }
    }
}
ZILLOW = {
    "Source": "zillow",
    "ContactMessage": {
        "ContactInfo": {
            "ContactName": "Canary Zillow",
            "ContactEmail": "canary.zillow@example.com",
            "CommunicationGUID": "canary-zillow-1",
        }
    },
}


def basic(user: str, password: str) -> dict[str, str]:
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def statuses(answer: httpx.Response) -> tuple[int, str, list[str]]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return 200, body["status"], [lead["status"] for lead in body["leads"]]


async def test_an_answer_has_the_shape_of_the_contract(world: World) -> None:
    answer = await world.http.post(FORM, data=a_form(1))

    body = answer.json()
    lead = body["leads"][0]
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert UUID(body["delivery_id"]).version == UUID(lead["id"]).version == 7
    assert body == {
        "delivery_id": body["delivery_id"],
        "status": "accepted",
        "leads": [
            {
                "id": lead["id"],
                "status": "accepted",
                "owner": "dana",
                "sla": [
                    {"step": "nudge", "due_at": "2026-03-16T16:03:00Z"},
                    {"step": "manager", "due_at": "2026-03-16T16:05:00Z"},
                    {"step": "director", "due_at": "2026-03-16T17:00:00Z"},
                ],
            }
        ],
    }


async def test_a_repeat_gives_the_first_leads_id_and_changes_nothing(world: World) -> None:
    first = await world.http.post("/webhooks/google-ads", json=GOOGLE)
    again = await world.http.post("/webhooks/google-ads", json=GOOGLE)

    assert statuses(first) == (200, "accepted", ["accepted"])
    assert statuses(again) == (200, "duplicate", ["duplicate"])
    assert again.json()["leads"][0]["id"] == first.json()["leads"][0]["id"]
    assert again.json()["delivery_id"] != first.json()["delivery_id"]
    lead_id = first.json()["leads"][0]["id"]
    assert len((await world.get(f"/v1/leads/{lead_id}"))["inquiries"]) == 1
    assert len((await world.get("/v1/leads"))["items"]) == 1


async def test_a_known_person_is_an_update(world: World) -> None:
    await world.http.post(FORM, data=a_form(1))
    again = await world.http.post(FORM, data=a_form(1, message="canary asks something else"))

    assert statuses(again) == (200, "updated", ["updated"])


async def test_a_test_lead_is_kept_and_told_to_nobody(world: World) -> None:
    answer = await world.http.post("/webhooks/google-ads", json={**GOOGLE, "is_test": True})
    await world.settle()

    assert statuses(answer) == (200, "test", ["test"])
    assert answer.json()["leads"][0] | {"id": ""} == {
        "id": "",
        "status": "test",
        "owner": None,
        "sla": [],
    }
    assert world.pushes("dana") == []
    assert world.smtp.messages == []


async def test_an_unreadable_delivery_is_kept_whole_listed_and_an_event(world: World) -> None:
    answer = await world.http.post(
        "/webhooks/realtor",
        content=b'{"Lead": canary',
        headers={"X-API-Key": "realtor-key-of-tests"},
    )

    assert statuses(answer) == (200, "quarantined", [])
    kept = (await world.get("/v1/deliveries", status="quarantined"))["items"]
    assert [each["id"] for each in kept] == [answer.json()["delivery_id"]]
    assert kept[0]["reason"] == "This is not JSON"


@pytest.mark.parametrize("secret", ["path", "header"])
async def test_the_secret_may_stand_in_the_path_or_in_a_header(world: World, secret: str) -> None:
    secret_of_tests = FORM.rpartition("/")[2]
    if secret == "path":
        answer = await world.http.post(f"/webhooks/website/{secret_of_tests}", data=a_form(1))
    else:
        headers = {"X-Webhook-Secret": secret_of_tests}
        answer = await world.http.post("/webhooks/website", data=a_form(1), headers=headers)

    assert statuses(answer) == (200, "accepted", ["accepted"])


STRANGERS: tuple[tuple[str, dict[str, str], dict[str, Any]], ...] = (
    ("/webhooks/website", {}, a_form()),
    ("/webhooks/website/", {}, a_form()),
    ("/webhooks/website/wrong", {}, a_form()),
    ("/webhooks/website/a/b/../c", {}, a_form()),
    ("/webhooks/website", {"X-Webhook-Secret": "wrong"}, a_form()),
    ("/webhooks/website", {"X-Webhook-Secret": "☃"}, a_form()),
    ("/webhooks/google-ads", {}, {**GOOGLE, "google_key": "wrong"}),
    ("/webhooks/google-ads", {}, {}),
    ("/webhooks/realtor", {}, REALTOR),
    ("/webhooks/realtor", {"X-API-Key": "wrong"}, REALTOR),
    ("/webhooks/zillow", {}, ZILLOW),
    ("/webhooks/zillow", {**basic("zillow", "wrong")}, ZILLOW),
    ("/webhooks/zillow", {"Authorization": "Basic %%%"}, ZILLOW),
)


async def test_bad_credentials_are_a_401_and_never_a_403(world: World) -> None:
    for path, headers, body in STRANGERS:
        sent = httpx.Headers(headers, encoding="utf-8")
        answer = await world.http.post(path, json=body, headers=sent)

        assert (path, answer.status_code) == (path, 401)
        assert answer.headers["content-type"] == "application/problem+json"
        assert "www-authenticate" in answer.headers
        assert answer.json()["type"] == "/problems/bad-credentials"
        assert answer.json()["status"] == 401
    assert (await world.get("/v1/deliveries"))["items"] == []


async def test_a_source_with_a_password_asks_for_it(world: World) -> None:
    """Amazon SNS posts without credentials first, and again only if it is challenged."""
    refused = await world.http.post("/webhooks/zillow", json=ZILLOW)
    retried = await world.http.post(
        "/webhooks/zillow", json=ZILLOW, headers=basic("zillow", "zillow-password")
    )

    assert refused.headers["www-authenticate"] == 'Basic realm="lead-router", charset="UTF-8"'
    assert statuses(retried) == (200, "accepted", ["accepted"])


async def test_realtor_com_is_answered_in_its_own_words(world: World) -> None:
    refused = await world.http.post("/webhooks/realtor", json=REALTOR)
    taken = await world.http.post(
        "/webhooks/realtor", json=REALTOR, headers={"X-API-Key": "realtor-key-of-tests"}
    )

    unread = await world.http.post(
        "/webhooks/realtor",
        content=b'{"Lead": canary',
        headers={"X-API-Key": "realtor-key-of-tests"},
    )

    own = ("message", "status_code", "communications_guid")
    assert [refused.json()[each] for each in own] == ["Unauthorized", 401, None]
    assert [taken.json()[each] for each in own] == ["OK", 200, "comm-1"]
    assert [unread.json()[each] for each in own] == ["OK", 200, None]
    assert unread.json()["description"] == "The delivery was received."
    assert statuses(taken) == (200, "accepted", ["accepted"])
    assert statuses(unread) == (200, "quarantined", [])


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_unknown_source_is_a_404(world: World, method: str) -> None:
    answer = await world.http.request(method, "/webhooks/nobody", content=b"{}")

    assert answer.status_code == 404
    assert answer.json() == {
        "type": "/problems/no-such",
        "title": "There is nothing of that name or id.",
        "status": 404,
        "detail": "There is no source nobody.",
        "what": "source",
        "id": "nobody",
    }


async def test_a_source_without_a_handshake_answers_get_with_405(world: World) -> None:
    answer = await world.http.get("/webhooks/website")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/method-not-allowed"


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_problems_too(world: World, method: str) -> None:
    for path in ("/webhooks/website", FORM, "/v1/leads", "/healthz"):
        answer = await world.http.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["content-type"] == "application/problem+json"


class Sender:
    """A body without a Content-Length, counting how much of it was taken."""

    def __init__(self, chunks: int) -> None:
        self.taken = 0
        self._chunks = chunks

    async def chunks(self) -> AsyncIterator[bytes]:
        for _ in range(self._chunks):
            self.taken += 64 * 1024
            yield b"x" * 64 * 1024


async def test_a_body_beyond_the_limit_is_a_413(world: World) -> None:
    answer = await world.http.post(FORM, content=b"x" * (1024 * 1024 + 1))

    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")
    assert answer.json()["limit"] == 1024 * 1024
    assert (await world.http.post(FORM, content=b"x" * 1024 * 1024)).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
async def test_a_compressed_body_is_a_415_that_says_what_to_do(world: World, encoding: str) -> None:
    answer = await world.http.post(FORM, content=b"canary", headers={"Content-Encoding": encoding})

    assert answer.status_code == 415
    assert answer.json() == {
        "type": "/problems/body-compressed",
        "title": "The body is compressed, and must be sent as it is.",
        "status": 415,
        "detail": "Send the body as it is, without Content-Encoding: what is unpacked has no "
        "limit.",
    }
    assert (await world.get("/v1/deliveries"))["items"] == []


async def test_a_chunked_body_is_read_no_further_than_the_limit(world: World) -> None:
    # httpx hands a whole stream over at once, so the app is called as a server calls it.
    sender = Sender(chunks=1000)
    stream = sender.chunks()
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": await anext(stream), "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": FORM,
        "raw_path": FORM.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"host", b"test"), (b"transfer-encoding", b"chunked")],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    await world.app(scope, receive, send)

    assert sent[0]["status"] == 413
    assert json.loads(sent[1]["body"])["type"] == "/problems/body-too-large"
    assert sender.taken == 1024 * 1024 + 64 * 1024


async def test_sources_that_are_off_say_come_back(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    sources = {
        "website": {"kind": "web-form", "secret": "${A_VARIABLE_THAT_IS_NOT_SET}"},
        "partners": {"kind": "standard-webhooks", "secrets": ["${ANOTHER_THAT_IS_NOT}"]},
    }
    async with open_world(database_url, smtp, ntfy, config=a_config(sources=sources)) as world:
        for source in sources:
            for method in ("GET", "POST"):
                answer = await world.http.request(method, f"/webhooks/{source}", content=b"{}")
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
                assert answer.json()["type"] == "/problems/source-off"
        ready = (await world.http.get("/readyz")).json()
        assert ready["sources_off"] == {
            "website": "set A_VARIABLE_THAT_IS_NOT_SET",
            "partners": "set ANOTHER_THAT_IS_NOT",
        }
