"""Unbounce: the visitor's fields are JSON inside of a form, and every value is a list."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from app.domain.errors import Unreadable
from app.domain.lead import Campaign, Inquiry
from tests.sources.examples import delivery, read

KIND = "unbounce"
PAGE = {"page_id": "p-1", "page_name": "Spring", "variant": "a"}


def posted(**form: str) -> Inquiry:
    body = urlencode(form).encode()
    return read(delivery(KIND, body, "application/x-www-form-urlencoded"), KIND).inquiries[0]


def submitted(fields: dict[str, Any], **form: str) -> Inquiry:
    return posted(**PAGE, **form, **{"data.json": json.dumps(fields)})


@pytest.mark.parametrize("name", ["data.json", "data_json"])
def test_the_fields_are_found_with_a_dot_or_an_underscore(name: str) -> None:
    inquiry = posted(**PAGE, **{name: '{"email": ["a@example.com"]}'})

    assert (inquiry.email, inquiry.extra) == ("a@example.com", PAGE)


def test_a_list_of_one_is_what_is_in_it_and_others_stay_lists() -> None:
    inquiry = submitted({"email": ["a@example.com"], "rooms": ["2"], "areas": ["Plano", "Frisco"]})

    assert inquiry.extra == PAGE | {"rooms": "2", "areas": ["Plano", "Frisco"]}


@pytest.mark.parametrize("broken", ["", "{", "[]", '"text"', "null"])
def test_without_readable_json_the_xml_is_read(broken: str) -> None:
    xml = "<form_data><email>a@example.com</email><name>Ana Prieto</name></form_data>"

    inquiry = posted(**{"data.json": broken, "data.xml": xml})

    assert (inquiry.email, inquiry.first_name) == ("a@example.com", "Ana")


def test_the_xml_is_kept_only_if_it_says_something_else() -> None:
    same = "<form_data><email>a@example.com</email></form_data>"
    other = "<form_data><email>a@example.com</email><note>Hello</note></form_data>"

    assert submitted({"email": ["a@example.com"]}, **{"data.xml": same}).extra == PAGE
    assert submitted({"email": ["a@example.com"]}, **{"data.xml": other}).extra == PAGE | {
        "data.xml": other
    }


def test_fields_that_are_not_wrapped_at_all_are_read_too() -> None:
    inquiry = posted(**PAGE, email="a@example.com", name="Ana")

    assert (inquiry.email, inquiry.first_name, inquiry.extra) == ("a@example.com", "Ana", PAGE)


@pytest.mark.parametrize(
    ("clock", "instant"),
    [
        ("08:21 PM UTC", datetime(2026, 3, 14, 20, 21, tzinfo=UTC)),
        ("12:05 AM UTC", datetime(2026, 3, 14, 0, 5, tzinfo=UTC)),
        ("08:21 PM EST", None),
        ("13:61 PM UTC", None),
    ],
)
def test_the_instant_is_read_from_day_and_time(clock: str, instant: datetime | None) -> None:
    fields = {"date_submitted": ["2026-03-14"], "time_submitted": [clock]}

    assert submitted({"email": ["a@example.com"]} | fields).occurred_at == instant


def test_the_pages_address_tells_of_the_campaign_where_the_fields_do_not() -> None:
    url = "http://get.example.com/?utm_source=bing&utm_campaign=fall"

    inquiry = submitted({"email": ["a@example.com"], "utm_source": ["google"]}, page_url=url)

    assert inquiry.campaign == Campaign(source="google", name="fall")


def test_a_field_called_like_one_of_the_page_loses_neither() -> None:
    inquiry = submitted({"email": ["a@example.com"], "variant": ["b"]})

    assert (inquiry.extra["variant"], inquiry.extra["form.variant"]) == ("b", "a")


def test_a_page_with_nobody_on_it_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="nobody in this delivery"):
        submitted({"colour": ["red"]})
