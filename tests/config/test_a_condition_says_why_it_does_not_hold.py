"""`when:`: what holds, and the reason given where it does not."""

from time import perf_counter
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.config.condition import Condition, Features, text_matcher
from app.domain.lead import AgentId

LEAD = Features(
    status="new",
    source="zillow",
    kind="buyer",
    price=589_000,
    zip="34236",
    city="Sarasota",
    state="FL",
    language="es",
    campaign="Spring",
    medium="ppc",
    team="luxury",
    returning=True,
    provider_agent=AgentId("dana"),
    local_minute=23 * 60,
    score=70,
    extra={"budget": "High", "rooms": 3},
)


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"status": "new"},
        {"source": ["meta", "ZILLOW"]},
        {"price": {"min": 589_000, "max": 589_000}},
        {"zip": "342*"},
        {"zip": 34236},
        {"zip": ["9*", "3??36"]},
        {"city": "sara*"},
        {"city": "*SOTA"},
        {"state": "fl", "language": "es", "campaign": "spring", "medium": "p*", "team": "luxury"},
        {"returning": True},
        {"provider_agent": "known"},
        {"hour": {"from": "22:00", "to": "02:00"}},
        {"hour": {"from": "23:00", "to": "24:00"}},
        {"score": {"min": 70}},
        {"extra.budget": "high", "extra.rooms": [2, 3]},
        {"not": {"kind": "renter"}},
        {"not": {"kind": "buyer", "language": "en"}},
        {"not": {"not": {"kind": "buyer"}}},
    ],
)
def test_a_condition_holds(when: dict[str, Any]) -> None:
    assert Condition.model_validate(when).why_not(LEAD) is None


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"status": ["lost", "spam"]}, "status is not lost or spam"),
        ({"price": {"min": 1_000_000}}, "price 589000 is under 1000000"),
        ({"price": {"max": 500_000}}, "price 589000 is over 500000"),
        ({"zip": "341*"}, "zip is not 341*"),
        ({"kind": "buyer", "language": "en"}, "language is not en"),
        ({"returning": False}, "the person is known already"),
        ({"provider_agent": "unknown"}, "the source named an agent of ours"),
        ({"hour": {"from": "08:00", "to": "23:00"}}, "the hour is outside 08:00-23:00"),
        ({"score": {"min": 80}}, "score 70 is under 80"),
        ({"extra.budget": "low"}, "extra.budget is not low"),
        ({"extra.pets": "yes"}, "extra.pets is unknown"),
        ({"not": {"kind": "buyer"}}, "what `not` excludes is the case (kind)"),
        ({"not": {}}, "`not: {}` excludes every lead"),
    ],
)
def test_a_condition_that_does_not_hold_says_why(when: dict[str, Any], why: str) -> None:
    assert Condition.model_validate(when).why_not(LEAD) == why


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"source": "zillow"}, "source is unknown"),
        ({"price": {"min": 0}}, "price is unknown"),
        ({"hour": {"from": "00:00", "to": "24:00"}}, "hour is unknown"),
        ({"provider_agent": "known"}, "the source named no agent of ours"),
        ({"returning": True}, "the person is new"),
    ],
)
def test_what_is_not_known_does_not_hold(when: dict[str, Any], why: str) -> None:
    assert Condition.model_validate(when).why_not(Features()) == why


@pytest.mark.parametrize(
    "when",
    [
        {"prize": 1},
        {"price": 5},
        {"price": {"min": 2, "max": 1}},
        {"hour": "08:00-20:00"},
        {"kind": {"is": "buyer"}},
        {"kind": True},
        {"provider_agent": "dana"},
        {"extra.": {"a": 1}},
    ],
)
def test_a_condition_that_means_nothing_is_refused(when: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(when)


def test_conditions_that_say_the_same_are_equal() -> None:
    one, other = (Condition.model_validate({"kind": "buyer"}) for _ in range(2))
    one.why_not(LEAD)

    assert one == other
    assert not one.is_empty
    assert Condition().is_empty


@example("[0]")
@example("[a*b]")
@given(st.text(max_size=12))
def test_a_text_without_pattern_characters_only_matches_itself(text: str) -> None:
    matches = text_matcher((text,))

    assert matches(text)
    if not set(text) & set("*?"):
        assert not matches(text + "x")


def test_ten_thousand_conditions_are_asked_within_a_second() -> None:
    condition = Condition.model_validate(
        {"source": ["google-ads", "zillow"], "zip": ["34*"], "price": {"min": 1_000_000}}
    )
    began = perf_counter()

    for _ in range(10_000):
        condition.why_not(LEAD)

    assert perf_counter() - began < 1
