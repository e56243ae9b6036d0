"""`GET /v1/routing/rules`: what each rule says, and how often it decided."""

from datetime import timedelta

import pytest

from app.config.in_words import rule_in_words
from app.config.routing import Rule
from tests.api.callers import a_key
from tests.world import ADMIN, NOON, World, a_config


async def test_each_rule_tells_how_often_it_decided(world: World) -> None:
    for _ in range(3):
        await world.a_lead()
    world.clock.at += timedelta(hours=1)
    await world.a_lead()

    told = await world.get("/v1/routing/rules")

    assert (told["decisions"], told["config_version"]) == (4, 1)
    assert (told["from"], told["to"]) == ("2026-02-14T17:00:00Z", "2026-03-16T17:00:00Z")
    assert told["items"] == [
        {
            "name": "luxury",
            "position": 1,
            "says": "price at least 1000000 → team luxury, round_robin",
            "hits": 0,
            "last_hit_at": None,
            "share": 0.0,
        },
        {
            "name": "everyone",
            "position": 2,
            "says": "every lead → team sarasota, round_robin",
            "hits": 4,
            "last_hit_at": "2026-03-16T17:00:00Z",
            "share": 1.0,
        },
    ]
    assert told["gone"] == []


async def test_rules_that_are_gone_and_decisions_without_a_rule_stand_apart(world: World) -> None:
    lead_id = await world.a_lead()
    await world.post(f"/v1/leads/{lead_id}/assign", owner="ben")
    rules = [{"name": "new", "to": {"team": "luxury"}}]
    answer = await world.http.put(
        "/v1/config", json=a_config(routing={"rules": rules}), headers=ADMIN | {"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    world.clock.at += timedelta(minutes=1)

    told = await world.get("/v1/routing/rules")

    assert [(each["name"], each["hits"], each["share"]) for each in told["items"]] == [
        ("new", 0, 0.0)
    ]
    assert told["gone"] == [{"name": "everyone", "hits": 1, "last_hit_at": "2026-03-16T16:00:00Z"}]
    assert told["besides"]["by_hand"] == {"hits": 1, "last_hit_at": "2026-03-16T16:00:00Z"}
    assert told["decisions"] == 2


async def test_a_known_person_who_stays_with_their_owner_is_no_rules_hit(world: World) -> None:
    lead_id = await world.a_lead(email="canary@example.com")
    await world.post(f"/v1/leads/{lead_id}/status", status="lost")
    world.clock.at += timedelta(days=1)
    await world.receives(email="canary@example.com", message="canary asks again")

    told = await world.get("/v1/routing/rules")

    assert told["besides"]["returning"]["hits"] == 1
    assert [each["hits"] for each in told["items"]] == [0, 1]


async def test_only_the_time_asked_for_counts(world: World) -> None:
    await world.a_lead()
    noon = NOON.isoformat()
    later = (NOON + timedelta(seconds=1)).isoformat()

    for since, until, hits in ((None, noon, 0), (noon, later, 1), (later, None, 0)):
        asked = {name: at for name, at in (("from", since), ("to", until)) if at}
        world.clock.at = NOON + timedelta(hours=1)
        told = await world.get("/v1/routing/rules", **asked)
        assert [each["hits"] for each in told["items"]] == [0, hits]
        assert [each["share"] for each in told["items"]] == ([0, 1] if hits else [None, None])


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2026-03-17T00:00:00Z", "to": "2026-03-16T00:00:00Z"},
        {"to": "0001-01-01T00:00:00Z"},
        {"from": "yesterday"},
    ],
)
async def test_a_time_that_makes_no_sense_is_refused(world: World, asked: dict[str, str]) -> None:
    answer = await world.http.get("/v1/routing/rules", params=asked, headers=ADMIN)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_key_of_one_team_does_not_see_everybodys_rules(world: World) -> None:
    key = await a_key(world, "viewer", teams=("luxury",))

    answer = await world.http.get("/v1/routing/rules", headers=key)

    assert answer.status_code == 403


async def test_prometheus_sees_every_rule(world: World) -> None:
    await world.a_lead()
    world.clock.at += timedelta(minutes=1)

    metrics = (await world.http.get("/metrics")).text

    assert 'lead_router_rule_decisions{rule="everyone"} 1.0' in metrics
    assert 'lead_router_rule_decisions{rule="luxury"} 0.0' in metrics


@pytest.mark.parametrize(
    ("when", "to", "said"),
    [
        ({}, {"agent": "dana"}, "every lead → agent dana"),
        (
            {"provider_agent": "known", "kind": ["buyer", "seller"], "zip": "342*"},
            {"agent": "from_provider"},
            (
                "kind buyer or seller, zip 342*, the source named one of our agents "
                "→ the agent whom the source named"
            ),
        ),
        (
            {
                "price": {"min": 250000, "max": 500000},
                "score": "known",
                "extra.baths": {"min": 2.5},
            },
            {"on_call": "managers"},
            (
                "price from 250000 to 500000, score known, extra.baths at least 2.5 "
                "→ whoever is on call for managers"
            ),
        ),
        (
            {"hour": {"from": "18:00", "to": "02:00"}, "day": "sat-sun", "returning": False},
            {"pond": "nights"},
            (
                "a person new to us, at 18:00-02:00, on sat or sun "
                "→ the pond of team nights, until somebody claims it"
            ),
        ),
        (
            {"consent": {"sms": True, "email": "unknown"}, "campaign": {"source": "google"}},
            {"team": "a", "strategy": "first_to_claim", "require": {"languages": ["es", "fr"]}},
            (
                "campaign source google, consent to email unknown, consent to sms given "
                "→ team a, first_to_claim, after 2 min round_robin, requires languages es and fr"
            ),
        ),
        (
            {"not": {"campaign": "spring*", "price": {"max": 5}, "extra.pets": "known"}},
            {"team": "a", "prefer": {"zips": "match"}},
            (
                "not (price at most 5, campaign spring*, extra.pets known) "
                "→ team a, round_robin, prefers zips match"
            ),
        ),
    ],
)
def test_a_rule_is_said_in_one_line(
    when: dict[str, object], to: dict[str, object], said: str
) -> None:
    rule = Rule.model_validate({"name": "x", "when": when, "to": to})

    assert rule_in_words(rule) == said
