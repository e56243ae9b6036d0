"""Zillow Rentals: no id, two homes are two askings, and some things are kept apart."""

import json
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from app.config.condition import Condition, Features
from app.domain.lead import Inquiry, Kind, Property
from tests.sources.examples import delivery, named, read

KIND = "zillow-rentals"
PERSON = {"name": "Priya Raghunathan", "email": "priya@example.com"}


def asked(**changes: Any) -> Inquiry:
    body = urlencode(PERSON | changes).encode()
    return read(delivery(KIND, body, "application/x-www-form-urlencoded"), KIND).inquiries[0]


def test_the_same_bytes_are_the_same_asking_for_a_day() -> None:
    first, again = asked(listingId="1"), asked(listingId="1")

    assert first.dedupe_key == again.dedupe_key
    assert first.dedupe_window is not None
    assert first.dedupe_window.total_seconds() == 24 * 3600


def test_a_person_who_asks_about_two_homes_has_asked_twice() -> None:
    assert asked(listingId="1").dedupe_key != asked(listingId="2").dedupe_key


def test_the_contact_of_the_listing_is_who_zillow_means_and_never_the_person() -> None:
    inquiry = asked(email="", listingContactEmail="leasing@harborline.example.com")

    assert inquiry.provider_agent == "leasing@harborline.example.com"
    assert inquiry.email is None


def test_a_relay_address_is_known_for_one() -> None:
    assert asked(email="inv-1@convo.zillow.com").email_is_relay


def test_the_home_is_that_of_the_listing_with_its_unit() -> None:
    inquiry = asked(listingStreet="77 Mill Race Way", listingUnit="#4B", listingCity="Durham",
                    listingState="north carolina", listingPostalCode="27701",
                    movingFromCity="Raleigh")  # fmt: skip

    assert inquiry.kind is Kind.RENTER
    assert inquiry.property == Property(
        address="77 Mill Race Way #4B", city="Durham", state="NC", zip="27701"
    )
    assert inquiry.extra == {"movingFromCity": "Raleigh"}


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ({"movingDate": "20260501"}, "2026-05-01"),
        ({"movingDate": "20261301", "moveInDate": "2026-06-01"}, "2026-06-01"),
        ({"moveInDate": "2026-06-01T08:00:00Z"}, "2026-06-01"),
        ({"movingDate": "soon"}, None),
    ],
)
def test_the_day_of_moving_in_is_written_in_one_way(told: dict[str, str], day: str | None) -> None:
    extra = asked(**told).extra

    assert extra.get("moving_date") == day
    assert {name: extra[name] for name in told} == told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("creditScoreRangeJson", {"creditScoreMin": 660}),
        ("incomeYearly", "84"),
        ("smoker", "false"),
        ("numOccupants", "3"),
        ("hasPets", "yes"),
        ("petDetailsJson", [{"type": "cat"}]),
        ("jobTitle", "Nurse"),
        ("employmentStatus", "retired"),
        ("numChildren", "2"),
        ("hasHousingVoucher", "true"),
        ("reasonForMoving", "New job"),
    ],
)
def test_no_rule_can_ask_for_what_must_not_decide(name: str, value: Any) -> None:
    inquiry = asked(**{name: value if isinstance(value, str) else json.dumps(value)})
    rule = Condition.model_validate({f"extra.{name}": "*"})

    assert inquiry.extra == {"sensitive": {name: value}}
    assert rule.why_not(Features(source="x", kind=inquiry.kind, extra=inquiry.extra)) == (
        f"extra.{name} is unknown"
    )


def test_lists_in_a_text_are_lists_and_a_broken_one_stays_a_text() -> None:
    extra = asked(neighborhoods='["Downtown"]', propertyTypesDesired="[broken").extra

    assert extra == {"neighborhoods": ["Downtown"], "propertyTypesDesired": "[broken"}


def test_nothing_that_arrives_is_lost() -> None:
    webhook = named(KIND, "complete")
    inquiry = read(webhook, KIND).inquiries[0]

    canonical = {"name", "email", "phone", "message", "listingContactEmail", "listingStreet",
                 "listingUnit", "listingCity", "listingState", "listingPostalCode"}  # fmt: skip
    kept = {*canonical, *inquiry.extra, *inquiry.extra["sensitive"]}
    assert not {*parse_qs(webhook.body.decode())} - kept
