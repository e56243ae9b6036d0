"""LinkedIn's leads come as ids, and its handshake must not sign anything for strangers."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.delivery import Greeting, Held, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.domain.lead import Campaign, Consent, Inquiry, Kind
from app.sources.base import CannotAsk
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, delivery, named, read, settings

KIND = "linkedin"
HERE = Path(__file__).parent
LEAD = json.loads((HERE / "fetched/linkedin-lead.json").read_text())
BARE = json.loads((HERE / "fetched/linkedin-lead-without-form.json").read_text())
ID = "00000000-0000-4000-8000-00000000l001"
URN = f"urn:li:leadGenFormResponse:{ID}"
HELD = Held(dedupe_key=URN, external_id=URN, provider_agent="urn:li:sponsoredAccount:500000001")
VENDORS = {"signing_secret": "invented-secret-not-real"}

KEPT = {
    "consent_7": True,
    "consent_8": False,
    "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:500000001"},
    "submitter": "urn:li:person:invented1",
    "leadType": "SPONSORED",
    "leadMetadata": LEAD["leadMetadata"],
    "leadMetadataInfo": LEAD["leadMetadataInfo"],
    "associatedEntity": {"associatedCreative": "urn:li:sponsoredCreative:600000001"},
    "versionedLeadGenFormUrn": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3162,1)",
    "office": "sarasota",
    "form": {
        "id": 3162,
        "name": "Relocation guide",
        "creationLocale": {"country": "US", "language": "en"},
    },
    "content": {
        "headline": {"localized": {"en_US": "Moving?"}},
        "legalInfo": LEAD["form"]["content"]["legalInfo"],
    },
    "Buying or selling?": "Selling",
    "Which areas?": ["Downtown", 3],
}


def fetched(body: Any, **changes: Any) -> Inquiry:
    fetching = SOURCES[KIND].fetching
    assert fetching is not None
    answer = json.dumps(body).encode()
    return fetching.read(HELD, answer, named(KIND, "complete"), settings(KIND, **changes), NOW)


def greet(challenge: str, **changes: Any) -> Greeting:
    shake = SOURCES[KIND].greet
    assert shake is not None
    webhook = Webhook("here", b"", query={"challengeCode": challenge}, method="GET")
    return shake(webhook, settings(KIND, **changes))


@pytest.mark.parametrize("prefix", ["", "hmacsha256="])
def test_linkedins_own_signature_is_believed_with_its_prefix_and_without(prefix: str) -> None:
    body = (HERE / "vectors/linkedin-1.json").read_bytes()
    digest = "60e172db18f77be934e5045a3bdde672cfe6d2d9560be70001f7e96e870fc158"
    webhook = Webhook("here", body, {"x-li-signature": prefix + digest})

    SOURCES[KIND].authenticate(webhook, settings(KIND, **VENDORS), now=NOW, certificates={})
    with pytest.raises(BadCredentials):
        SOURCES[KIND].authenticate(
            replace(webhook, body=body + b"\n"), settings(KIND, **VENDORS), now=NOW, certificates={}
        )


def test_the_handshake_is_answered_as_linkedin_computes_it() -> None:
    greeting = greet("00000000-0000-4000-8000-00000000c0de", **VENDORS)

    assert greeting.content_type == "application/json"
    assert json.loads(greeting.body) == {
        "challengeCode": "00000000-0000-4000-8000-00000000c0de",
        "challengeResponse": "ba807e74c3b323057af7d362d47708da0179fb30f9588117110979215168cead",
    }


@pytest.mark.parametrize(
    "challenge", ["", 'hmacsha256={"leadAction":"DELETED"}', "hmacsha256=", "a" * 101, "é"]
)
def test_a_challenge_that_would_make_us_sign_a_delivery_is_refused(challenge: str) -> None:
    with pytest.raises(BadCredentials):
        greet(challenge)


def test_a_lead_that_was_deleted_is_withdrawn_under_the_id_it_was_held_by() -> None:
    created = read(named(KIND, "complete"), KIND)
    deleted = read(named(KIND, "deleted"), KIND)

    assert deleted.withdrawn == (created.held[0].dedupe_key,) == (URN,)
    assert deleted.held == ()


def test_a_test_of_ours_withdraws_no_real_lead() -> None:
    webhook = named(KIND, "deleted")
    marked = replace(webhook, headers={**webhook.headers, "x-lead-router-test": "1"})

    assert read(marked, KIND).withdrawn == (f"test#{URN}",)


def test_leads_can_be_routed_by_their_form() -> None:
    reading = read(named(KIND, "complete"), KIND, fields={"provider_agent": "leadGenForm"})

    assert reading.held[0].provider_agent == "urn:li:leadGenForm:3162"


def test_a_notification_that_names_no_lead_is_unreadable() -> None:
    body = json.dumps({"type": "LEAD_ACTION", "leadAction": "CREATED"}).encode()

    with pytest.raises(Unreadable, match="which lead"):
        read(delivery(KIND, body, "application/json"), KIND)


def test_a_lead_is_asked_for_by_its_id_together_with_its_form() -> None:
    fetching = SOURCES[KIND].fetching
    assert fetching is not None

    question = fetching.ask(
        HELD,
        settings(KIND, access_token="t", api_url="https://api.example.com", api_version="202610"),
    )

    assert question.headers == {
        "authorization": "Bearer t",
        "linkedin-version": "202610",
        "x-restli-protocol-version": "2.0.0",
    }
    parts = urlsplit(question.url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        f"https://api.example.com/rest/leadFormResponses/{ID}"
    )
    (fields,) = parse_qs(parts.query)["fields"]
    assert "formResponse,form:(id,name,creationLocale,hiddenFields,content)" in fields


def test_an_urn_of_another_sort_is_asked_for_whole_and_leads_nowhere_else() -> None:
    fetching = SOURCES[KIND].fetching
    assert fetching is not None

    question = fetching.ask(replace(HELD, external_id="urn:li:x:../me"), settings(KIND))

    assert urlsplit(question.url).path == "/rest/leadFormResponses/urn%3Ali%3Ax%3A%2E%2E%2Fme"


def test_without_a_token_the_lead_waits() -> None:
    fetching = SOURCES[KIND].fetching
    assert fetching is not None

    with pytest.raises(CannotAsk, match="set access_token"):
        fetching.ask(HELD, settings(KIND, access_token=None))


def test_a_lead_is_read_whole() -> None:
    inquiry = fetched(LEAD, fields={"kind": "Buying or selling?"})

    assert {name: inquiry.extra[name] for name in KEPT} == KEPT
    assert replace(inquiry, extra={}) == Inquiry(
        source="here",
        dedupe_key=URN,
        external_id=URN,
        occurred_at=datetime(2026, 3, 14, 20, 12, 40, tzinfo=UTC),
        first_name="Noor",
        last_name="Haddad",
        email="noor.h@example.com",
        phone="+14155550158",
        kind=Kind.SELLER,
        medium="paid-social",
        consent=Consent(evidence="consent_7: ticked (You may text me.); consent_8: not ticked"),
        campaign=Campaign(source="linkedin", name="Relocation spring", content="carousel"),
        provider_agent="urn:li:sponsoredAccount:500000001",
    )


def test_a_consent_that_the_config_names_is_one() -> None:
    inquiry = fetched(LEAD, consent={"sms": "consent_7", "email": "consent_8"})

    assert (inquiry.consent.sms, inquiry.consent.email) == (True, False)


def test_without_the_form_questions_are_named_by_their_numbers() -> None:
    inquiry = fetched(BARE, fields={"first_name": "101"})

    assert inquiry.is_test
    assert inquiry.first_name == "Noor"
    assert inquiry.email == "noor.h@example.com"
    assert inquiry.extra["105"] == 2


@pytest.mark.parametrize("body", [{}, {"formResponse": {"answers": []}}, {"formResponse": 7}])
def test_an_answer_that_names_nobody_is_unreadable(body: Any) -> None:
    with pytest.raises(Unreadable):
        fetched(body)
