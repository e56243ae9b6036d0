"""Contact Form 7: fields by the names of their tags, and technical ones beside them."""

import json
from typing import Any

import pytest

from app.domain.lead import Inquiry, Kind
from tests.sources.examples import delivery, read

KIND = "contact-form-7"


def submitted(form: dict[str, Any], **changes: Any) -> Inquiry:
    webhook = delivery(KIND, json.dumps(form).encode(), "application/json")
    return read(webhook, KIND, **changes).inquiries[0]


def test_the_plug_ins_own_fields_are_kept_and_are_nobody() -> None:
    technical = {"_wpcf7": "123", "_wpcf7_unit_tag": "wpcf7-f123-p45-o1"}
    token = {"g-recaptcha-response": "a@example.com"}

    inquiry = submitted({"your-name": "Ana", **technical, **token})

    assert (inquiry.first_name, inquiry.email) == ("Ana", None)
    assert inquiry.extra == technical | token


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ({"menu-77": ["Sell my home"]}, Kind.SELLER),
        ({"menu-77": "Rent"}, Kind.RENTER),
        ({"menu-1": "Blue", "menu-2": "Buy"}, Kind.BUYER),
    ],
)
def test_a_menu_says_what_the_person_wants(form: dict[str, Any], kind: Kind) -> None:
    inquiry = submitted({"your-name": "Ana"} | form)

    assert inquiry.kind == kind
    assert inquiry.extra == form


def test_the_config_names_tags() -> None:
    inquiry = submitted(
        {"text-901": "Ana Prieto", "acceptance-5": "1"},
        fields={"name": "text-901"},
        consent={"sms": "acceptance-5"},
    )

    assert (inquiry.first_name, inquiry.consent.sms) == ("Ana", True)
