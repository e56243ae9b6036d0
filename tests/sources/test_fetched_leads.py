"""Whatever a provider answers for a held lead, it is read, or said to be unreadable."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery import Held, Webhook
from app.domain.errors import Unreadable
from app.domain.lead import Inquiry
from app.sources.normalise.times import read_milliseconds
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, named, settings
from tests.sources.test_hostile_deliveries import quickly, with_each_value_replaced

HERE = Path(__file__).parent / "fetched"
ANSWERS = {
    "meta-lead-ads": HERE / "meta-lead.json",
    "linkedin": HERE / "linkedin-lead-short.json",
    "hubspot": HERE / "hubspot-contact.json",
}
by_kind = pytest.mark.parametrize("kind", ANSWERS)


@cache
def held(kind: str) -> Held:
    return SOURCES[kind].read(named(kind, "complete"), settings(kind), now=NOW).held[0]


@cache
def delivered(kind: str) -> tuple[Webhook, Any]:
    return named(kind, "complete"), settings(kind)


def outcome(kind: str, body: bytes) -> Inquiry | Unreadable:
    fetching = SOURCES[kind].fetching
    assert fetching is not None
    try:
        return fetching.read(held(kind), body, *delivered(kind), NOW)
    except Unreadable as unread:
        return unread


def test_every_kind_that_fetches_is_tried_here() -> None:
    assert {kind for kind, source in SOURCES.items() if source.fetching} == set(ANSWERS)


@by_kind
def test_what_was_fetched_is_the_same_asking_as_what_was_held(kind: str) -> None:
    inquiry = outcome(kind, ANSWERS[kind].read_bytes())

    assert isinstance(inquiry, Inquiry)
    assert inquiry.dedupe_key == held(kind).dedupe_key
    assert inquiry.external_id == held(kind).external_id
    assert inquiry.dedupe_window is None
    assert not inquiry.is_test


@by_kind
def test_what_was_fetched_for_a_test_stays_one(kind: str) -> None:
    fetching = SOURCES[kind].fetching
    assert fetching is not None
    marked = replace(held(kind), is_test=True, dedupe_key="test#1")

    inquiry = fetching.read(marked, ANSWERS[kind].read_bytes(), *delivered(kind), NOW)

    assert (inquiry.is_test, inquiry.dedupe_key) == (True, "test#1")


@by_kind
@pytest.mark.timeout(180)
def test_a_value_of_any_other_type_is_survived(kind: str) -> None:
    for changed in with_each_value_replaced(json.loads(ANSWERS[kind].read_bytes())):
        found = outcome(kind, json.dumps(changed).encode())

        if isinstance(found, Inquiry):
            assert b"\\u0000" not in orjson.dumps(found, default=str)


@by_kind
@quickly
@given(data=st.data())
def test_an_answer_cut_off_anywhere_is_survived(kind: str, data: st.DataObject) -> None:
    body = ANSWERS[kind].read_bytes()
    end = data.draw(st.integers(0, len(body) - 3))

    assert isinstance(outcome(kind, body[:end]), Unreadable)


@by_kind
@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
def test_what_may_yet_be_had_is_not_given_up(kind: str, status: int) -> None:
    fetching: Any = SOURCES[kind].fetching

    assert not fetching.is_gone(status, b"{}")
    assert fetching.is_gone(404, b"")


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        (1773519165123, "2026-03-14T20:12:45.123000+00:00"),
        ("1773519165123", "2026-03-14T20:12:45.123000+00:00"),
        ("2026-03-14T20:12:45Z", "2026-03-14T20:12:45+00:00"),
        (10**400, None),
        (float("nan"), None),
        ("9" * 400, None),
        (True, None),
        ({}, None),
    ],
    ids=range(8),
)
def test_milliseconds_are_an_instant_if_they_can_be_true(value: Any, instant: str | None) -> None:
    found = read_milliseconds(value, now=NOW)

    assert (found and found.isoformat()) == instant
