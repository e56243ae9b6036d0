"""Many deliveries read again: each alone, the oldest first, and none of them twice."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
import yaml

from app.api import webhooks
from app.domain.delivery import Reading
from app.domain.errors import DatabaseAway, Unreadable
from app.flow.arrivals import Arrival, Taken
from app.store import tables
from tests.faults.staging import another_process, rows
from tests.world import ADMIN, FORM, NOON, World, a_config

GOOGLE = "/webhooks/google-ads"
REALTOR = {"url": "/webhooks/realtor", "headers": {"X-API-Key": "realtor-key-of-tests"}}


async def unread(world: World, number: int) -> str:
    """A form whose fields have names that nobody could guess. Answers the delivery's id."""
    form = {"fld_1": f"Canary Kim {number}", "fld_2": f"941 555 01{number:02}"}
    taken = await world.receives(form)
    assert taken["status"] == "quarantined"
    delivery_id: str = taken["delivery_id"]
    return delivery_id


async def unread_by_the_minute(world: World, count: int) -> list[str]:
    ids = []
    for number in range(count):
        ids.append(await unread(world, number))
        world.clock.at += timedelta(minutes=1)
    return ids


async def put(world: World, **source: Any) -> None:
    """The config with other settings of the website's form."""
    config = a_config()
    config["sources"]["website"] |= source
    headers = {**ADMIN, "Content-Type": "text/yaml"}
    answer = await world.http.put("/v1/config", content=yaml.safe_dump(config), headers=headers)
    assert answer.status_code == 200, answer.text


async def map_fields(world: World) -> None:
    await put(world, fields={"phone": "fld_2"})


async def replay(world: World, **wanted: Any) -> dict[str, Any]:
    answer = await world.post("/v1/deliveries/replay", **wanted)
    assert answer.status_code == 200, answer.text
    await world.settle()
    told: dict[str, Any] = answer.json()
    return told


async def everything(world: World) -> dict[str, list[Any]]:
    """All that a replay could change."""
    watched = (tables.deliveries, tables.leads, tables.inquiries, tables.clocks, tables.facts)
    return {
        table.name: sorted(map(repr, await rows(world.held.database, table)))
        for table in (*watched, tables.messages, tables.decisions, tables.agents)
    }


async def test_where_reading_stopped_is_listed_as_a_byte_or_as_a_path(world: World) -> None:
    await world.http.post(**REALTOR, content=b'{"Lead": canary')  # type: ignore[arg-type]
    await world.http.post(**REALTOR, json={"Lead": {"lead_info": {}}})  # type: ignore[arg-type]

    listed = (await world.get("/v1/deliveries", status="quarantined"))["items"]

    assert {(each["reason"], each["read_until"]) for each in listed} == {
        ("This is not JSON", "byte 9"),
        ("There is nobody in this delivery: no name, e-mail, phone or message", "$"),
    }


async def test_deliveries_are_listed_by_when_they_arrived(world: World) -> None:
    ids = await unread_by_the_minute(world, 3)

    async def listed(**when: str) -> list[str]:
        found = await world.get("/v1/deliveries", **when)
        return [each["id"] for each in found["items"]]

    assert await listed() == ids[::-1]
    assert await listed(received_after="2026-03-16T16:01:00Z") == [ids[2], ids[1]]
    assert await listed(received_before="2026-03-16T16:01:00Z") == [ids[0]]
    assert await listed(
        received_after="2026-03-16T17:01:00+01:00", received_before="2026-03-16T16:02:00Z"
    ) == [ids[1]]


async def test_after_a_change_of_the_mapping_all_are_leads_received_when_they_came(
    world: World,
) -> None:
    ids = await unread_by_the_minute(world, 3)
    before = await replay(world)
    await map_fields(world)

    told = await replay(world)

    assert (before["replayed"], before["by_status"]) == (3, {"quarantined": 3})
    assert {each["reason"] for each in before["items"]} == {
        "There is nobody in this delivery: no name, e-mail, phone or message (at $)"
    }
    assert (told["replayed"], told["by_status"], told["next_cursor"]) == (3, {"accepted": 3}, None)
    assert [each["delivery_id"] for each in told["items"]] == ids
    assert [each["reason"] for each in told["items"]] == [None] * 3
    arrived = [f"2026-03-16T16:0{minute}:00Z" for minute in range(3)]
    leads = [await world.get(f"/v1/leads/{each['leads'][0]}") for each in told["items"]]
    assert [each["received_at"] for each in leads] == arrived
    assert [each["owner"] for each in leads] == ["dana", "ben", "cara"]
    listed = (await world.get("/v1/deliveries"))["items"]
    assert [(each["status"], each["received_at"]) for each in listed] == [
        ("accepted", each) for each in reversed(arrived)
    ]


async def test_the_clocks_of_a_replayed_lead_run_since_the_person_asked(world: World) -> None:
    await unread(world, 1)
    world.clock.at += timedelta(minutes=20)
    await map_fields(world)
    told = await replay(world)
    [lead_id] = told["items"][0]["leads"]

    await world.tick()

    clocks = (await world.get("/v1/sla"))["items"]
    assert {(each["step"], each["state"], each["started_at"]) for each in clocks} == {
        ("nudge", "breached", "2026-03-16T16:00:00Z"),
        ("manager", "breached", "2026-03-16T16:00:00Z"),
        ("director", "running", "2026-03-16T16:00:00Z"),
    }
    assert [title for title in world.titles("maria") if title.startswith("Not answered")] == [
        "Not answered: Somebody"
    ]
    assert "for 20 min" in world.pushes("maria")[-1].message
    assert (await world.get(f"/v1/leads/{lead_id}"))["owner"] == "dana"


async def test_replayed_twice_nothing_is_left_to_do(world: World) -> None:
    await unread(world, 1)
    await map_fields(world)
    await replay(world)
    before = await everything(world)

    again = await replay(world)
    by_its_id = await replay(world, status="accepted")

    assert again == {"replayed": 0, "by_status": {}, "items": [], "next_cursor": None}
    assert by_its_id["by_status"] == {"duplicate": 1}
    assert await everything(world) == before


async def test_a_replay_of_what_went_through_changes_nothing(world: World) -> None:
    await world.receives()
    await world.receives()
    await world.http.post(**REALTOR, json=_realtor("r-1"))  # type: ignore[arg-type]
    await world.settle()
    before = await everything(world)
    world.clock.at += timedelta(days=3)

    told = await replay(world, status="accepted")

    assert (told["replayed"], told["by_status"]) == (3, {"duplicate": 3})
    assert await everything(world) == before


def _realtor(guid: str) -> dict[str, Any]:
    consumer = {"full_name": "Canary Realtor", "email": f"canary.{guid}@example.com"}
    return {"Lead": {"lead_info": {"lead_guid": guid, "lead_consumer_info": consumer}}}


async def test_two_operators_at_two_processes_replay_each_delivery_once(world: World) -> None:
    ids = [await unread(world, number) for number in range(8)]
    await map_fields(world)
    async with another_process(world) as other:
        told = await asyncio.gather(replay(world), replay(other), replay(world), replay(other))

    accepted = [
        item["delivery_id"]
        for each in told
        for item in each["items"]
        if item["status"] == "accepted"
    ]
    assert sorted(accepted) == sorted(ids)
    assert len(await rows(world.held.database, tables.leads)) == 8
    assert len(await rows(world.held.database, tables.inquiries)) == 8
    statuses = {each["status"] for each in await rows(world.held.database, tables.deliveries)}
    assert statuses == {"accepted"}


async def test_two_operators_do_not_make_two_of_a_test(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test has no claim of its own that would make the second one a repeat."""
    answer = await _google(world, monkeypatch, is_test=True)
    async with another_process(world) as other:
        told = await asyncio.gather(replay(world), replay(other))

    assert answer["status"] == "quarantined"
    assert len(await rows(world.held.database, tables.leads)) == 1
    assert sum(each["by_status"].get("test", 0) for each in told) == 1


async def _google(
    world: World, monkeypatch: pytest.MonkeyPatch, *, is_test: bool
) -> dict[str, Any]:
    """A lead of Google's that our reader could not read on that day."""

    def unreadable(*_: Any, **__: Any) -> tuple[Reading, Unreadable]:
        return Reading(), Unreadable("our reader of this format failed")

    with monkeypatch.context() as patched:
        patched.setattr(webhooks, "read", unreadable)
        answer = await world.http.post(
            GOOGLE,
            json={
                "google_key": "invented-shared-key",
                "lead_id": "g-1",
                "is_test": is_test,
                "user_column_data": [{"column_id": "EMAIL", "string_value": "canary@example.com"}],
            },
        )
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.expects_errors("replay.failed")
async def test_one_that_fails_does_not_stop_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await unread_by_the_minute(world, 3)
    await map_fields(world)
    take = world.app.state.serving.intake.take

    async def falters(arrival: Arrival) -> Taken:
        if str(arrival.id) == ids[1]:
            raise ZeroDivisionError
        taken: Taken = await take(arrival)
        return taken

    monkeypatch.setattr(world.app.state.serving.intake, "take", falters)
    told = await replay(world)
    assert [(each["delivery_id"], each["status"]) for each in told["items"]] == [
        (ids[0], "accepted"),
        (ids[1], "failed"),
        (ids[2], "accepted"),
    ]
    assert told["replayed"] == 2
    assert told["items"][1]["reason"] == "a mistake of ours: see the log"

    monkeypatch.undo()
    assert (await replay(world))["by_status"] == {"accepted": 1}


async def test_when_the_database_goes_away_what_was_done_is_told_and_where_to_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await unread_by_the_minute(world, 3)
    await map_fields(world)
    take = world.app.state.serving.intake.take

    async def away(arrival: Arrival) -> Taken:
        if str(arrival.id) != ids[0]:
            raise DatabaseAway
        taken: Taken = await take(arrival)
        return taken

    monkeypatch.setattr(world.app.state.serving.intake, "take", away)
    first = await replay(world)
    nothing = await world.post("/v1/deliveries/replay", cursor=first["next_cursor"])
    monkeypatch.undo()
    rest = await replay(world, cursor=first["next_cursor"])

    assert [each["delivery_id"] for each in first["items"]] == ids[:1]
    assert (nothing.status_code, nothing.json()["type"]) == (503, "/problems/database-away")
    assert [each["delivery_id"] for each in rest["items"]] == ids[1:]


async def test_a_filter_chooses_which_and_a_cursor_goes_on(world: World) -> None:
    ids = await unread_by_the_minute(world, 5)
    await world.http.post(**REALTOR, content=b"canary")  # type: ignore[arg-type]

    async def tried(**wanted: Any) -> list[str]:
        return [each["delivery_id"] for each in (await replay(world, **wanted))["items"]]

    assert await tried(source="website") == ids
    assert await tried(source="website", received_after=_at(3)) == ids[3:]
    assert await tried(source="website", received_before=_at(1)) == ids[:1]
    assert len(await tried(source="realtor")) == 1
    assert await tried(source="nobody") == []
    first = await replay(world, source="website", limit=3)
    second = await replay(world, source="website", limit=3, cursor=first["next_cursor"])
    assert [each["delivery_id"] for each in (*first["items"], *second["items"])] == ids
    assert second["next_cursor"] is None


def _at(minutes: int) -> str:
    return (NOON + timedelta(minutes=minutes)).isoformat()


async def test_a_dry_run_says_what_could_be_read_and_changes_nothing(world: World) -> None:
    await unread(world, 1)
    before = await everything(world)
    as_it_is = await replay(world, dry_run=True)
    assert await everything(world) == before
    await map_fields(world)
    mapped = await everything(world)

    as_it_is_now = await replay(world, dry_run=True)

    assert (as_it_is["replayed"], as_it_is["by_status"]) == (0, {"quarantined": 1})
    assert (as_it_is_now["replayed"], as_it_is_now["by_status"]) == (0, {"readable": 1})
    assert await everything(world) == mapped


async def test_what_cannot_be_replayed_says_why(world: World) -> None:
    await world.receives()
    same = {"email": "canary1@example.com", "first_name": "Canary1"}
    await world.http.post(FORM, data=same)
    repeat = await world.http.post(FORM, data=same)
    assert repeat.json()["status"] == "duplicate"
    world.clock.at += timedelta(minutes=1)
    spam = await world.http.post(FORM, data={**same, "website_url": "http://canary.example"})
    assert spam.json()["status"] == "accepted"

    repeats = await replay(world, status="duplicate")
    went_through = await replay(world, status="accepted")

    assert repeats["replayed"] == 0
    assert [(each["status"], each["reason"]) for each in repeats["items"]] == [
        ("duplicate", "This delivery repeated another one: replay that one.")
    ]
    assert went_through["items"][-1]["reason"] == (
        "It was kept as a test or as spam, and still reads as one."
    )


async def test_what_was_read_once_is_not_forgotten_when_the_config_breaks(world: World) -> None:
    await map_fields(world)
    taken = await world.receives({"fld_1": "Canary Kim", "fld_2": "941 555 0144"})
    await put(world)
    before = await everything(world)

    told = await replay(world, status="accepted")

    assert taken["status"] == "accepted"
    assert told["replayed"] == 0
    assert told["items"] == [
        {
            "delivery_id": taken["delivery_id"],
            "status": "accepted",
            "leads": [taken["leads"][0]["id"]],
            "reason": "Its leads are stored, and as the config is now it cannot be read.",
        }
    ]
    assert await everything(world) == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"status": "lost"}, "status"),
        ({"received_after": "2026-03-16T16:00:00"}, "received_after"),
        ({"cursor": "none of ours"}, "cursor"),
        ({"sources": ["website"]}, "sources"),
    ],
)
async def test_a_wrong_filter_is_named(world: World, body: dict[str, Any], field: str) -> None:
    answer: httpx.Response = await world.post("/v1/deliveries/replay", **body)

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_a_replay_that_is_still_unreadable_raises_no_second_alert(world: World) -> None:
    await unread(world, 1)
    world.clock.at += timedelta(hours=2)
    await replay(world)

    assert world.titles("maria") == ["Unreadable: website"]
