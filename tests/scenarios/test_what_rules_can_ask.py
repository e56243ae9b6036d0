"""What rules can ask about a lead: the same when it comes, and when it is looked at again."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.config.features import Features
from app.domain.lead import Inquiry
from app.snapshot import Snapshot
from app.store import leads
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.world import ADMIN, World, a_config, open_world

RULES = [
    ({"consent": {"sms": True}, "phone_type": "unknown", "extra.beds": {"min": 4}}, "ben"),
    ({"campaign": {"source": "google"}, "address": "*pelican*", "score": {"min": 80}}, "cara"),
    ({"email": "unknown", "phone": "known", "price": "unknown"}, "maria"),
    ({"day": "mon", "returning": True}, "otto"),
]


@pytest.fixture
async def world(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    rules: list[dict[str, Any]] = [
        {"name": agent, "when": when, "to": {"agent": agent}} for when, agent in RULES
    ]
    rules.append({"name": "rest", "to": {"agent": "dana"}})
    config = a_config(
        routing={"rules": rules}, identity={"repeat_inquiry": {"owner": "reroute", "window": "1d"}}
    )
    async with open_world(database_url, smtp, ntfy, config=config) as opened:
        yield opened


async def posted(world: World, **lead: Any) -> str:
    answer = await world.http.post("/v1/leads", json={"source": "crm"} | lead, headers=ADMIN)
    assert answer.status_code == 201, answer.text
    await world.settle()
    lead_id: str = answer.json()["leads"][0]["id"]
    return lead_id


@pytest.mark.parametrize(
    ("lead", "owner"),
    [
        ({"email": "canary@example.com", "consent": {"sms": True}, "extra": {"beds": "4+"}}, "ben"),
        ({"email": "canary@example.com", "consent": {"sms": True}, "extra": {"beds": "3"}}, "dana"),
        ({"email": "canary@example.com", "consent": {"sms": False}, "extra": {"beds": 5}}, "dana"),
        (
            {
                "email": "canary@example.com",
                "campaign": {"source": "google", "name": "spring"},
                "property": {"address": "42 Pelican Loop", "price": 415000},
                "extra": {"score": "87"},
            },
            "cara",
        ),
        ({"phone": "+19415550123", "first_name": "Canary"}, "maria"),
        ({"phone": "12", "first_name": "Canary"}, "dana"),
    ],
    ids=["beds", "few beds", "no consent", "a campaign", "only a phone", "no real phone"],
)
async def test_a_rule_asks_about_any_field(
    world: World, lead: dict[str, Any], owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Features] = []
    features = Snapshot.features

    def listen(self: Snapshot, inquiry: Inquiry, **circumstances: Any) -> Features:
        heard.append(features(self, inquiry, **circumstances))
        return heard[-1]

    monkeypatch.setattr(Snapshot, "features", listen)
    lead_id = await posted(world, **lead)

    assert await world.owner_of(lead_id) == owner
    async with world.held.database.reading() as tx:
        stored = await leads.get(tx, UUID(lead_id))
    again = world.held.live.snapshot.features_of(stored, now=world.clock.at)
    assert again == replace(heard[0], extra=stored.extra)
    assert again.extra == dict(heard[0].extra)


async def test_who_asks_again_is_known_from_then_on(world: World) -> None:
    canary = {"email": "canary@example.com", "first_name": "Canary"}
    lead_id = await posted(world, **canary)
    assert await world.owner_of(lead_id) == "dana"

    world.clock.at += timedelta(days=7)
    await posted(world, **canary, external_id="again")

    assert await world.owner_of(lead_id) == "otto"
    async with world.held.database.reading() as tx:
        stored = await leads.get(tx, UUID(lead_id))
    snapshot = world.held.live.snapshot
    assert snapshot.features_of(stored, now=world.clock.at).returning
    assert not snapshot.features_of(stored, now=stored.received_at).returning
