"""Google's key is compared whatever its case, and never kept."""

import json
from typing import Any

import orjson
import pytest

from app.domain.errors import BadCredentials
from app.domain.lead import Inquiry
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, SECRET, delivery, named, read, settings

KIND = "google-ads"
KEY = SECRET


def arriving(*columns: tuple[str, Any], **members: Any) -> Inquiry:
    data = [{"column_id": name, "string_value": value} for name, value in columns]
    body = {"lead_id": "1", "user_column_data": data} | members
    return read(delivery(KIND, json.dumps(body).encode(), "application/json"), KIND).inquiries[0]


def authenticate(body: Any) -> None:
    webhook = delivery(KIND, json.dumps(body).encode(), "application/json")
    SOURCES[KIND].authenticate(webhook, settings(KIND), now=NOW, certificates={})


@pytest.mark.parametrize("name", ["google_key", "Google_key", "GOOGLE_KEY"])
def test_the_key_is_found_in_any_case_and_never_kept(name: str) -> None:
    authenticate({name: KEY})

    kept = orjson.dumps(arriving(("EMAIL", "a@example.com"), **{name: KEY}))

    assert KEY.encode() not in kept


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({}, "google_key is missing"),
        ({"google_key": None}, "google_key is missing"),
        ({"google_key": "wrong"}, "google_key is wrong"),
        ({"google_key": [[KEY]]}, "google_key is missing"),
        ({"google_key": True}, "google_key is wrong"),
        ([], "google_key is missing"),
    ],
)
def test_a_wrong_key_is_refused(body: Any, why: str) -> None:
    with pytest.raises(BadCredentials) as refused:
        authenticate(body)

    assert refused.value.why == why


def test_a_number_for_an_id_is_as_good_as_a_text() -> None:
    person = ("EMAIL", "a@example.com")

    assert (
        arriving(person, lead_id=12345).dedupe_key == arriving(person, lead_id="12345").dedupe_key
    )


def test_a_test_is_marked_and_never_hides_the_real_lead_of_its_id() -> None:
    person = ("EMAIL", "a@example.com")
    real, test = arriving(person), arriving(person, is_test=True)

    assert test.is_test
    assert test.dedupe_key != real.dedupe_key


def test_an_empty_test_is_still_a_test() -> None:
    assert arriving(is_test=True).is_test


def test_an_unknown_question_is_kept_as_it_was_asked() -> None:
    inquiry = arriving(("EMAIL", "a@example.com"), ("district", "Plano"), ("district", "Frisco"))

    assert inquiry.extra == {"DISTRICT": ["Plano", "Frisco"]}


def test_a_question_of_our_own_form_can_be_named_in_the_config() -> None:
    body = named(KIND, "odd").body

    reading = read(
        delivery(KIND, body, "application/json"),
        KIND,
        fields={"message": "which_school_district", "property.zip": "nowhere"},
        consent={"sms": "implied"},
    )

    assert reading.inquiries[0].message == "Plano, Frisco"
    assert reading.inquiries[0].consent.sms is True
