"""Answers are known by the author's ref or the question's words, and partly given ones count."""

import json
from typing import Any

import pytest

from app.domain.delivery import Reading
from app.domain.errors import Unreadable
from app.domain.lead import Campaign, Consent, Inquiry
from tests.sources.examples import delivery, named, read

KIND = "typeform"
MADE_UP = "0f1e2d3c-0000-4000-8000-0000000000{:02}"


def reading(response: Any, event: str = "form_response", **changes: Any) -> Reading:
    body = {"event_id": "e-1", "event_type": event, "form_response": response}
    return read(delivery(KIND, json.dumps(body).encode(), "application/json"), KIND, **changes)


def answered(*answers: dict[str, Any], event: str = "form_response", **changes: Any) -> Inquiry:
    questions = [
        {"id": f"q{at}", "ref": each["field"]["ref"], "title": each.pop("title", None)}
        for at, each in enumerate(answers)
    ]
    response = {"token": "t-1", "answers": answers, "definition": {"fields": questions}}
    return reading(response, event, **changes).inquiries[0]


def answer(ref: str, kind: str, value: Any, title: str | None = None) -> dict[str, Any]:
    return {"type": kind, kind: value, "field": {"ref": ref}, "title": title}


EMAIL = answer("email", "email", "a@example.com")


def test_a_question_is_known_by_its_words_where_the_ref_is_made_up() -> None:
    inquiry = answered(
        answer(MADE_UP.format(1), "text", "Ana", "First name?"),
        answer(MADE_UP.format(2), "email", "ana@example.com", "Where do we write to?"),
        answer(MADE_UP.format(3), "phone_number", "+14155550133", "And what to dial?"),
        answer(MADE_UP.format(4), "text", "Blue", "Favourite colour?"),
        answer("colour_2", "text", "Red", "Second choice?"),
    )

    assert (inquiry.first_name, inquiry.email) == ("Ana", "ana@example.com")
    assert inquiry.phone == "+14155550133"
    assert inquiry.extra["Favourite colour?"] == "Blue"
    assert inquiry.extra["colour_2"] == "Red"


def test_the_config_may_name_a_question_by_ref_or_by_words() -> None:
    questions = (
        answer("email", "email", "a@example.com"),
        answer(MADE_UP.format(1), "text", "Near a school", "Anything else?"),
        answer("q_agent", "text", "dana-1", "Who sent you?"),
    )
    fields = {"message": "anything else?", "provider_agent": "q_agent"}

    inquiry = answered(*questions, fields=fields)

    assert (inquiry.message, inquiry.provider_agent) == ("Near a school", "dana-1")


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("choice", {"label": "Buying", "id": "c1"}, "Buying"),
        ("choice", {"other": "Both"}, "Both"),
        ("choices", {"labels": ["A", "B"], "other": "C"}, ["A", "B", "C"]),
        ("boolean", False, False),
        ("number", 3.5, 3.5),
        ("date", "2026-04-01", "2026-04-01"),
        ("payment", {"amount": "1", "success": True}, {"amount": "1", "success": True}),
    ],
)
def test_every_type_of_answer_is_kept(kind: str, value: Any, kept: Any) -> None:
    assert answered(answer("q_extra", kind, value), EMAIL).extra["q_extra"] == kept


def test_hidden_fields_tell_the_campaign() -> None:
    hidden = {"utm_source": "google", "utm_campaign": "spring", "gclid": "g-1", "office": "7"}

    inquiry = reading({"token": "t-1", "answers": [EMAIL], "hidden": hidden}).inquiries[0]

    assert inquiry.campaign == Campaign(source="google", name="spring", gclid="g-1")
    assert inquiry.extra["hidden.office"] == "7"


def test_an_unfinished_response_and_the_finished_one_are_two_inquiries_of_one_person() -> None:
    partial = read(named(KIND, "partial"), KIND).inquiries[0]
    finished = read(named(KIND, "complete"), KIND).inquiries[0]

    assert partial.external_id == finished.external_id == "tok00000000000000000000000000001"
    assert partial.dedupe_key != finished.dedupe_key
    assert partial.email == finished.email


def test_an_unfinished_response_that_grew_is_no_repeat_and_a_redelivery_is() -> None:
    first = answered(EMAIL, event="form_response_partial")
    grown = answered(EMAIL, answer("note", "text", "Hi"), event="form_response_partial")
    body = {
        "event_id": "another",
        "event_type": "form_response_partial",
        "form_response": {"token": "t-1", "answers": [EMAIL], "submitted_at": None},
    }
    again = read(delivery(KIND, json.dumps(body).encode(), "application/json"), KIND)

    assert first.dedupe_key != grown.dedupe_key
    assert again.inquiries[0].dedupe_key == first.dedupe_key


def test_who_did_not_finish_has_not_agreed_by_asking_nor_refused() -> None:
    consent = {"sms": "consent", "email": "implied"}

    partial = answered(EMAIL, event="form_response_partial", consent=consent)
    ticked = answered(
        EMAIL,
        answer("consent", "boolean", True),
        event="form_response_partial",
        consent=consent,
    )
    finished = answered(EMAIL, consent=consent)

    assert partial.consent == Consent()
    assert ticked.consent == Consent(sms=True, evidence="sms: consent = true")
    assert finished.consent == Consent(sms=False, email=True, evidence="email: implied")


def test_an_id_that_the_config_names_does_not_make_the_finished_response_a_repeat() -> None:
    questions = (EMAIL, answer("crm_id", "text", "7"))
    fields = {"external_id": "crm_id"}

    partial = answered(*questions, event="form_response_partial", fields=fields)
    finished = answered(*questions, fields=fields)

    assert partial.external_id == finished.external_id == "7"
    assert partial.dedupe_key != finished.dedupe_key == "t-1"


def test_an_unfinished_response_without_an_address_is_no_lead() -> None:
    assert read(named(KIND, "unfinished"), KIND) == Reading(
        ignored="an unfinished response, with no way to reach the person"
    )


def test_another_event_is_no_lead() -> None:
    assert reading({"answers": [EMAIL]}, "form_opened").ignored


def test_a_delivery_without_a_response_says_where_it_should_be() -> None:
    with pytest.raises(Unreadable) as unread:
        reading(None)

    assert unread.value.where == "$.form_response"
