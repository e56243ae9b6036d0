"""Realtor.com wants an answer in its own shape, and sends tests that look like leads."""

import json
from typing import Any

import pytest

from app.domain.errors import BadCredentials
from app.domain.lead import Inquiry
from app.sources.registry import SOURCES
from tests.sources.examples import delivery, named, read

KIND = "realtor-com"
LEAD = json.loads(named(KIND, "complete").body)


def arriving(**info: Any) -> Inquiry:
    body = {"Lead": {"lead_info": LEAD["Lead"]["lead_info"] | info}}
    return read(delivery(KIND, json.dumps(body).encode(), "application/json"), KIND).inquiries[0]


def test_the_answer_is_in_realtors_own_shape() -> None:
    assert read(named(KIND, "complete"), KIND).reply == {
        "message": "OK",
        "description": "The lead was received.",
        "status_code": 200,
        "communications_guid": "a1000000-0000-4000-8000-000000000003",
    }


def test_a_refusal_is_in_realtors_own_shape() -> None:
    refused = BadCredentials("realtor", "header x-api-key is wrong")

    assert SOURCES[KIND].refusal(refused) == {
        "message": "Unauthorized",
        "description": "Source realtor: header x-api-key is wrong.",
        "status_code": 401,
        "communications_guid": None,
    }


def test_both_nestings_read_the_same() -> None:
    info = dict(LEAD["Lead"]["lead_info"])
    groups = {name: info.pop(name) for name in list(info) if isinstance(info[name], dict)}
    siblings = json.dumps(LEAD | {"Lead": {"lead_info": info} | groups}).encode()

    beside = read(delivery(KIND, siblings, "application/json"), KIND)

    assert beside == read(named(KIND, "complete"), KIND)


@pytest.mark.parametrize("info", [{"test": True}, {"test": "true"}, {"paid_type": "test"}])
def test_a_test_is_marked_and_never_hides_the_real_lead_of_its_id(info: dict[str, Any]) -> None:
    real, test = arriving(), arriving(**info)

    assert test.is_test
    assert test.dedupe_key != real.dedupe_key


@pytest.mark.parametrize(
    ("info", "agent"),
    [
        ({}, "harborline-fl-9"),
        ({"partner_customer_id": None}, "900001"),
        (
            {
                "partner_customer_id": "",
                "rdc_customer_info": {"recipient_customer_email": "leads@harborline.example.com"},
            },
            "leads@harborline.example.com",
        ),
    ],
)
def test_the_agent_is_the_one_agreed_with_us_or_else_realtors_customer(
    info: dict[str, Any], agent: str
) -> None:
    assert arriving(**info).provider_agent == agent
