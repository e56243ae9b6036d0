"""Zillow's mortgage contacts: whose they are, what they cost, and what the person refused."""

import json
from typing import Any

import pytest

from app.domain.lead import Consent, Inquiry, Kind
from tests.sources.examples import delivery, read

KIND = "zillow-mortgage"
SENDER = {"firstName": "Andre", "emailAddress": "andre@example.com"}


def contact(**members: Any) -> Inquiry:
    body = json.dumps({"id": "LC-1", "sender": SENDER} | members).encode()
    return read(delivery(KIND, body, "application/json"), KIND).inquiries[0]


def test_the_contacts_id_makes_it_known_for_ever() -> None:
    first, again = contact(type="simple"), contact(type="quote")

    assert (first.dedupe_key, first.dedupe_window) == ("LC-1", None)
    assert first.dedupe_key == again.dedupe_key
    assert first.external_id == "LC-1"


def test_without_an_id_the_same_bytes_are_the_same_contact() -> None:
    first, again = contact(id=None), contact(id=None)

    assert first.dedupe_key == again.dedupe_key
    assert first.dedupe_window is not None


def test_the_price_is_what_the_contact_costs_and_not_what_the_home_does() -> None:
    inquiry = contact(price=24.5, details={"propertyValue": 589000})

    assert inquiry.property.price == 589_000
    assert inquiry.extra == {"lead_price": 24.5}
    assert contact(price=24.5).property.price is None


@pytest.mark.parametrize(
    ("recipient", "agent", "left"),
    [
        ({"lenderId": "ZU-1", "nmlsLicense": "7"}, "ZU-1", {"recipient": {"nmlsLicense": "7"}}),
        ({"nmlsLicense": 7}, "7", {}),
        ({"lenderId": None, "nmlsLicense": "7"}, "7", {}),
        ("nobody", None, {"recipient": "nobody"}),
    ],
)
def test_the_lender_who_is_meant_is_named_by_id_or_licence(
    recipient: Any, agent: str | None, left: dict[str, Any]
) -> None:
    inquiry = contact(recipient=recipient)

    assert (inquiry.provider_agent, inquiry.extra) == (agent, left)


def test_neither_the_lender_nor_the_agent_is_taken_for_the_person() -> None:
    inquiry = contact(
        sender={"firstName": "Andre"},
        recipient={"firstName": "Grace", "emailAddress": "grace@lender.example.com"},
        details={"agentEmailAddress": "dana@harborline.example.com", "agentFirstName": "Dana"},
    )

    assert (inquiry.first_name, inquiry.email, inquiry.kind) == ("Andre", None, Kind.MORTGAGE)


@pytest.mark.parametrize(
    ("status", "sms", "email"),
    [("DoNotCall", False, None), ("NotInterested", False, False)],
)
def test_what_the_person_refused_is_not_consented_to(
    status: str, sms: bool | None, email: bool | None
) -> None:
    inquiry = contact(details={"conciergeStatus": status})

    assert inquiry.consent == Consent(sms, email, evidence=f"conciergeStatus: {status}")
    assert inquiry.extra == {"conciergeStatus": status}


@pytest.mark.parametrize("status", ["Transferred", "SomethingNew", 7, None])
def test_any_other_word_of_the_concierge_refuses_nothing(status: Any) -> None:
    assert contact(details={"conciergeStatus": status}).consent == Consent()


def test_the_loan_can_be_asked_for_by_rules_and_the_credit_cannot() -> None:
    inquiry = contact(details={"loanPurpose": "Refinance", "creditScoreRange": "R_720_739"})

    assert inquiry.extra == {
        "loanPurpose": "Refinance",
        "details": {"creditScoreRange": "R_720_739"},
    }
