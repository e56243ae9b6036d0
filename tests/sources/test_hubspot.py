"""HubSpot tells of a contact many times over: it is one lead, and asks again when it does."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from app.domain.delivery import Held, Reading, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.domain.lead import Campaign, Inquiry, Property
from app.sources.base import CannotAsk, Question
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, SECRET, delivery, named, read, settings

KIND = "hubspot"
HERE = Path(__file__).parent
CONTACT = json.loads((HERE / "fetched/hubspot-contact.json").read_text())
HELD = Held(
    dedupe_key="5001",
    external_id="5001",
    reference={"portalId": "3001"},
    occurred_at=datetime(2026, 3, 14, 20, 12, 45, 123000, tzinfo=UTC),
)
VECTOR = (HERE / "vectors/hubspot-1.json").read_bytes()
V3 = {
    "x-hubspot-request-timestamp": "1773519165123",
    "x-hubspot-signature-v3": "0bCiouwdaXkixFlfbF2qSyOxqrnMjjeEC9AKOoCdZKg=",
}
THEN = datetime(2026, 3, 14, 20, 12, 45, tzinfo=UTC)
ADDRESS = "https://leads.example.com/hooks/hubspot"
DOCUMENTED = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
"""The client secret of HubSpot's own examples."""


def arriving(document: Any, **changes: Any) -> Reading:
    webhook = delivery(KIND, json.dumps(document).encode(), "application/json")
    return read(webhook, KIND, **changes)


def event(kind: str, contact: Any = 5001, **members: Any) -> dict[str, Any]:
    return {"subscriptionType": kind, "objectId": contact} | members


def fetched(body: Any, **changes: Any) -> Inquiry:
    fetching = SOURCES[KIND].fetching
    assert fetching is not None
    answer = json.dumps(body).encode()
    return fetching.read(HELD, answer, named(KIND, "complete"), settings(KIND, **changes), NOW)


def ask(**changes: Any) -> Question:
    fetching = SOURCES[KIND].fetching
    assert fetching is not None
    return fetching.ask(HELD, settings(KIND, **changes))


def authenticate(webhook: Webhook, now: datetime = THEN, **changes: Any) -> None:
    ours = settings(KIND, **({"signing_secret": "invented-secret-not-real"} | changes))
    SOURCES[KIND].authenticate(webhook, ours, now=now, certificates={})


def test_hubspots_third_signature_is_believed_at_any_of_our_addresses() -> None:
    webhook = Webhook("here", VECTOR, V3, urls=("http://127.0.0.1:8000/hooks/hubspot", ADDRESS))

    authenticate(webhook)


@pytest.mark.parametrize(
    "changed",
    [
        {"body": VECTOR + b" "},
        {"urls": ("https://leads.example.com/hooks/other",)},
        {"urls": ()},
        {"method": "GET"},
        {"headers": V3 | {"x-hubspot-request-timestamp": "1773519165124"}},
        {"headers": V3 | {"x-hubspot-request-timestamp": "soon"}},
    ],
)
def test_nothing_that_is_signed_can_be_changed(changed: dict[str, Any]) -> None:
    with pytest.raises(BadCredentials):
        authenticate(replace(Webhook("here", VECTOR, V3, urls=(ADDRESS,)), **changed))


def test_the_third_signature_is_good_for_five_minutes() -> None:
    webhook = Webhook("here", VECTOR, V3, urls=(ADDRESS,))

    with pytest.raises(BadCredentials, match="five minutes"):
        authenticate(webhook, datetime(2026, 3, 14, 20, 18, tzinfo=UTC))


def test_an_escaped_address_is_signed_unescaped() -> None:
    as_signed = Webhook("here", VECTOR, urls=("https://leads.example.com/hooks/a:b@c?d=e/f",))
    ours = settings(KIND, signing_secret="invented-secret-not-real")
    headers = SOURCES[KIND].sign(as_signed, ours, now=THEN).headers

    escaped = ("https://leads.example.com/hooks/a%3Ab%40c?d=e%2ff",)

    authenticate(Webhook("here", VECTOR, headers, urls=escaped))


EXAMPLE_V1 = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,'
    b'"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
)
OLDER = [
    (
        "v1",
        EXAMPLE_V1,
        "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
    ),
    (
        "v2",
        b'{"example_field":"example_value"}',
        "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900",
    ),
]
"""HubSpot's own examples."""


@pytest.mark.parametrize(("version", "body", "digest"), OLDER)
def test_hubspots_older_signatures_are_believed(version: str, body: bytes, digest: str) -> None:
    headers = {"x-hubspot-signature": digest, "x-hubspot-signature-version": version}
    webhook = Webhook("here", body, headers, urls=("https://www.example.com/webhook_uri",))

    authenticate(webhook, signing_secret=DOCUMENTED)
    with pytest.raises(BadCredentials):
        authenticate(replace(webhook, body=body + b" "), signing_secret=DOCUMENTED)


def test_an_older_signature_does_not_stand_in_for_a_wrong_third_one() -> None:
    version, body, digest = OLDER[0]
    headers = {
        "x-hubspot-signature": digest,
        "x-hubspot-signature-version": version,
        **V3,
    }

    with pytest.raises(BadCredentials):
        authenticate(Webhook("here", body, headers, urls=(ADDRESS,)), signing_secret=DOCUMENTED)


def test_a_workflow_that_does_not_sign_shows_the_secret_of_its_path() -> None:
    ours = settings(KIND).model_copy(update={"secret": SecretStr("in-the-path")})
    webhook = Webhook("here", b"{}", path_secret="in-the-path")
    source = SOURCES[KIND]

    source.authenticate(webhook, ours, now=NOW, certificates={})
    for given in ("another", None):
        with pytest.raises(BadCredentials):
            source.authenticate(replace(webhook, path_secret=given), ours, now=NOW, certificates={})
    with pytest.raises(BadCredentials):
        source.authenticate(webhook, settings(KIND), now=NOW, certificates={})


def test_the_events_of_one_contact_are_one_lead_whichever_comes_first() -> None:
    change = event("contact.propertyChange", propertyName="phone", occurredAt=1773519165125)
    creation = event("contact.creation", occurredAt=1773519165123)

    both = arriving([change, creation]).held

    assert both == arriving([creation, change]).held
    assert [(each.dedupe_key, each.reference) for each in both] == [
        ("5001", {"subscriptionType": "contact.creation"})
    ]
    assert both[0].occurred_at == HELD.occurred_at


def test_a_later_change_and_the_contact_itself_are_repeats_of_its_creation() -> None:
    (creation,) = arriving([event("contact.creation")]).held
    (change,) = arriving([event("contact.propertyChange", "5001")]).held
    (whole,) = read(named(KIND, "workflow"), KIND).inquiries

    assert creation.dedupe_key == change.dedupe_key == whole.dedupe_key == "5001"


@pytest.mark.parametrize("kind", ["contact.deletion", "contact.privacyDeletion"])
def test_a_contact_that_was_deleted_is_withdrawn(kind: str) -> None:
    assert arriving([event(kind)]) == Reading(withdrawn=("5001",))
    assert arriving([event("contact.creation"), event(kind)]) == Reading(withdrawn=("5001",))


@pytest.mark.parametrize(
    "other",
    [
        event("deal.creation"),
        event("company.deletion"),
        event("contact.merge"),
        event("object.creation", objectTypeId="0-3"),
        event("contact.creation", None),
        event("contact.creation", "9" * 201),
    ],
)
def test_other_events_are_no_leads(other: dict[str, Any]) -> None:
    assert arriving([other]) == Reading(ignored="no contact was created, changed or deleted")


def test_one_event_without_its_list_is_read_as_well() -> None:
    assert arriving(event("contact.creation")) == arriving([event("contact.creation")])


@pytest.mark.parametrize("document", [[], [7], "text", {}, {"properties": {}}, {"fields": []}])
def test_what_names_nobody_is_unreadable(document: Any) -> None:
    with pytest.raises(Unreadable):
        arriving(document)


def test_a_contact_that_fills_in_another_form_asks_again() -> None:
    def key(latest: str | None, first: str | None) -> tuple[str, bool]:
        told = {"email": "a@example.com", "recent_conversion_date": latest}
        contact = {"id": 5001, "properties": told | {"first_conversion_date": first}}
        (inquiry,) = arriving(contact).inquiries
        return inquiry.dedupe_key, inquiry.dedupe_window is None

    assert key("1773519160000", "1773519160000") == ("5001", True)
    assert key("1773519160000", "1700000000000") == ("5001#1773519160000", True)
    assert key(None, None) == ("5001", False)


def test_what_hubspot_fills_in_is_never_taken_for_the_person() -> None:
    contact = {"properties": {"hs_email_last": "other@example.com", "email": "a@example.com"}}

    (inquiry,) = arriving(contact).inquiries

    assert inquiry.email == "a@example.com"
    assert inquiry.extra["hs_email_last"] == "other@example.com"


def test_the_name_of_a_company_is_nobodys_name() -> None:
    (inquiry,) = read(named(KIND, "form"), KIND).inquiries

    assert (inquiry.first_name, inquiry.last_name) == ("Tomás", "Ibarra")
    assert inquiry.extra["0-2.name"] == "Ibarra LLC"


def test_what_was_agreed_to_in_a_form_is_consent_where_the_config_says_so() -> None:
    agreed = {"email": "communication_999", "sms": "communication_1000"}

    (inquiry,) = read(named(KIND, "form"), KIND, consent=agreed).inquiries

    assert (inquiry.consent.email, inquiry.consent.sms) == (True, False)


def test_who_unsubscribed_in_hubspot_is_not_written_to_whatever_the_config_implies() -> None:
    (inquiry,) = read(named(KIND, "workflow-again"), KIND, consent={"email": "implied"}).inquiries

    assert inquiry.consent.email is False
    assert "hs_email_optout: true" in (inquiry.consent.evidence or "")


def test_a_contact_is_asked_for_with_the_properties_that_the_config_names() -> None:
    question = ask(
        api_url="https://api.example.com/",
        fields={"message": ["wish", "message"]},
        consent={"sms": "may_text"},
    )

    parts = urlsplit(question.url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "https://api.example.com/crm/v3/objects/contacts/5001"
    )
    (properties,) = parse_qs(parts.query)["properties"]
    assert {"email", "firstname", "hs_email_optout", "wish", "may_text"} <= set(
        properties.split(",")
    )
    assert properties.split(",").count("message") == 1
    assert question.headers == {"authorization": f"Bearer {SECRET}"}


def test_without_a_token_the_contact_waits() -> None:
    with pytest.raises(CannotAsk, match="set access_token"):
        ask(access_token=None)


def test_a_contact_is_read_whole() -> None:
    inquiry = fetched(CONTACT, fields={"price": "budget_range"})

    assert (
        inquiry.extra.items()
        >= {
            "portalId": "3001",
            "createdate": "2026-03-14T20:12:44.100Z",
            "hs_object_id": "5001",
            "hs_analytics_source": "PAID_SEARCH",
            "budget_range": "$500k-$650k",
            "createdAt": "2026-03-14T20:12:44.100Z",
            "updatedAt": "2026-03-14T20:12:45.000Z",
            "archived": False,
        }.items()
    )
    assert replace(inquiry, extra={}) == Inquiry(
        source="here",
        dedupe_key="5001",
        external_id="5001",
        occurred_at=HELD.occurred_at,
        first_name="Priya",
        last_name="Raman",
        email="priya.r@example.com",
        phone="+19415550152",
        property=Property(city="Sarasota", state="FL", zip="34236", price=650000),
        campaign=Campaign(gclid="inv-gclid"),
        provider_agent="8001",
    )


def test_a_contact_that_names_nobody_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        fetched({"id": "5001", "properties": {"lifecyclestage": "lead"}})


def test_a_field_of_a_form_without_a_name_is_kept_all_the_same() -> None:
    fields = [{"name": "email", "value": "a@example.com"}, {"value": "nameless"}]

    (inquiry,) = arriving({"fields": fields}).inquiries

    assert inquiry.extra["unnamed"] == "nameless"
