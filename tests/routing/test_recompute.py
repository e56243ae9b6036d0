"""A decision can be taken again from what was written down of it: the same text, byte for byte."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.condition import Features
from app.config.document import Config
from app.domain.lead import AgentId
from app.hours.oncall import Shift
from app.routing.decision import Decision
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.recompute import CannotDecideAgain, canonical, decide_again, differences
from app.routing.roster import Roster, Standing, Turn
from app.routing.route import route
from app.routing.seen import OF_THE_PERSON, seen_by, without_person
from app.routing.strategies.registry import STRATEGIES
from tests.routing.office import BEN, DANA, NOON, an_office, hours

PEOPLE = tuple(AgentId(each) for each in ("dana", "ben", "cara", "maria", "otto"))
STRANGER = AgentId("left-the-firm")

WHENS: tuple[Mapping[str, Any], ...] = (
    {},
    {"price": {"min": 500_000}},
    {"zip": ["342*", "10001"]},
    {"extra.budget": "high"},
    {"extra.size": "3"},
    {"language": "es"},
    {"hour": {"from": "09:00", "to": "17:00"}},
    {"score": {"max": 50}},
    {"returning": True},
    {"provider_agent": "known"},
    {"not": {"source": "website", "not": {"extra.budget": "low"}}},
    {"extra.size": {"min": 2}, "day": "mon-wed"},
    {"campaign": {"source": "google"}, "consent": {"sms": True}},
    {"phone": "known", "phone_type": "mobile", "address": "known"},
    {"kind": "unknown"},
)
EVERYTHING: Mapping[str, Any] = {
    "email": "known",
    "phone": "known",
    "phone_type": "mobile",
    "extra.a": "b",
    "price": {"min": 1},
    "score": {"min": 1},
    "hour": {"from": "09:00", "to": "17:00"},
    "day": "mon",
    "returning": True,
    "campaign": {"source": "google", "medium": "cpc", "name": "spring"},
    "consent": {"sms": True, "email": True},
    **dict.fromkeys(("zip", "city", "state", "address", "mls", "language", "medium"), "x"),
    **dict.fromkeys(("source", "team", "provider_agent"), "x"),
    "not": {"kind": "buyer", "status": "new"},
}
"""A condition that asks about all that there is."""

TRAITS = st.fixed_dictionaries(
    {},
    optional={
        "skills": st.sampled_from(["match", ["buyer"], ["renter"]]),
        "languages": st.sampled_from(["match", ["es"]]),
        "licences": st.just("match"),
        "zips": st.sampled_from(["match", ["34236"]]),
    },
)
TO_TEAMS = st.fixed_dictionaries(
    {
        "team": st.sampled_from(["sarasota", "night"]),
        "strategy": st.sampled_from(list(STRATEGIES)),
        "require": TRAITS,
        "prefer": TRAITS,
    }
)
TARGETS = TO_TEAMS | st.sampled_from(
    [
        {"agent": "from_provider"},
        {"agent": "ben"},
        {"on_call": "rotation"},
        {"on_call": "feed"},
        {"pond": "sarasota"},
    ]
)
FALLBACKS = st.sampled_from(
    [
        {},
        {"to": "manager"},
        {"to": {"agent": "otto"}, "hold_until": None},
        {"to": {"team": "night"}},
        {"to": {"on_call": "rotation"}},
        {"to": {"on_call": "feed"}},
    ]
)


@st.composite
def configs(draw: st.DrawFn) -> Config:
    rules = draw(st.lists(st.tuples(st.sampled_from(WHENS), TARGETS), min_size=1, max_size=4))
    full = st.fixed_dictionaries({}, optional={"open": st.integers(1, 3), "per_day": st.just(2)})
    agents = [
        {
            "id": each,
            "weight": draw(st.integers(1, 3)),
            "calendar": draw(st.sampled_from([None, "day", "night"])),
            "capacity": draw(full),
            "skills": draw(st.sampled_from([[], ["buyer"], ["renter", "buyer"]])),
            "languages": draw(st.sampled_from([["en"], ["en", "es"]])),
            "zips": draw(st.sampled_from([[], ["342*"]])),
            "licences": draw(st.sampled_from([[], ["FL"]])),
        }
        for each in PEOPLE
    ]
    return an_office(
        *({"name": f"rule-{at}", "when": when, "to": to} for at, (when, to) in enumerate(rules)),
        agents=agents,
        teams={
            "sarasota": {"members": ["dana", "ben", "cara"], "manager": "maria"},
            "night": {"members": ["cara", "otto"]},
        },
        on_call={
            "rotation": {
                "rotation": {"every": "7h", "starts": "2026-01-05T08:00", "members": PEOPLE[1:]},
                "overrides": [
                    {"from": "2026-03-10T10:00", "to": "2026-03-10T15:00", "member": "otto"}
                ],
            },
            "feed": {"ical": "https://calendar.example.com/on-call.ics"},
        },
        identity={"repeat_inquiry": {"owner": draw(st.sampled_from(["keep", "reroute"]))}},
        routing={
            "nobody_available": draw(FALLBACKS),
            "after_absence": draw(st.sampled_from(["hold_position", "catch_up", "baseline"])),
        },
    )


ANYBODY = st.sampled_from([*PEOPLE, STRANGER])
INSTANTS = st.timedeltas(timedelta(-2), timedelta(2)).map(lambda by: NOON + by)
STANDINGS = st.dictionaries(
    ANYBODY,
    st.builds(
        Standing,
        agent=st.just(DANA),
        available=st.booleans(),
        until=st.none() | INSTANTS,
        reason=st.just("canary"),
        open_leads=st.integers(0, 3),
        taken_today=st.integers(0, 3),
        switched_by=st.none() | st.sampled_from([*PEOPLE, "canary's key"]),
    ),
).map(lambda rows: {agent: replace(row, agent=agent) for agent, row in rows.items()})
LINES = st.dictionaries(ANYBODY, st.builds(Turn, st.integers(0, 3), st.none() | INSTANTS))
TEAMS = st.sampled_from(["sarasota", "night"])
ROSTERS = st.builds(
    Roster, STANDINGS, st.dictionaries(TEAMS, LINES), st.dictionaries(TEAMS, st.integers(0, 3))
)
FEATURES = st.builds(
    Features,
    source=st.sampled_from(["website", "zillow"]),
    kind=st.none() | st.sampled_from(["buyer", "renter"]),
    price=st.none() | st.integers(1, 1_000_000),
    zip=st.none() | st.sampled_from(["34236", "10001", "90210"]),
    state=st.none() | st.sampled_from(["FL", "NY"]),
    language=st.none() | st.sampled_from(["en", "es", "fr"]),
    returning=st.booleans(),
    provider_agent=st.none() | st.sampled_from([DANA, BEN]),
    local_minute=st.none() | st.integers(0, 1439),
    score=st.none() | st.integers(0, 100),
    weekday=st.none() | st.integers(0, 6),
    campaign_source=st.none() | st.just("google"),
    consent_sms=st.none() | st.booleans(),
    phone=st.booleans(),
    phone_type=st.none() | st.just("mobile"),
    address=st.none() | st.just("1 Bay Street"),
    extra=st.dictionaries(
        st.sampled_from(["budget", "size", "canary"]),
        st.sampled_from(["high", "low", 3, 3.0, True, None, ["high"], {"b": 1, "a": 2}]),
    ),
)
QUESTIONS = st.builds(
    Question,
    FEATURES,
    INSTANTS,
    returning_owner=st.none() | ANYBODY,
    former_owner=st.none() | ANYBODY,
    excluded=st.dictionaries(ANYBODY, st.just("lost_this_lead:declined")),
    holder=st.none() | st.just(BEN),
    lapsed=st.booleans(),
)
SHIFTS = st.lists(
    st.builds(
        lambda start, length, member: Shift(start, start + length, member),
        INSTANTS,
        st.timedeltas(timedelta(hours=1), timedelta(days=3)),
        ANYBODY,
    ),
    max_size=4,
)


def retold(value: Mapping[str, Any]) -> dict[str, Any]:
    """What comes back from a database: written as text, and read again."""
    told: dict[str, Any] = orjson.loads(orjson.dumps(value))
    return told


def decided(question: Question, plan: Plan, roster: Roster) -> tuple[Decision, dict[str, Any]]:
    decision = route(question, plan=plan, roster=roster)
    seen = retold(seen_by(decision, question, plan=plan, roster=roster))
    roster.take(decision, question.now)
    return decision, seen


@settings(max_examples=120, deadline=None)
@given(configs(), st.lists(st.tuples(QUESTIONS, SHIFTS), min_size=1, max_size=4), ROSTERS)
def test_every_decision_is_taken_again_byte_for_byte(
    config: Config, leads: list[tuple[Question, list[Shift]]], roster: Roster
) -> None:
    """The roster moved on and the feed says another thing, as they will have a year later."""
    opened = hours(config)
    written = []
    for question, shifts in leads:
        decision, seen = decided(question, Plan.of(config, opened, {"feed": shifts}), roster)
        written.append((retold(decision.as_json()), seen))

    a_year_later = Plan.of(config, opened, {"feed": []})
    for detail, seen in written:
        again = decide_again(seen, a_year_later).as_json()
        assert canonical(again) == canonical(detail)
        assert differences(detail, again) == ()
        assert "canary" not in json.dumps([detail, seen])


@pytest.mark.parametrize(
    ("to", "features", "question", "owner"),
    [
        ({"strategy": "best_match"}, {"kind": "renter"}, {}, "cara"),
        ({"strategy": "best_match"}, {"zip": "34236"}, {}, "cara"),
        ({"strategy": "first_to_claim", "otherwise": "best_match"}, {"state": "FL"}, {}, None),
        (
            {"strategy": "first_to_claim", "otherwise": "best_match"},
            {"state": "FL"},
            {"lapsed": True},
            "cara",
        ),
        ({"strategy": "sticky"}, {}, {"former_owner": BEN}, "ben"),
        ({"prefer": {"skills": "match"}}, {"kind": "seller"}, {}, "ben"),
        ({"require": {"languages": "match"}}, {"language": "en"}, {"excluded": {DANA: "x"}}, "ben"),
    ],
)
def test_whatever_decided_between_people_is_kept(
    to: dict[str, Any], features: dict[str, Any], question: dict[str, Any], owner: str | None
) -> None:
    """Each would be somebody else's, were what is given here forgotten."""
    config = an_office({"name": "x", "to": {"team": "sarasota"} | to})
    plan = Plan.of(config, hours(config))

    decision, seen = decided(Question(Features(**features), NOON, **question), plan, Roster())

    assert decision.owner == owner
    assert differences(decision.as_json(), decide_again(seen, plan).as_json()) == ()


def test_no_more_of_the_lead_is_kept_than_the_rules_can_ask() -> None:
    config = an_office(
        {"name": "a", "when": {"not": {"extra.budget": "high"}}, "to": {"pond": "sarasota"}},
        {
            "name": "b",
            "when": {"hour": {"from": "09:00", "to": "17:00"}},
            "to": {"team": "sarasota", "require": {"languages": "match"}},
        },
    )
    features = Features(
        source="website",
        price=1,
        zip="34236",
        language="en",
        local_minute=600,
        extra={"budget": "high", "maiden_name": "Grace"},
    )
    _, seen = decided(Question(features, NOON), Plan.of(config, hours(config)), Roster())

    assert seen == {
        "form": 1,
        "now": "2026-03-10T12:00:00+00:00",
        "features": {"language": "en", "local_minute": 600, "extra": {"budget": "high"}},
    }


def test_whatever_a_condition_can_ask_is_kept_and_a_text_of_the_person_can_be_erased() -> None:
    """A new feature must be told apart here: a text of theirs, or a word or number of ours."""
    of_ours = {
        *("status", "source", "kind", "price", "language", "medium", "team", "returning"),
        *("provider_agent", "local_minute", "score", "email", "phone", "weekday"),
        *("consent_sms", "consent_email"),
    }
    told: dict[str, Any] = dict.fromkeys(of_ours | OF_THE_PERSON, "x")
    whole = Features(**told | {"extra": {"a": "b"}})
    assert {each.name for each in fields(Features)} == of_ours | OF_THE_PERSON
    config = an_office({"name": "x", "when": EVERYTHING, "to": {"pond": "sarasota"}})

    _, seen = decided(Question(whole, NOON), Plan.of(config, hours(config)), Roster())

    assert seen["features"].keys() == of_ours | OF_THE_PERSON
    erased = without_person(seen)
    assert erased["features"].keys() == of_ours
    assert erased["erased"] == sorted(OF_THE_PERSON)
    assert without_person(erased) == erased


def test_instants_are_the_same_in_whatever_zone_they_were_told() -> None:
    config = an_office()
    plan = Plan.of(config, hours(config))
    elsewhere = NOON.astimezone(timezone(-timedelta(hours=5, minutes=30)))
    back = Standing(DANA, available=False, until=elsewhere + timedelta(minutes=30))
    decision, seen = decided(Question(Features(), elsewhere), plan, Roster({DANA: back}))

    _, at_noon = decided(Question(Features(), NOON), plan, Roster({DANA: back}))

    assert decide_again(seen, plan) == decide_again(at_noon, plan) == decision
    assert decision.owner != DANA


def test_what_differs_is_named() -> None:
    config = an_office()
    plan = Plan.of(config, hours(config))
    decision, seen = decided(Question(Features(), NOON), plan, Roster())
    other = an_office({"name": "everybody", "to": {"team": "sarasota", "strategy": "sticky"}})

    again = decide_again(seen, Plan.of(other, hours(other)))

    assert differences(decision.as_json(), again.as_json()) == (
        "reason",
        "rule",
        "strategy",
        "trail.0.rule",
    )
    assert differences({"a": [1], "b": 1}, {"a": [1, 2], "b": 1.0}) == ("a", "b")
    assert differences({"a": {"b": None}}, {"a": {}}) == ("a.b",)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        ({"form": 1, "erased": ["zip", "extra"]}, "The person was erased.*: zip, extra"),
        ({"form": 99}, "a form that this release cannot read"),
        ({}, "a form that this release cannot read"),
    ],
)
def test_what_cannot_be_taken_again_says_why(seen: dict[str, Any], why: str) -> None:
    config = an_office()
    with pytest.raises(CannotDecideAgain, match=why):
        decide_again(seen, Plan.of(config, hours(config)))
