"""What robots fill in is kept, marked and said aloud, whatever form it came by."""

import json
from collections.abc import Callable, Mapping
from typing import Any, get_args
from urllib.parse import urlencode

import pytest

from app.config.sources import PostedForm
from app.domain.lead import Inquiry
from tests.sources.examples import NOW, delivery, read

URLENCODED = "application/x-www-form-urlencoded"
PERSON = {"email": "a@example.com"}

Post = Callable[[Mapping[str, Any]], tuple[bytes, str]]


def as_form(fields: Mapping[str, Any]) -> tuple[bytes, str]:
    return urlencode(fields).encode(), URLENCODED


def as_json(fields: Mapping[str, Any]) -> tuple[bytes, str]:
    return json.dumps(fields).encode(), "application/json"


def as_jotform(fields: Mapping[str, Any]) -> tuple[bytes, str]:
    return as_form({"submissionID": "61", "rawRequest": json.dumps(fields)})


def as_unbounce(fields: Mapping[str, Any]) -> tuple[bytes, str]:
    return as_form({"data.json": json.dumps({name: [value] for name, value in fields.items()})})


def as_elementor(fields: Mapping[str, Any]) -> tuple[bytes, str]:
    told = {f"fields[{name}][value]": value for name, value in fields.items()}
    titles = {f"fields[{name}][title]": f"Label of {name}" for name in fields}
    return as_form({**told, **titles})


def as_entry(fields: Mapping[str, Any]) -> tuple[bytes, str]:
    return as_json({"id": "1", "form_id": "1", **fields})


WAYS: list[tuple[str, Post]] = [
    ("web-form", as_form),
    ("web-form", as_json),
    ("jotform", as_jotform),
    ("unbounce", as_unbounce),
    ("elementor", as_form),
    ("elementor", as_elementor),
    ("contact-form-7", as_json),
    ("gravity-forms", as_entry),
]
by_way = pytest.mark.parametrize(("kind", "post"), WAYS, ids=lambda it: getattr(it, "__name__", it))


def submitted(kind: str, post: Post, fields: Mapping[str, Any], **changes: Any) -> Inquiry:
    guards = {"honeypot": None, "fill_time": None} | changes
    return read(delivery(kind, *post({**PERSON, **fields})), kind, **guards).inquiries[0]


def test_every_kind_of_posted_form_is_tried() -> None:
    assert {kind for kind, _ in WAYS} == {*get_args(PostedForm.model_fields["kind"].annotation)}


@by_way
@pytest.mark.parametrize("name", ["website_url", "9"])
def test_who_fills_in_the_hidden_field_is_a_robot(kind: str, post: Post, name: str) -> None:
    url = "http://spam.example.com"

    robot = submitted(kind, post, {name: url}, honeypot=name)
    person = submitted(kind, post, {name: ""}, honeypot=name)

    assert robot.spam == "the form's hidden field was filled in"
    assert robot.email == "a@example.com"
    assert url in repr(robot.extra)
    assert person.spam is None


@by_way
@pytest.mark.parametrize(
    ("told", "is_robot"),
    [
        ("2", True),
        (2.9, True),
        ("0", True),
        ("3", False),
        ("24", False),
        ("-1", False),
        ("soon", False),
        ("", False),
        (NOW.timestamp() - 1, True),
        (NOW.timestamp() - 60, False),
        (int(NOW.timestamp() * 1000) - 1000, True),
        (int(NOW.timestamp() * 1000) - 60_000, False),
        (NOW.isoformat(), True),
        ("2026-03-14T20:29:00Z", False),
    ],
)
def test_who_fills_a_form_in_too_fast_is_a_robot(
    kind: str, post: Post, told: Any, *, is_robot: bool
) -> None:
    inquiry = submitted(kind, post, {"shown": told}, fill_time={"field": "shown"})

    expected = "the form was filled in faster than a person can" if is_robot else None
    assert inquiry.spam == expected


@by_way
def test_a_form_that_does_not_tell_how_long_it_took_is_a_persons(kind: str, post: Post) -> None:
    inquiry = submitted(kind, post, {}, honeypot="website_url", fill_time={"field": "shown"})

    assert inquiry.spam is None


@by_way
def test_the_config_says_how_fast_is_too_fast(kind: str, post: Post) -> None:
    fill_time = {"field": "shown", "at_least": "10s"}

    assert submitted(kind, post, {"shown": "9"}, fill_time=fill_time).spam
    assert submitted(kind, post, {"shown": "10"}, fill_time=fill_time).spam is None
