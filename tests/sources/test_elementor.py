"""Elementor sends labels, or with its advanced data the id, type and title of each field."""

from typing import Any
from urllib.parse import urlencode

import pytest

from app.domain.lead import Inquiry
from tests.sources.examples import delivery, read

KIND = "elementor"


def submitted(form: dict[str, Any], **changes: Any) -> Inquiry:
    body = urlencode(form, doseq=True).encode()
    webhook = delivery(KIND, body, "application/x-www-form-urlencoded")
    return read(webhook, KIND, **changes).inquiries[0]


def field(field_id: str, value: str, **attributes: str) -> dict[str, str]:
    told = {"id": field_id, "value": value, "raw_value": value, **attributes}
    return {f"fields[{field_id}][{name}]": text for name, text in told.items()}


def test_a_field_without_a_label_is_known_by_its_id() -> None:
    inquiry = submitted({"No Label name": "Ana Prieto", "No Label email": "a@example.com"})

    assert (inquiry.first_name, inquiry.email) == ("Ana", "a@example.com")


def test_what_elementor_adds_is_kept_and_is_nobody() -> None:
    inquiry = submitted(
        {"Email": "a@example.com", "form_name": "Ask Dana", "Powered by": "Elementor"}
    )

    assert inquiry.first_name is None
    assert inquiry.extra == {"form_name": "Ask Dana", "Powered by": "Elementor"}


@pytest.mark.parametrize(
    ("field_id", "attributes"),
    [
        ("email", {}),
        ("field_1a2b3c4", {"title": "Your e-mail", "type": "text"}),
        ("field_1a2b3c4", {"title": "Where can we write?", "type": "email"}),
        ("field_1a2b3c4", {"title": "", "type": "email"}),
    ],
)
def test_an_email_is_known_by_id_title_or_type(field_id: str, attributes: dict[str, str]) -> None:
    other = field("field_9z", "dana@harborline.example.com", title="Agent e-mail", type="email")

    inquiry = submitted(other | field(field_id, "a@example.com", **attributes))

    assert inquiry.email == "a@example.com"
    assert inquiry.extra["Agent e-mail"] == "dana@harborline.example.com"


def test_a_title_about_somebody_else_counts_more_than_the_id() -> None:
    inquiry = submitted(field("email", "dana@example.com", title="Your agent's email")
                        | field("name", "Ana"))  # fmt: skip

    assert (inquiry.email, inquiry.first_name) == (None, "Ana")


def test_the_config_names_fields_by_their_ids() -> None:
    form = field("field_1", "Hi", title="Anything?") | field("field_2", "on", type="acceptance")

    inquiry = submitted(form, fields={"message": "field_1"}, consent={"sms": "field_2"})

    assert inquiry.message == "Hi"
    assert inquiry.consent.sms is True


def test_titles_that_are_equal_do_not_overwrite_each_other() -> None:
    form = field("email", "a@example.com") | field("f1", "Red", title="Colour")
    inquiry = submitted(form | field("f2", "Blue", title="Colour"))

    assert inquiry.extra["Colour"] == "Red"
    assert inquiry.extra["fields[f2][value]"] == "Blue"


def test_what_was_typed_before_it_was_tidied_is_kept() -> None:
    form = field("email", "a@example.com") | field("phone", "9195550150", raw_value="919.555.0150")

    kept = {name: text for name, text in submitted(form).extra.items() if "[" in name}
    assert kept == {"fields[phone][raw_value]": "919.555.0150"}
