"""CloudEvents in each of their modes are one event, and a handshake gives no rights."""

import base64
import json
from typing import Any

import pytest

from app.domain.delivery import Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.domain.lead import Inquiry
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, SECRET, read, settings

KIND = "cloudevents"
EVENT = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/portal",
    "type": "com.example.lead.created",
    "time": "2026-03-14T20:25:00Z",
}
PERSON = {"first_name": "Ana", "email": "ana@example.com"}


def posted(body: Any, content_type: str, **headers: str) -> tuple[Inquiry, ...]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    webhook = Webhook("here", raw, {"content-type": content_type, **named})
    return read(webhook, KIND).inquiries


def binary(body: Any, content_type: str = "application/json", **headers: str) -> Inquiry:
    attributes = {f"ce_{name}": text for name, text in EVENT.items()}
    return posted(body, content_type, **{**attributes, **headers})[0]


def test_every_mode_is_the_same_event() -> None:
    encoded = base64.b64encode(json.dumps(PERSON).encode()).decode()
    found = [
        posted(EVENT | {"data": PERSON}, "application/cloudevents+json; charset=utf-8")[0],
        posted(EVENT | {"data": PERSON}, "application/json")[0],
        posted(EVENT | {"data": json.dumps(PERSON)}, "application/cloudevents+json")[0],
        posted(EVENT | {"data_base64": encoded}, "application/cloudevents+json")[0],
        posted([EVENT | {"data": PERSON}], "application/cloudevents-batch+json")[0],
        binary(PERSON),
        binary(b"first_name=Ana&email=ana%40example.com", "application/x-www-form-urlencoded"),
    ]

    assert found == [found[0]] * 7
    assert (found[0].first_name, found[0].email) == ("Ana", "ana@example.com")
    assert found[0].dedupe_key == "/portal#e-1"
    assert str(found[0].occurred_at) == "2026-03-14 20:25:00+00:00"


def test_the_same_id_of_another_source_is_another_event() -> None:
    here, there = binary(PERSON), binary(PERSON, ce_source="/elsewhere")

    assert here.dedupe_key != there.dedupe_key


@pytest.mark.parametrize("missing", ["id", "source"])
def test_an_event_without_all_of_its_identity_is_told_by_what_it_says(missing: str) -> None:
    [inquiry] = posted(
        {name: text for name, text in (EVENT | {"data": PERSON}).items() if name != missing},
        "application/cloudevents+json",
    )

    assert inquiry.dedupe_key.startswith("sha256:")
    assert inquiry.dedupe_window is not None


def test_headers_are_percent_decoded_and_extensions_are_kept() -> None:
    inquiry = binary(PERSON, ce_subject="M%C3%BCnchen%20%22x%22", ce_tenant="t-1")

    assert inquiry.extra["event.subject"] == 'München "x"'
    assert inquiry.extra["event.tenant"] == "t-1"


def test_a_batch_gives_each_lead_once_and_waits_for_none() -> None:
    batch = [
        EVENT | {"data": PERSON},
        EVENT | {"id": "e-2", "data": {}},
        EVENT | {"id": "e-3", "type": "lead.deleted", "data": PERSON},
        {"id": "e-4", "data": PERSON},
        None,
        EVENT | {"id": "e-5", "data": {"email": "luis@example.com"}},
    ]

    found = posted(batch, "application/cloudevents-batch+json")

    assert [(each.email, each.dedupe_key) for each in found] == [
        ("ana@example.com", "/portal#e-1"),
        ("luis@example.com", "/portal#e-5"),
    ]
    assert found[0].extra["unread_beside"] == [
        "There is nobody in this delivery: no name, e-mail, phone or message (at $)",
        "This is no CloudEvent: it has no specversion (at $)",
        "This is no CloudEvent: it has no specversion (at $)",
    ]


def test_an_empty_batch_is_nothing_to_do() -> None:
    webhook = Webhook("here", b"[]", {"content-type": "application/cloudevents-batch+json"})

    assert read(webhook, KIND).ignored == "there is no event in it"


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (
            b"<e/>",
            "application/cloudevents+xml",
            "Of the formats of CloudEvents, only JSON can be read (at content-type)",
        ),
        (
            b"{}",
            "application/cloudevents-batch+json",
            "This batch of CloudEvents is no list (at byte 0)",
        ),
        (b"{}", "application/json", "This is no CloudEvent: it has no specversion (at $)"),
        (b"{", "application/cloudevents+json", "This is not JSON (at byte 1)"),
        (
            json.dumps(EVENT | {"data_base64": "!"}).encode(),
            "application/json",
            "The data of this CloudEvent is no base64 (at $.data_base64)",
        ),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, content_type: str, why: str) -> None:
    with pytest.raises(Unreadable) as unread:
        posted(body, content_type)

    assert str(unread.value) == why


@pytest.mark.parametrize(
    ("headers", "query", "is_good"),
    [
        ({"authorization": f"Bearer {SECRET}"}, {}, True),
        ({"authorization": f"bearer  {SECRET} "}, {}, True),
        ({}, {"access_token": SECRET}, True),
        ({}, {}, False),
        ({}, {"access_token": ""}, False),
        ({"authorization": f"Basic {SECRET}"}, {}, False),
        ({"authorization": "Bearer wrong"}, {"access_token": SECRET}, False),
    ],
)
def test_the_token_stands_in_the_header_or_in_the_address(
    headers: dict[str, str], query: dict[str, str], is_good: bool
) -> None:
    webhook = Webhook("here", b"{}", headers, query)

    if is_good:
        SOURCES[KIND].authenticate(webhook, settings(KIND), now=NOW, certificates={})
    else:
        with pytest.raises(BadCredentials):
            SOURCES[KIND].authenticate(webhook, settings(KIND), now=NOW, certificates={})


def test_a_signature_can_be_asked_for_in_place_of_a_token() -> None:
    config = settings(KIND, bearer=None, secrets=[SECRET])
    webhook = Webhook("here", json.dumps(EVENT | {"data": PERSON}).encode())
    signed = SOURCES[KIND].sign(webhook, config, now=NOW)

    SOURCES[KIND].authenticate(signed, config, now=NOW, certificates={})

    assert "webhook-signature" in signed.headers
    with pytest.raises(BadCredentials):
        SOURCES[KIND].authenticate(webhook, config, now=NOW, certificates={})


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        (
            {"webhook-request-origin": "portal.example.com", "webhook-request-rate": "120"},
            {
                "Allow": "POST",
                "WebHook-Allowed-Origin": "portal.example.com",
                "WebHook-Allowed-Rate": "120",
            },
        ),
        (
            {
                "webhook-request-origin": "portal.example.com",
                "webhook-request-callback": "https://portal.example.com/confirm",
                "webhook-request-rate": "many",
            },
            {
                "Allow": "POST",
                "WebHook-Allowed-Origin": "portal.example.com",
                "WebHook-Allowed-Rate": "*",
            },
        ),
        ({}, {"Allow": "POST"}),
        ({"webhook-request-origin": "a b\r\nx: y"}, {"Allow": "POST"}),
    ],
)
def test_the_handshake_allows_whoever_asks(asked: dict[str, str], allowed: dict[str, str]) -> None:
    greet = SOURCES[KIND].greet
    assert greet is not None

    greeting = greet(Webhook("here", b"", asked, method="OPTIONS"), settings(KIND))

    assert (greeting.status, dict(greeting.headers), greeting.body) == (200, allowed, b"")


def test_a_get_is_no_handshake() -> None:
    greet = SOURCES[KIND].greet
    assert greet is not None

    assert greet(Webhook("here", b"", method="GET"), settings(KIND)).status == 405
