"""An entry of Gravity Forms has numbers for names: they are told by the config, or by looks."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from app.domain.errors import Unreadable
from app.domain.lead import Campaign, Inquiry, Property
from app.sources import entries
from tests.sources.examples import delivery, read

KIND = "gravity-forms"
ENTRY = {"id": "512", "form_id": "7", "date_created": "2026-03-14 20:15:00"}


def submitted(answers: dict[str, Any], **changes: Any) -> Inquiry:
    body = json.dumps(ENTRY | answers).encode()
    return read(delivery(KIND, body, "application/json"), KIND, **changes).inquiries[0]


def test_the_config_says_what_a_number_means() -> None:
    inquiry = submitted(
        {"1": "Ana Prieto", "2": "a@example.com", "7": "b@example.com", "9.1": "Text me"},
        fields={"name": 1, "email": 7},
        consent={"sms": "9.1"},
    )

    assert (inquiry.first_name, inquiry.last_name) == ("Ana", "Prieto")
    assert inquiry.email == "b@example.com"
    assert inquiry.consent.sms is True
    assert inquiry.extra == {"form_id": "7", "2": "a@example.com", "9.1": "Text me"}


def test_without_a_config_a_person_is_told_by_looks() -> None:
    inquiry = submitted(
        {"1.2": "", "1.3": "Ana", "1.6": "Prieto", "4": "a@example.com", "5": "919-555-0150"}
        | {"6.1": "12 Elm St", "6.2": "", "6.3": "Akron", "6.4": "Ohio", "6.5": "44308"}
        | {"8": "We look for three rooms,\nand a garden."}
    )

    assert (inquiry.first_name, inquiry.last_name) == ("Ana", "Prieto")
    assert (inquiry.email, inquiry.phone) == ("a@example.com", "+19195550150")
    assert inquiry.message == "We look for three rooms,\nand a garden."
    assert inquiry.property == Property(address="12 Elm St", city="Akron", state="OH", zip="44308")
    assert not [name for name in inquiry.extra if name[0].isdigit()]


def test_of_two_addresses_or_numbers_none_is_taken_for_the_persons() -> None:
    answers = {"1.3": "Ana", "1.6": "Prieto", "2": "a@example.com", "3": "b@example.com"}
    answers |= {"4": "919-555-0150", "5": "919-555-0151"}

    inquiry = submitted(answers)

    assert (inquiry.email, inquiry.phone, inquiry.first_name) == (None, None, "Ana")
    assert {name: inquiry.extra[name] for name in "2345"} == {
        name: answers[name] for name in "2345"
    }


@pytest.mark.parametrize(
    "answers",
    [
        {"5.1": "", "5.2": "", "5.3": "Condo", "5.6": "Loft"},
        {"5.3": "Three", "5.5": "Five", "5.6": "Six"},
        {"5.3": "3 rooms", "5.6": "6 rooms"},
        {"5.3": "Ana"},
    ],
)
def test_ticked_boxes_are_no_name(answers: dict[str, str]) -> None:
    assert entries.told(answers).texts == {}


@pytest.mark.parametrize(
    "answers",
    [
        {"5.1": "Email me", "5.3": "Call me", "5.4": "Text", "5.5": "5 pm"},
        {"5.1": "12 Elm St", "5.3": "Akron 2", "5.4": "OH", "5.5": "44308"},
        {"5.1": "12 Elm St", "5.3": "Akron", "5.4": "OH", "5.5": ""},
    ],
)
def test_ticked_boxes_are_no_address(answers: dict[str, str]) -> None:
    assert entries.told(answers).texts == {}


@pytest.mark.parametrize("text", ["20260501", "450000", "12345678901234", "03/14/2026", "n/a"])
def test_a_number_that_cannot_be_dialled_is_no_phone(text: str) -> None:
    assert "phone" not in entries.told({"4": text}).texts


def test_the_same_entry_is_a_repeat_for_ever() -> None:
    first, again = (
        submitted({"2": "a@example.com"}),
        submitted({"2": "a@example.com", "is_read": 1}),
    )

    assert first.dedupe_key == again.dedupe_key == "7#512#2026-03-14 20:15:00"
    assert first.dedupe_window is None
    assert first.external_id == "512"


@pytest.mark.parametrize(
    "other",
    [
        {"id": "513"},
        {"form_id": "8"},
        {"date_created": "2026-03-15 08:00:00"},
        {"source_url": "https://other.example.com/contact/"},
    ],
)
def test_another_site_form_or_day_is_another_entry(other: dict[str, str]) -> None:
    person = {"2": "a@example.com"}

    assert submitted(person).dedupe_key != submitted(person | other).dedupe_key


def test_selected_fields_have_no_id_and_are_known_by_their_content() -> None:
    form = urlencode({"Name": "Ana Prieto", "email": "a@example.com", "id": "7"}).encode()

    reading = read(delivery(KIND, form, "application/x-www-form-urlencoded"), KIND)

    inquiry = reading.inquiries[0]
    assert (inquiry.first_name, inquiry.email) == ("Ana", "a@example.com")
    assert (inquiry.external_id, inquiry.extra) == (None, {"id": "7"})
    assert inquiry.dedupe_window is not None


def test_what_wordpress_takes_for_spam_is_kept_and_marked() -> None:
    assert submitted({"2": "a@example.com", "status": "spam"}).spam == (
        "Gravity Forms marked it as spam"
    )
    assert submitted({"2": "a@example.com", "status": "active"}).spam is None


def test_the_pages_address_tells_of_the_campaign() -> None:
    url = "https://www.example.com/?utm_source=bing&utm_campaign=fall&msclkid=inv-1"

    inquiry = submitted({"2": "a@example.com", "source_url": url})

    assert inquiry.campaign == Campaign(source="bing", name="fall", msclkid="inv-1")


def test_several_choices_are_a_list() -> None:
    assert submitted({"2": "a@example.com", "6": '["Condo","Loft"]'}).extra["6"] == [
        "Condo",
        "Loft",
    ]


def test_an_entry_with_nobody_in_it_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="nobody in this delivery"):
        submitted({"5.1": "Condo"})
