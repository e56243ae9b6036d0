"""Senders believe that they deliver to Follow Up Boss: answers, types and dates are its own."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.delivery import DeliveryStatus, Reading, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.domain.lead import Consent, Inquiry, Kind, Property
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, SECRET, delivery, read, settings

KIND = "follow-up-boss"
ANA = {"firstName": "Ana", "emails": [{"value": "ana@example.com"}]}


def arriving(**event: Any) -> Reading:
    body = {"source": "Website", "type": "General Inquiry", "person": ANA} | event
    return read(delivery(KIND, json.dumps(body).encode(), "application/json"), KIND)


def inquiry(**event: Any) -> Inquiry:
    return arriving(**event).inquiries[0]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "authorization",
    [
        f"Basic {encoded(SECRET + ':')}",
        f"Basic {encoded(SECRET + ':anything')}",
        f"basic {encoded(SECRET)}",
        f"Bearer {SECRET}",
    ],
)
def test_the_key_is_the_user_whatever_the_password(authorization: str) -> None:
    webhook = Webhook("here", b"{}", {"authorization": authorization})

    SOURCES[KIND].authenticate(webhook, settings(KIND), now=NOW, certificates={})


@pytest.mark.parametrize(
    ("authorization", "why"),
    [
        ("", "the API key is missing"),
        (f"Basic {encoded(':' + SECRET)}", "the API key is missing"),
        (f"Basic {encoded(SECRET[:-1] + ':')}", "the API key is wrong"),
        ("Basic \u00e9", "the API key is missing"),
        (f"Digest {SECRET}", "the API key is missing"),
        ("Bearer", "the API key is missing"),
    ],
)
def test_a_wrong_key_is_refused_in_follow_up_bosss_own_shape(authorization: str, why: str) -> None:
    webhook = Webhook("here", b"{}", {"authorization": authorization})

    with pytest.raises(BadCredentials) as refused:
        SOURCES[KIND].authenticate(webhook, settings(KIND), now=NOW, certificates={})

    assert refused.value.why == why
    assert SOURCES[KIND].refusal(refused.value) == {"errorMessage": f"Source here: {why}."}


@pytest.mark.parametrize(
    ("status", "leads", "code"),
    [
        (DeliveryStatus.ACCEPTED, 1, 201),
        (DeliveryStatus.ACCEPTED, 0, 204),
        (DeliveryStatus.UPDATED, 1, 200),
        (DeliveryStatus.DUPLICATE, 1, 200),
        (DeliveryStatus.TEST, 1, 200),
        (DeliveryStatus.QUARANTINED, 0, 200),
    ],
)
def test_the_status_is_follow_up_bosss_own(status: DeliveryStatus, leads: int, code: int) -> None:
    answer = SOURCES[KIND].http_status
    assert answer is not None

    assert answer(status, leads) == code


@pytest.mark.parametrize(
    "type_",
    [
        "Registration", "Inquiry", "Seller Inquiry", "Property Inquiry", "General Inquiry",
        "Incoming Call", "Visited Open House", "Something New", "", None, 7,
    ],
)  # fmt: skip
def test_who_asks_is_a_lead(type_: Any) -> None:
    assert inquiry(type=type_).email == "ana@example.com"


@pytest.mark.parametrize(
    "type_",
    [
        "Viewed Page", "Viewed Property", "Saved Property", "Visited Website", "Property Search",
        "saved property search",
    ],
)  # fmt: skip
def test_who_only_looks_is_none(type_: str) -> None:
    reading = arriving(type=type_)

    assert reading.inquiries == ()
    assert reading.ignored == f"{type_.lower()} is no inquiry"


def test_what_happened_days_ago_is_answered_like_any_other() -> None:
    assert inquiry(occurredAt="2026-03-12T08:00:00Z").occurred_at == datetime(
        2026, 3, 12, 8, tzinfo=UTC
    )
    assert inquiry(occurredAt="long ago").extra["occurredAt"] == "long ago"


def test_who_unsubscribed_is_not_written_to_however_long_ago_it_was() -> None:
    found = inquiry(type="Unsubscribed", occurredAt="2025-01-01T00:00:00Z")

    assert found.is_aside
    assert found.consent == Consent(sms=False, email=False, evidence="unsubscribed")


@pytest.mark.parametrize("person", [{}, None, {"firstName": "Ana"}, {"id": 12}])
def test_unsubscribing_without_saying_who_calls_for_nothing(person: Any) -> None:
    reading = arriving(type="Unsubscribed", person=person)

    assert (reading.inquiries, reading.ignored) == ((), "unsubscribed without saying who")


def test_an_inquiry_of_nobody_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        arriving(person={"tags": ["Buyer"]})


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"type": "Seller Inquiry", "property": {"forRent": True}}, Kind.SELLER),
        ({"property": {"forRent": True}}, Kind.RENTER),
        ({"property": {"forRent": "true"}}, Kind.RENTER),
        ({"type": "Property Inquiry", "property": {"forRent": False}}, Kind.BUYER),
        ({"type": "Visited Open House"}, Kind.BUYER),
        ({"person": ANA | {"tags": ["VIP", "Seller"]}}, Kind.SELLER),
        ({"type": "Property Inquiry", "person": ANA | {"tags": ["Renter"]}}, Kind.RENTER),
        ({"type": "Registration"}, Kind.UNKNOWN),
    ],
)
def test_what_the_person_wants_is_told_by_type_home_or_tags(
    event: dict[str, Any], kind: Kind
) -> None:
    assert inquiry(**event).kind is kind


def test_the_same_event_within_a_day_is_the_same_asking_in_whatever_order_it_is_written() -> None:
    body = {"type": "Inquiry", "person": ANA}
    turned = json.dumps(dict(reversed(body.items())), indent=2).encode()

    first = read(delivery(KIND, json.dumps(body).encode(), "application/json"), KIND)
    again = read(delivery(KIND, turned, "application/json"), KIND)

    assert first.inquiries[0].dedupe_key == again.inquiries[0].dedupe_key
    assert first.inquiries[0].dedupe_window is not None
    assert inquiry(message="One more thing").dedupe_key != first.inquiries[0].dedupe_key


def test_a_home_is_found_under_the_names_of_others_too() -> None:
    home = {"street": "9 Oak St", "zip": 89501, "price": "$415,000", "mlsNumber": 12}

    assert inquiry(property=home).property == Property(
        address="9 Oak St", zip="89501", price=415_000, mls="12"
    )


@pytest.mark.parametrize(
    ("type_", "place"),
    [
        ("Seller Inquiry", Property(address="9 Oak St", city="Reno", state="NV", zip="89501")),
        ("General Inquiry", Property(city="Plano", state="TX", zip="75024", price=625_000)),
    ],
)
def test_without_a_home_rules_ask_where_somebody_wants_to_live_or_sells(
    type_: str, place: Property
) -> None:
    address = {"street": "9 Oak St", "city": "Reno", "state": "NV", "code": "89501"}
    wanted = {"city": "Plano", "state": "TX", "code": "75024,75025", "maxPrice": 625_000}

    found = inquiry(type=type_, person=ANA | {"addresses": [address]}, propertySearch=wanted)

    assert found.property == place
    assert found.extra["person.addresses"] == [address]
    assert found.extra["propertySearch"] == wanted


def test_a_mobile_number_is_preferred_and_the_others_are_kept() -> None:
    phones = [
        {"value": "775-555-0101", "type": "home"},
        {"value": "775-555-0102", "type": "mobile"},
    ]

    found = inquiry(person=ANA | {"phones": phones})

    assert found.phone == "+17755550102"
    assert found.extra["person.phones"] == phones[:1]


def test_who_delivers_is_kept_and_their_key_is_not() -> None:
    body = json.dumps({"person": ANA}).encode()
    webhook = delivery(
        KIND, body, "application/json", **{"x-system": "Router", "x-system-key": "a-key"}
    )

    extra = read(webhook, KIND).inquiries[0].extra

    assert extra == {"x_system": "Router"}


def test_a_custom_field_can_be_named_in_the_config() -> None:
    body = json.dumps({"person": ANA | {"customLanguage": "Español"}}).encode()

    reading = read(
        delivery(KIND, body, "application/json"), KIND, fields={"language": "customLanguage"}
    )

    assert reading.inquiries[0].language == "es"
