"""Lists: their shape, their pages, and every filter of the contract."""

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from tests.api.answers import breaches
from tests.world import ADMIN, World

LISTS = ("/v1/leads", "/v1/sla", "/v1/messages", "/v1/deliveries", "/v1/agents")
PAGED = LISTS[:4]


async def ids(world: World, path: str, **params: Any) -> list[str]:
    found = await world.get(path, **params)
    assert sorted(found) == ["items", "next_cursor"]
    return [each.get("lead_id") or each["id"] for each in found["items"]]


async def pages(world: World, path: str, limit: int) -> AsyncIterator[list[dict[str, Any]]]:
    cursor = None
    while True:
        found = await world.get(path, limit=limit, **({"cursor": cursor} if cursor else {}))
        yield found["items"]
        cursor = found["next_cursor"]
        if cursor is None:
            return


async def test_lists_have_one_shape_and_two_bounds(world: World) -> None:
    for path in LISTS:
        found = await world.get(path)
        assert sorted(found) == ["items", "next_cursor"]
        assert found["next_cursor"] is None
    for path in PAGED:
        for limit in ("0", "501", "-1", "many", ""):
            answer = await world.http.get(path, params={"limit": limit}, headers=ADMIN)
            assert (path, answer.status_code) == (path, 422)
            assert [each["field"] for each in answer.json()["errors"]] == ["limit"]
        for limit in ("1", "500"):
            answer = await world.http.get(path, params={"limit": limit}, headers=ADMIN)
            assert answer.status_code == 200


async def test_pages_are_stable_while_rows_are_added(world: World) -> None:
    first = [await world.a_lead() for _ in range(5)]
    await world.advance(seconds=10)
    seen: list[str] = []
    async for page in pages(world, "/v1/leads", 2):
        seen += [each["id"] for each in page]
        await world.a_lead()

    assert sorted(seen) == sorted(first)


async def test_pages_show_everything_once(world: World) -> None:
    for _ in range(3):
        await world.a_lead()
        await world.advance(seconds=1)
    for path in PAGED:
        whole = (await world.get(path, limit=500))["items"]
        paged = [each async for page in pages(world, path, 2) for each in page]
        assert paged == whole
        assert len(whole) >= 3


def a_cursor(*key: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


FORGED = (
    "x",
    "☃",
    "A" * 5000,
    a_cursor(),
    a_cursor(1, 2),
    a_cursor("2026-01-01T00:00:00Z", 5),
    a_cursor("0001-01-01T00:00:00+14:00", "019cf760-2800-74f0-ab5f-3a9a17bf3cfa"),
)


@pytest.mark.parametrize("path", PAGED)
async def test_a_cursor_that_is_none_of_ours_is_refused(world: World, path: str) -> None:
    for cursor in FORGED:
        answer = await world.http.get(path, params={"cursor": cursor}, headers=ADMIN)
        assert (cursor[:70], answer.status_code) == (cursor[:70], 422)
        assert [each["field"] for each in answer.json()["errors"]] == ["cursor"]


async def test_a_cursor_without_a_zone_means_utc(world: World) -> None:
    lead_id = await world.a_lead()
    cursor = a_cursor("2026-03-16T16:00:01", "019cf760-2800-74f0-ab5f-3a9a17bf3cfa")

    assert await ids(world, "/v1/leads", cursor=cursor) == [lead_id]


async def test_leads_are_found_by_every_filter(world: World) -> None:
    grace = await world.a_lead(
        first_name="Grace", last_name="O'Canary", email="grace@example.com", phone="9415550142"
    )
    await world.advance(seconds=60)
    luxury = await world.a_lead(first_name="Percent", price=3_000_000)
    await world.post(f"/v1/leads/{luxury}/status", status="lost")

    async def found(**params: Any) -> list[str]:
        return await ids(world, "/v1/leads", **params)

    assert await found() == [luxury, grace]
    assert await found(status="new") == [grace]
    assert await found(status=["new", "lost"]) == [luxury, grace]
    assert await found(owner="dana") == [luxury, grace]
    assert await found(owner="ben") == []
    assert await found(team="luxury") == [luxury]
    assert await found(source="website") == [luxury, grace]
    assert await found(source="zillow") == []
    for q in ("grace", "GRACE o'can", "grace@EXAMPLE", "(941) 555-0142", "+19415550142"):
        assert await found(q=q) == [grace]
    for q in ("%", "_", "grace percent", "zzz", "\\"):
        assert await found(q=q) == []
    assert await found(received_after="2026-03-16T16:01:00Z") == [luxury]
    assert await found(received_after="2026-03-16T12:01:00-04:00") == [luxury]
    assert await found(received_before="2026-03-16T16:01:00Z") == [grace]


async def test_filters_that_make_no_sense_are_refused_by_name(world: World) -> None:
    for path, name, value in (
        ("/v1/leads", "status", "asleep"),
        ("/v1/leads", "received_after", "yesterday"),
        ("/v1/leads", "received_before", "2026-03-16T16:00:00"),
        ("/v1/leads", "received_after", "0001-01-01T00:00:00+14:00"),
        ("/v1/leads", "owner", "a\x00b"),
        ("/v1/leads", "q", "\x00"),
        ("/v1/leads", "q", "x" * 201),
        ("/v1/sla", "state", "late"),
        ("/v1/sla", "at_risk", "perhaps"),
        ("/v1/sla", "due_before", "0001-01-01T00:00:00+14:00"),
        ("/v1/sla", "policy", "\x00"),
        ("/v1/sla/summary", "group_by", "moon"),
        ("/v1/messages", "lead_id", "1"),
        ("/v1/messages", "to", "\x00"),
        ("/v1/messages", "kind", "letter"),
        ("/v1/messages", "status", "lost"),
        ("/v1/deliveries", "status", "lost"),
        ("/v1/deliveries", "source", "\x00"),
    ):
        answer = await world.http.get(f"{path}?{name}={quote(value)}", headers=ADMIN)
        assert (path, name, answer.status_code) == (path, name, 422)
        assert [each["field"].partition(".")[0] for each in answer.json()["errors"]] == [name]


async def test_clocks_are_found_by_every_filter(world: World) -> None:
    lead_id = await world.a_lead()
    luxury = await world.a_lead(price=3_000_000)
    await world.post(f"/v1/leads/{luxury}/attempts", channel="call", outcome="no_answer", by="dana")
    await world.advance(minutes=4)

    async def found(**params: Any) -> list[tuple[str, str]]:
        items = (await world.get("/v1/sla", **params))["items"]
        assert [each["due_at"] for each in items] == sorted(each["due_at"] for each in items)
        return [(each["lead_id"], each["step"]) for each in items]

    mine = [(lead_id, "nudge"), (lead_id, "manager"), (lead_id, "director")]
    luxurious = [(luxury, step) for step in ("director", "manager", "nudge")]
    assert sorted(await found()) == sorted(mine + luxurious)
    assert await found(state="running") == mine[1:]
    assert await found(state="breached") == mine[:1]
    assert sorted(await found(state="met")) == luxurious
    assert await found(state="paused") == await found(state="cancelled") == []
    assert await found(at_risk=True) == mine[1:2]
    assert sorted(await found(team="luxury")) == luxurious
    assert sorted(await found(owner="dana")) == sorted(mine + luxurious)
    assert await found(owner="ben") == await found(source="zillow") == await found(policy="x") == []
    assert len(await found(source="website", policy="speed-to-lead")) == 6
    assert len(await found(due_before="2026-03-16T16:05:00Z")) == 2


async def test_messages_are_found_by_every_filter(world: World) -> None:
    lead_id = await world.a_lead()
    await world.a_lead()
    await world.advance(minutes=5)

    async def found(**params: Any) -> list[tuple[str, str, str]]:
        items = (await world.get("/v1/messages", **params))["items"]
        return sorted((each["kind"], each["to"], each["status"]) for each in items)

    assert await found(lead_id=lead_id) == [
        ("auto_response", "lead", "sent"),
        ("escalation", "maria", "sent"),
        ("owner_alert", "dana", "sent"),
        ("reminder", "dana", "sent"),
    ]
    assert len(await found(to="maria")) == len(await found(kind="escalation")) == 2
    assert len(await found(kind="reminder", lead_id=lead_id)) == 1
    assert await found(kind="follow_up") == []
    assert len(await found(status="sent")) == 8
    for status in ("queued", "deferred", "sending", "delivered", "unknown", "failed", "suppressed"):
        assert await found(status=status) == []


async def test_deliveries_are_found_by_every_filter(world: World) -> None:
    taken = await world.receives()
    bad = await world.http.post("/webhooks/realtor", headers={"X-API-Key": "realtor-key-of-tests"})

    everything = await ids(world, "/v1/deliveries")
    assert sorted(everything) == sorted((taken["delivery_id"], bad.json()["delivery_id"]))
    assert await ids(world, "/v1/deliveries", status="accepted") == [taken["delivery_id"]]
    assert await ids(world, "/v1/deliveries", source="realtor") == [bad.json()["delivery_id"]]
    assert await ids(world, "/v1/deliveries", status="test") == []


async def test_the_summary_groups_by_what_is_asked(world: World) -> None:
    lead_id = await world.a_lead()
    await world.a_lead()
    await world.advance(minutes=2)
    await world.post(
        f"/v1/leads/{lead_id}/attempts", channel="call", outcome="no_answer", by="dana"
    )
    await world.advance(minutes=4)

    for group_by, groups in (
        ("owner", ["ben", "dana"]),
        ("team", ["sarasota"]),
        ("source", ["website"]),
        ("policy", ["speed-to-lead"]),
    ):
        found = await world.get("/v1/sla/summary", group_by=group_by)
        assert [row["group"] for row in found["items"]] == groups
    rows = {row["group"]: row for row in (await world.get("/v1/sla/summary"))["items"]}
    assert rows["dana"] == {
        "group": "dana",
        "clocks": {"running": 0, "paused": 0, "met": 2, "breached": 0, "cancelled": 0},
        "met_share": 1.0,
        "leads": 1,
        "responded": 1,
        "p50_seconds": 120.0,
        "p90_seconds": 120.0,
        "p99_seconds": 120.0,
    }
    later = await world.get("/v1/sla/summary", **{"from": "2026-03-16T16:00:01Z"})
    assert later["items"] == []


async def test_every_answer_has_its_times_phones_and_ids_as_promised(world: World) -> None:
    lead_id = await world.a_lead()
    await world.advance(minutes=4)
    attempt = {"channel": "call", "outcome": "connected", "by": "dana"}
    await world.post(f"/v1/leads/{lead_id}/acknowledge", by="dana")
    await world.post(f"/v1/leads/{lead_id}/attempts", **attempt, at="2026-03-16T12:03:30.5-04:00")
    await world.post(f"/v1/leads/{lead_id}/assign", owner="ben", reason="dana is ill")
    until = {"available": False, "until": "2026-03-20T09:00:00-04:00"}
    switched = await world.http.put("/v1/agents/cara/availability", json=until, headers=ADMIN)
    assert switched.json()["until"] == "2026-03-20T13:00:00Z"

    wrong = {}
    for path in (
        *LISTS,
        f"/v1/leads/{lead_id}",
        f"/v1/leads/{lead_id}/timeline",
        f"/v1/leads/{lead_id}/decisions",
        "/v1/agents/cara",
        "/v1/sla/summary?from=2026-03-01T00:00:00Z&to=2026-03-20T00:00:00Z",
    ):
        answer = (await world.http.get(path, headers=ADMIN)).json()
        wrong[path] = breaches(answer)
    assert {path: places for path, places in wrong.items() if places} == {}
