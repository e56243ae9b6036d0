"""`GET /v1/leads/{id}/decisions`: each decision whole, with all that it looked at."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from app.domain.lead import AgentId
from app.hours.oncall import Shift
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.scenarios.decided import ROUTING, again, away, lead, stranger
from tests.world import ADMIN, World, a_config, open_world

ON_CALL = {"feed": {"ical": "https://calendar.example.com/on-call.ics"}}
FALLS_BACK = {**ROUTING, "nobody_available": {"to": {"on_call": "feed"}}}


@pytest.fixture
async def world(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    config = a_config(routing=FALLS_BACK, on_call=ON_CALL)
    async with open_world(database_url, smtp, ntfy, config=config) as opened:
        yield opened


async def test_a_decision_is_told_whole(world: World) -> None:
    await stranger(world, 1)
    await away(world, "ben", until="2026-03-16T18:00:00Z")
    await away(world, "cara")
    lead_id = await lead(world)

    (decision,) = (await world.get(f"/v1/leads/{lead_id}/decisions"))["items"]

    assert decision["at"] == "2026-03-16T16:00:00Z"
    assert (decision["config_version"], decision["owner"]) == (1, "dana")
    assert (decision["rule"], decision["strategy"]) == ("near", "weighted")
    assert decision["trail"][0] == {"rule": "rich", "why_not": "extra.budget is not high"}
    ben = decision["candidates"][1]
    assert (ben["agent"], ben["chosen"], ben["why"]) == ("ben", False, ["paused_by_manager"])
    assert ben["why_in_words"] == ["was switched off by somebody else"]
    assert decision["turns_before"]["dana"] < decision["turns_after"]["dana"]
    assert decision["recomputed"] is None
    assert decision["input"] == {
        "now": "2026-03-16T16:00:00Z",
        "features": {"zip": "34236", "extra": {"budget": "canary-budget"}},
        "erased": [],
        "returning_owner": None,
        "former_owner": None,
        "holder": None,
        "excluded": {},
        "lapsed": False,
        "agents": {
            "dana": {"open_leads": 1, "taken_today": 1},
            "ben": {
                "open_leads": 0,
                "taken_today": 0,
                "switched_off": {"until": "2026-03-16T18:00:00Z", "by_somebody_else": True},
            },
            "cara": {
                "open_leads": 0,
                "taken_today": 0,
                "switched_off": {"until": None, "by_somebody_else": True},
            },
        },
        "turns": {
            "sarasota": {
                "dana": {
                    "turn": decision["turns_before"]["dana"],
                    "last_assigned_at": "2026-03-16T16:00:00Z",
                },
                **{
                    each: {"turn": decision["turns_before"][each], "last_assigned_at": None}
                    for each in ("ben", "cara")
                },
            }
        },
        "floors": decision["input"]["floors"],
        "on_call": {},
    }


async def test_who_was_on_call_by_a_feed_is_kept_for_feeds_change(world: World) -> None:
    for each in ("dana", "ben", "cara"):
        await away(world, each)
    shift = Shift(
        datetime.fromisoformat("2026-03-16T15:00:00Z"),
        datetime.fromisoformat("2026-03-16T17:00:00Z"),
        AgentId("otto"),
    )
    live = world.held.live
    live.snapshot = live.snapshot.with_shifts({"feed": [shift]})
    lead_id = await lead(world)
    live.snapshot = live.snapshot.with_shifts({})

    (decision,) = await again(world, lead_id)

    assert (decision["strategy"], decision["owner"]) == ("nobody_available", "otto")
    assert decision["input"]["on_call"] == {
        "feed": [{"from": "2026-03-16T15:00:00Z", "to": "2026-03-16T17:00:00Z", "member": "otto"}]
    }
    assert decision["recomputed"] == {"same": True}


async def test_whether_to_recompute_is_yes_or_no(world: World) -> None:
    lead_id = await lead(world)
    path = f"/v1/leads/{lead_id}/decisions"

    answer = await world.http.get(path, params={"recompute": "perhaps"}, headers=ADMIN)

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["recompute"]
