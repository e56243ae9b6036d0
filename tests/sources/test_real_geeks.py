"""What happened to a lead at Real Geeks stands in the headers, and is read once."""

import json
from typing import Any

import pytest

from app.domain.delivery import Reading
from app.domain.lead import Inquiry, Kind
from app.sources.base import TEST_HEADER
from tests.sources.examples import delivery, read

KIND = "real-geeks"
PAULA = {"id": "l-1", "email": "paula@example.com", "first_name": "Paula"}


def reading(action: str | None, message: str | None = "m-1", **members: Any) -> Reading:
    headers = {"x-lead-router-action": action, "x-lead-router-message-id": message}
    given = {name: text for name, text in headers.items() if text is not None}
    body = json.dumps(members).encode()
    return read(delivery(KIND, body, "application/json", **given), KIND)


def told(action: str | None, message: str | None = "m-1", **members: Any) -> Inquiry:
    return reading(action, message, **members).inquiries[0]


def test_a_new_lead_is_read_once_whatever_message_brings_it() -> None:
    first, again = told("created", "m-1", **PAULA), told("created", "m-2", **PAULA)

    assert first.dedupe_key == again.dedupe_key == "l-1"
    assert not first.is_update


@pytest.mark.parametrize("action", ["updated", "activity_added", "Updated"])
def test_an_update_is_told_apart_by_its_message(action: str) -> None:
    created = told("created", **PAULA)
    first, again, other = (told(action, message, **PAULA) for message in ("m-2", "m-2", "m-3"))

    assert first.dedupe_key == again.dedupe_key
    assert len({created.dedupe_key, first.dedupe_key, other.dedupe_key}) == 3
    assert first.is_update
    assert first.external_id == created.external_id == "l-1"


def test_without_headers_what_changed_is_not_taken_for_a_repeat() -> None:
    first, again = told(None, None, **PAULA), told(None, None, **PAULA)
    changed = told(None, None, **PAULA, role="Seller")

    assert first.dedupe_key == again.dedupe_key != changed.dedupe_key


def test_the_body_may_say_what_happened_where_no_header_does() -> None:
    body = json.dumps(PAULA | {"action": "updated"}).encode()

    assert read(delivery(KIND, body, "application/json"), KIND).inquiries[0].is_update


@pytest.mark.parametrize("kind", ["property_viewed", "called", "note", "was_assigned"])
def test_page_views_and_agents_notes_are_no_asking(kind: str) -> None:
    activities = [{"type": kind, "description": "1 Dock St"}]

    ignored = reading("activity_added", **PAULA, activities=activities)

    assert ignored == Reading(ignored="activities that are none of the person's asking")
    assert reading("created", **PAULA, activities=activities).inquiries


@pytest.mark.parametrize("kind", ["tour_requested", "contact_emailed"])
def test_what_the_person_wrote_is_the_message(kind: str) -> None:
    activities = [{"type": "note", "description": "No"}, {"type": kind, "description": "May I?"}]

    assert told("activity_added", **PAULA, activities=activities).message == "May I?"


def test_an_activity_of_an_unknown_type_is_told() -> None:
    activities = [{"type": "property_viewed"}, {"type": "brand_new"}]

    assert told("activity_added", **PAULA, activities=activities).is_update


def test_whom_real_geeks_assigned_last_is_the_agent() -> None:
    activities = [
        {"type": "was_assigned", "user": {"id": "u-1"}},
        {"type": "was_assigned", "user": {"id": 2}},
        {"type": "was_assigned", "user": "nobody"},
    ]

    assert told("created", **PAULA, activities=activities).provider_agent == "2"


def test_a_potential_seller_sells() -> None:
    inquiry = told("potential_seller_created", **PAULA, role="Buyer", street_address="9 Quay Ln")

    assert inquiry.kind is Kind.SELLER
    assert inquiry.property.address == "9 Quay Ln"
    assert not inquiry.is_update


@pytest.mark.parametrize("action", ["potential_seller_created", "updated"])
def test_what_names_nobody_is_no_lead(action: str) -> None:
    assert reading(action, id="l-2", street_address="9 Quay Ln") == Reading(
        ignored="it names nobody: no name, e-mail or phone"
    )


def test_the_first_number_that_can_be_called_counts() -> None:
    inquiry = told("created", **PAULA, phone="home", phone2="(503) 555-0174")

    assert inquiry.phone == "+15035550174"
    assert inquiry.extra["phone"] == "home"


def test_no_header_of_real_geeks_is_one_of_ours() -> None:
    theirs = {f"x-lead-router-{it}" for it in ("action", "signature", "timestamp", "message-id")}

    assert TEST_HEADER not in theirs
    assert not told("created", **PAULA).is_test
