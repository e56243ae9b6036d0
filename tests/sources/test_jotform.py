"""Jotform: the answers are JSON inside of a form, and an edit comes under the old id."""

import json
from typing import Any

import orjson
import pytest

from app.domain.errors import Unreadable
from app.domain.lead import Campaign, Inquiry, Property
from tests.sources.examples import SECRET, delivery, named, read

KIND = "jotform"
BOUNDARY = "JFB"


def posted(**parts: str) -> bytes:
    lines = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in parts.items()
    ]
    return ("".join(lines) + f"--{BOUNDARY}--\r\n").encode()


def submitted(raw: dict[str, Any], *, changes: Any = None, **parts: str) -> Inquiry:
    body = posted(submissionID="61", rawRequest=json.dumps(raw), **parts)
    webhook = delivery(KIND, body, f"multipart/form-data; boundary={BOUNDARY}")
    return read(webhook, KIND, **(changes or {})).inquiries[0]


def test_the_same_submission_is_a_repeat() -> None:
    answers = {"q1_email": "a@example.com"}
    first = submitted(answers | {"buildDate": "1", "timeToSubmit": "20"})
    again = submitted(answers | {"buildDate": "2", "timeToSubmit": "21"})

    assert first.dedupe_key == again.dedupe_key
    assert (first.external_id, first.dedupe_window) == ("61", None)


def test_an_edited_submission_is_an_inquiry_of_its_own() -> None:
    first = submitted({"slug": "submit/26", "q1_email": "a@example.com"})
    edited = submitted({"slug": "edit/61", "q1_email": "ana@example.com"})

    assert edited.dedupe_key != first.dedupe_key
    assert (edited.external_id, first.external_id) == ("61", "61")
    assert (edited.is_update, first.is_update) == (True, False)


def test_our_own_address_is_not_kept_because_our_secret_is_in_it() -> None:
    url = f"https://leads.example.com/webhooks/jotform/{SECRET}"

    inquiry = submitted({"q1_email": "a@example.com"}, webhookURL=url)

    assert SECRET.encode() not in orjson.dumps(inquiry, default=str)


@pytest.mark.parametrize(
    "phone",
    [
        {"full": "(919) 555-0150"},
        {"area": "919", "phone": "555-0150"},
        {"country": "1", "area": "919", "phone": "5550150"},
        "919 555 0150",
    ],
)
def test_a_phone_comes_whole_or_in_parts(phone: Any) -> None:
    assert submitted({"q5_phoneNumber": phone}).phone == "+19195550150"


@pytest.mark.parametrize("label", ["q3_name", "q3_whatIs", "q12_typeA", "q3_fullName3"])
def test_a_name_in_parts_is_the_persons_whatever_its_label(label: str) -> None:
    inquiry = submitted({"q2_agentName": {"first": "Dana", "last": "Okafor"}} | {
        label: {"first": "Ana", "last": "Prieto"}
    })  # fmt: skip

    assert (inquiry.first_name, inquiry.last_name) == ("Ana", "Prieto")
    assert inquiry.extra == {"q2_agentName.first": "Dana", "q2_agentName.last": "Okafor"}


def test_an_address_in_parts_is_that_of_the_home() -> None:
    inquiry = submitted({
        "q1_email": "a@example.com",
        "q6_address": {"addr_line1": "12 Elm St", "addr_line2": "Apt 2", "city": "Akron",
                       "state": "ohio", "postal": "44308"},
    })  # fmt: skip

    assert inquiry.property == Property(address="12 Elm St", city="Akron", state="OH", zip="44308")
    assert inquiry.extra == {"q6_address.addr_line2": "Apt 2"}


def test_the_config_names_answers_as_jotform_does() -> None:
    inquiry = submitted(
        {"q3_name": {"first": "Ana", "last": "Prieto"}, "q8_buyer": {"first": "Ben", "last": "Lee"}}
        | {"q9_number": {"area": "919", "phone": "5550150"}, "q4_ok": "Yes, text me"},
        changes={
            "fields": {"name": "q8_buyer", "phone": "q9_number", "campaign.name": "formTitle"},
            "consent": {"sms": "q4_ok"},
        },
        formTitle="Spring",
    )

    assert (inquiry.first_name, inquiry.last_name) == ("Ben", "Lee")
    assert (inquiry.phone, inquiry.consent.sms) == ("+19195550150", True)
    assert inquiry.campaign == Campaign(name="Spring")


def test_hidden_fields_tell_of_the_campaign_numbered_or_not() -> None:
    inquiry = submitted({"q1_email": "a@example.com", "q7_utmSource": "google", "q8_gclid": "g-1"}
                        | {"utm_campaign": "fall"})  # fmt: skip

    assert inquiry.campaign == Campaign(source="google", name="fall", gclid="g-1")


def test_what_the_account_is_called_is_not_the_persons_name() -> None:
    inquiry = submitted({"q1_email": "a@example.com"}, username="harborline", formTitle="Name")

    assert (inquiry.first_name, inquiry.last_name) == (None, None)
    assert inquiry.extra == {"username": "harborline", "formTitle": "Name"}


@pytest.mark.parametrize("raw", ["", "{", "[]", "null", '{"q1_email": "a@exa'])
def test_without_readable_answers_the_pretty_text_is_read(raw: str) -> None:
    pretty = "Name:Ana Prieto, Email:a@example.com, Message:Is it free, or not?"
    body = posted(submissionID="61", rawRequest=raw, pretty=pretty)

    webhook = delivery(KIND, body, f"multipart/form-data; boundary={BOUNDARY}")
    inquiry = read(webhook, KIND).inquiries[0]

    assert (inquiry.first_name, inquiry.email) == ("Ana", "a@example.com")
    assert inquiry.message == "Is it free, or not?"
    assert inquiry.extra["pretty"] == pretty


def test_answers_in_json_are_never_mixed_with_the_pretty_text() -> None:
    inquiry = submitted({"q1_email": "a@example.com"}, pretty="Name:Somebody Else")

    assert inquiry.first_name is None


def test_the_type_of_content_may_get_lost_on_the_way() -> None:
    sample = named(KIND, "complete")

    lost = read(delivery(KIND, sample.body, ""), KIND)

    assert lost == read(sample, KIND)


def test_a_submission_with_nobody_in_it_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="nobody in this delivery"):
        submitted({"q1_colour": "red"})
