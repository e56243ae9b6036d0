"""Standard Webhooks, checked with keys of every form, and read whatever the partner calls it."""

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.delivery import Reading, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.domain.lead import Consent, Inquiry, Kind, Property
from app.sources.files import read_delivery
from app.sources.proofs.proof import CannotSign
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, named, read, settings

KIND = "standard-webhooks"
SIGNED_AT = datetime.fromisoformat("2026-03-14T20:12:45Z")
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PUBLIC_KEY = "whpk_ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ="
VECTOR = read_delivery(Path(__file__).parent / "vectors" / "standard-webhooks.http", source="here")
V1, V1A = VECTOR.headers["webhook-signature"].split()


def check(webhook: Webhook, *, at: datetime = SIGNED_AT, **config: Any) -> None:
    given = {"secrets": None, **config}
    SOURCES[KIND].authenticate(webhook, settings(KIND, **given), now=at, certificates={})


def vector(**headers: str) -> Webhook:
    changed = {name.replace("_", "-"): text for name, text in headers.items()}
    return replace(VECTOR, headers={**VECTOR.headers, **changed})


def arriving(data: Any, *, type_: str = "lead.created", **envelope: Any) -> Reading:
    body = {"type": type_, "timestamp": "2026-03-14T20:12:45Z", "data": data} | envelope
    headers = {"content-type": "application/json", "webhook-id": "msg_1"}
    return read(Webhook("here", json.dumps(body).encode(), headers), KIND)


def lead(data: Any, **envelope: Any) -> Inquiry:
    return arriving(data, **envelope).inquiries[0]


@pytest.mark.parametrize(
    "config",
    [
        {"secrets": [SECRET]},
        {"secrets": [SECRET.removeprefix("whsec_")]},
        {"secrets": [SECRET.rstrip("=")]},
        {"secrets": ["whsec_bmV3LWtleS1vZi10d2VudHktZm91cg==", SECRET]},
        {"public_keys": [PUBLIC_KEY]},
        {"public_keys": [PUBLIC_KEY.removeprefix("whpk_")]},
        {"public_keys": ["whpk_AAAA", "no key", PUBLIC_KEY]},
        {"secrets": ["another-secret-of-plain-text"], "public_keys": [PUBLIC_KEY]},
    ],
)
def test_the_specifications_signatures_are_believed(config: Any) -> None:
    check(VECTOR, **config)


@pytest.mark.parametrize(
    "signatures",
    [V1, f"v1,AAAA {V1}", f"v2,{V1[3:]} {V1A} {V1}", f"  {V1}  ", V1.rstrip("=")],
)
def test_one_good_signature_among_several_is_enough(signatures: str) -> None:
    check(vector(webhook_signature=signatures), secrets=[SECRET])


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook_signature": V1A},
        {"webhook_signature": f"v1a,{V1[3:]}"},
        {"webhook_signature": f"v2,{V1[3:]}"},
        {"webhook_signature": V1[3:]},
        {"webhook_signature": ""},
        {"webhook_signature": "v1,"},
        {"webhook_signature": "v1,\u00e9 v1a v1,===="},
        {"webhook_signature": "v1,AAAA " * 20 + V1},
        {"webhook_id": "msg_inv0002"},
        {"webhook_id": ""},
        {"webhook_timestamp": "1773519166"},
        {"webhook_timestamp": "9" * 400},
        {"webhook_timestamp": "-1"},
        {"webhook_timestamp": "soon"},
    ],
)
def test_anything_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(BadCredentials):
        check(vector(**headers), secrets=[SECRET])


def test_the_other_partys_key_is_no_key() -> None:
    other = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw())

    with pytest.raises(BadCredentials):
        check(VECTOR, public_keys=[f"whpk_{other.decode()}"])
    with pytest.raises(BadCredentials):
        check(replace(VECTOR, body=VECTOR.body + b" "), public_keys=[PUBLIC_KEY])


@pytest.mark.parametrize("way", [-1, 1])
def test_five_minutes_either_way_are_tolerated(way: int) -> None:
    check(VECTOR, at=SIGNED_AT + way * timedelta(minutes=5), secrets=[SECRET])

    with pytest.raises(BadCredentials):
        check(VECTOR, at=SIGNED_AT + way * timedelta(minutes=5, seconds=1), secrets=[SECRET])


def test_svix_sends_the_same_under_its_own_names() -> None:
    renamed = {name.replace("webhook-", "svix-"): text for name, text in VECTOR.headers.items()}

    check(replace(VECTOR, headers=renamed), secrets=[SECRET])


def test_names_of_both_families_are_not_mixed() -> None:
    headers = dict(VECTOR.headers)
    headers["svix-id"] = headers.pop("webhook-id")

    with pytest.raises(BadCredentials):
        check(replace(VECTOR, headers=headers), secrets=[SECRET])


def test_where_a_token_and_secrets_are_set_both_are_required() -> None:
    token: dict[str, Any] = {"secrets": [SECRET], "bearer": "a-token"}
    shown = {"authorization": "Bearer a-token"}

    check(vector(**shown), **token)
    check(replace(VECTOR, query={"access_token": "a-token"}), **token)
    for wrong in (VECTOR, vector(authorization="Bearer another"), vector(authorization="a-token")):
        with pytest.raises(BadCredentials):
            check(wrong, **token)
    with pytest.raises(BadCredentials):
        check(replace(vector(**shown), body=b"{}"), **token)


def test_a_token_alone_is_enough_where_nothing_else_is_set() -> None:
    check(Webhook("here", b"{}", {"authorization": "bearer a-token"}), bearer="a-token")


def test_only_the_partner_can_sign_with_a_private_key() -> None:
    config = settings(KIND, secrets=None, public_keys=[PUBLIC_KEY])

    with pytest.raises(CannotSign, match="only the partner has the private key"):
        SOURCES[KIND].sign(VECTOR, config, now=NOW)


def test_a_retry_signed_anew_is_the_same_asking() -> None:
    source, config = SOURCES[KIND], settings(KIND)
    first = source.sign(VECTOR, config, now=NOW)
    retry = source.sign(VECTOR, config, now=NOW + timedelta(hours=10))

    assert first.headers["webhook-signature"] != retry.headers["webhook-signature"]
    assert read(first, KIND).inquiries == read(retry, KIND).inquiries
    assert read(first, KIND).inquiries[0].dedupe_key == "msg_inv0001"


def test_the_canonical_lead_maps_exactly() -> None:
    inquiry = read(named(KIND, "complete"), KIND).inquiries[0]

    assert (inquiry.external_id, inquiry.first_name, inquiry.last_name) == (
        "A-77",
        "Amara",
        "Singh",
    )
    assert inquiry.consent == Consent(sms=True, email=True, evidence="form 12")
    assert inquiry.property == Property(
        "42 Pelican Loop",
        "Sarasota",
        "FL",
        "34236",
        415_000,
        "INV-77120",
        "https://homes.example.com/42",
    )
    assert {"event.type": "lead.created", "score": 7}.items() <= inquiry.extra.items()


@pytest.mark.parametrize(
    "data",
    [
        {"name": "Ana Ruiz", "email": "ana@example.com"},
        {"person": {"firstName": "Ana", "lastName": "Ruiz", "emailAddress": "ana@example.com"}},
        {"lead": {"contact": {"full_name": "Ana Ruiz", "email": "ana@example.com"}}},
        {
            "fields": [
                {"name": "name", "value": "Ana Ruiz"},
                {"name": "email", "value": "ana@example.com"},
            ]
        },
        '{"name": "Ana Ruiz", "email": "ana@example.com"}',
        [{"name": "Ana Ruiz", "email": "ana@example.com"}],
    ],
)
def test_a_person_is_found_wherever_they_stand(data: Any) -> None:
    inquiry = lead(data)

    assert (inquiry.first_name, inquiry.last_name, inquiry.email) == (
        "Ana",
        "Ruiz",
        "ana@example.com",
    )


def test_a_body_without_an_envelope_is_a_lead_itself() -> None:
    body = b'{"first_name": "Ana", "kind": "seller", "city": "Reno"}'

    inquiry = read(Webhook("here", body, {"webhook-id": "msg_1"}), KIND).inquiries[0]

    assert (inquiry.first_name, inquiry.kind, inquiry.property.city) == ("Ana", Kind.SELLER, "Reno")


def test_several_leads_in_one_message_are_told_apart() -> None:
    found = arriving([{"email": "a@example.com"}, None, {"email": "b@example.com"}]).inquiries

    assert [(each.email, each.dedupe_key) for each in found] == [
        ("a@example.com", "msg_1#0"),
        ("b@example.com", "msg_1#2"),
    ]
    assert found[0].extra["unread_beside"] == ["The data of this event is no object (at $.data)"]


@pytest.mark.parametrize(
    "type_", ["lead.deleted", "com.example.lead.removed.v2", "leadDeleted", "contact.erased"]
)
def test_what_was_removed_is_no_lead(type_: str) -> None:
    reading = arriving({"email": "ana@example.com"}, type_=type_)

    assert (reading.inquiries, reading.ignored) == (
        (),
        "the event says that something was removed",
    )


@pytest.mark.parametrize("type_", ["ping", "lead.test", "test.lead", "webhook.ping.v1"])
def test_a_test_is_marked_and_never_hides_the_real_message_of_its_id(type_: str) -> None:
    test, real = lead({"email": "ana@example.com"}, type_=type_), lead({"email": "ana@example.com"})

    assert test.is_test
    assert test.dedupe_key != real.dedupe_key


@pytest.mark.parametrize("type_", ["com.test.lead.created", "lead.test_drive", "contest.entry"])
def test_a_lead_is_not_taken_for_a_test(type_: str) -> None:
    assert not lead({"email": "ana@example.com"}, type_=type_).is_test


@pytest.mark.parametrize(("type_", "data"), [("ping", {}), ("ping", None), ("page.viewed", None)])
def test_an_event_without_data_that_is_about_no_lead_is_ignored(type_: str, data: Any) -> None:
    reading = arriving(data, type_=type_)

    assert reading.inquiries == ()
    assert reading.ignored


@pytest.mark.parametrize("data", [{}, [], "text", "{", 5, {"email": ""}])
def test_a_lead_without_anybody_is_kept_for_somebody_to_look_at(data: Any) -> None:
    if data == []:
        assert arriving(data).ignored == "the list of leads is empty"
        return
    with pytest.raises(Unreadable):
        arriving(data)


def test_an_update_says_so_only_if_it_names_somebody() -> None:
    assert lead({"email": "ana@example.com"}, type_="lead.updated").is_update
    assert not lead({"message": "hello"}, type_="lead.updated").is_update


def test_who_unsubscribes_is_not_written_to_any_more() -> None:
    inquiry = lead({"email": "ana@example.com"}, type_="contact.unsubscribed")

    assert inquiry.is_aside
    assert inquiry.consent == Consent(sms=False, email=False, evidence="unsubscribed")


def test_consent_that_the_partner_tells_is_above_what_the_config_supposes() -> None:
    body = {"type": "lead.created", "data": {"email": "a@example.com", "consent": {"sms": False}}}
    webhook = Webhook("here", json.dumps(body).encode(), {"webhook-id": "msg_1"})

    reading = read(webhook, KIND, consent={"sms": "implied", "email": "implied"})

    assert reading.inquiries[0].consent == Consent(sms=False, email=True, evidence="email: implied")
