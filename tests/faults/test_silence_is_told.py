"""A source that falls silent: somebody hears of it, once, whichever process looks."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml
from sqlalchemy import insert

from app.domain.identifiers import new_id
from app.flow.silence import Listening
from app.jobs.auditor import LISTEN_AFTER
from app.sources.silence import LOOKED_AT
from app.store import sources, tables
from app.store.database import Database
from tests.faults.staging import another_process, rows
from tests.world import ADMIN, NOON, World, a_config

HOURLY = timedelta(hours=1)


def a_delivery(at: datetime, source: str = "website", status: str = "accepted") -> dict[str, Any]:
    """A row as intake writes it; one that brought a lead, unless it says otherwise."""
    return {
        "id": new_id(at),
        "source": source,
        "kind": "web-form",
        "status": status,
        "received_at": at,
        "headers": {},
        "query": {},
        "body": b"canary",
        "leads": [str(new_id(at))] if status not in {"quarantined", "ignored"} else [],
    }


async def arrived(database: Database, deliveries: list[dict[str, Any]]) -> None:
    ignored = [
        {**each, "status": each["status"].replace("ignored", "accepted")} for each in deliveries
    ]
    async with database.transaction() as tx:
        await tx.conn.execute(insert(tables.deliveries), ignored)


def hourly(until: datetime, source: str = "website", weeks: int = 5) -> list[dict[str, Any]]:
    """A lead each hour, day and night, the last one at `until`."""
    return [a_delivery(until - each * HOURLY, source) for each in range(weeks * 7 * 24)]


async def listens(*worlds: World) -> None:
    """Every process looks, at the same time."""
    for world in worlds:
        world.background.auditor._listen_at = world.clock()
    await asyncio.gather(*(world.background.auditor.look() for world in worlds))
    for world in worlds:
        await world.settle()


async def alerts(world: World) -> list[tuple[str, str]]:
    found = (await world.get("/v1/messages", kind="alert"))["items"]
    return sorted((each["to"], each["subject"]) for each in found)


BOTH = [("maria", "Silent: website"), ("otto", "Silent: website")]


async def test_a_source_that_stops_is_told_once_by_whichever_process_looks(world: World) -> None:
    deliveries = hourly(NOON)
    await arrived(world.held.database, deliveries)
    async with another_process(world) as other:
        world.clock.at += timedelta(hours=9)
        await listens(world, other)
        early = await alerts(world)

        world.clock.at += timedelta(hours=3)
        await listens(world, other)
        for _ in range(3):
            world.clock.at += timedelta(hours=5)
            await listens(other, world)

    assert early == []
    assert await alerts(world) == BOTH
    assert world.titles("maria") == ["Silent: website"]
    assert world.pushes("maria")[0].message == (
        "No lead from website since Mon 16 Mar 12:00. By its pattern of the weeks before, about "
        "11 would have come.\n"
        "Look whether the provider still delivers, and to the right address: see GET /v1/sources."
    )
    [fact] = await rows(world.held.database, tables.facts, tables.facts.c.type == "intake.silent")
    assert fact["data"] == {
        "source": "website",
        "last_delivery_id": str(deliveries[0]["id"]),
        "last_at": "2026-03-16T16:00:00+00:00",
        "expected": fact["data"]["expected"],
        "told": [{"to": "maria", "channel": "push"}, {"to": "otto", "channel": "push"}],
    }
    assert 10 < fact["data"]["expected"] < 12


async def test_the_next_silence_is_told_again(world: World) -> None:
    await arrived(world.held.database, hourly(NOON))
    world.clock.at += timedelta(hours=12)
    await listens(world)
    await arrived(world.held.database, [a_delivery(world.clock())])
    world.clock.at += timedelta(minutes=1)
    await listens(world)
    assert await alerts(world) == BOTH

    world.clock.at += timedelta(hours=15)
    await listens(world)

    assert await alerts(world) == sorted(BOTH * 2)


@pytest.mark.parametrize("status", ["quarantined", "test", "duplicate", "ignored"])
async def test_what_is_no_lead_does_not_break_a_silence(world: World, status: str) -> None:
    """A source whose format changed sends as ever, and brings nothing."""
    await arrived(world.held.database, hourly(NOON))
    world.clock.at += timedelta(hours=12)
    sent = [a_delivery(NOON + each * HOURLY, status=status) for each in range(1, 12)]
    await arrived(world.held.database, sent)
    await listens(world)

    assert await alerts(world) == BOTH


@pytest.mark.parametrize("status", ["accepted", "updated", "held"])
async def test_a_lead_of_any_sort_does(world: World, status: str) -> None:
    await arrived(world.held.database, hourly(NOON))
    world.clock.at += timedelta(hours=12)
    await arrived(world.held.database, [a_delivery(world.clock() - HOURLY, status=status)])
    await listens(world)

    assert await alerts(world) == []


async def test_a_new_source_and_one_that_is_not_ours_raise_nothing(world: World) -> None:
    await arrived(world.held.database, hourly(NOON, "realtor", weeks=1))
    await arrived(world.held.database, hourly(NOON, "crm-import"))
    world.clock.at += timedelta(hours=30)
    await listens(world)

    assert await alerts(world) == []


async def test_who_does_not_want_to_hear_of_silence_does_not(world: World) -> None:
    await arrived(world.held.database, hourly(NOON))
    config = a_config(alerts={"silent_sources": False})
    headers = {**ADMIN, "Content-Type": "text/yaml"}
    await world.http.put("/v1/config", content=yaml.safe_dump(config), headers=headers)
    await world.tick()
    world.clock.at += timedelta(hours=30)
    await listens(world)

    assert await alerts(world) == []


async def test_a_source_that_is_off_raises_nothing(world: World) -> None:
    await arrived(world.held.database, hourly(NOON))
    config = a_config()
    config["sources"]["website"]["secret"] = "${A_VARIABLE_THAT_IS_NOT_SET}"
    headers = {**ADMIN, "Content-Type": "text/yaml"}
    await world.http.put("/v1/config", content=yaml.safe_dump(config), headers=headers)
    await world.tick()
    world.clock.at += timedelta(hours=30)
    await listens(world)

    assert await alerts(world) == []


async def test_after_an_outage_of_ours_senders_are_given_a_moment(world: World) -> None:
    await arrived(world.held.database, hourly(NOON - timedelta(hours=30)))
    world.clock.at += LISTEN_AFTER - timedelta(seconds=1)
    await world.background.auditor.look()
    early = await alerts(world)
    world.clock.at += timedelta(seconds=1)
    await world.background.auditor.look()
    await world.settle()

    assert early == []
    assert await alerts(world) == BOTH


async def test_what_is_remembered_is_what_the_rows_say(world: World) -> None:
    """Leads come in, some of them late: what was read bit by bit is what is read at once."""
    database = world.held.database
    await arrived(database, hourly(NOON, weeks=4))
    bit_by_bit = Listening()
    snapshot = world.held.live.snapshot
    at = NOON
    for minutes in (1, 20, 45, 30, 59, 1, 70):
        at += timedelta(minutes=minutes)
        await arrived(database, [a_delivery(at), a_delivery(at - timedelta(minutes=50))])
        async with database.reading() as tx:
            remembered = await bit_by_bit.measure(tx, snapshot=snapshot, now=at + HOURLY)
    async with database.reading() as tx:
        at_once = await Listening().measure(tx, snapshot=snapshot, now=at + HOURLY)
        stored = await sources.arrivals(tx, since=at - LOOKED_AT)

    assert remembered == at_once
    assert bit_by_bit._arrivals == stored
    assert sum(stored["website"].by_hour.values()) == 4 * 7 * 24 + 14


async def test_what_is_remembered_is_old_when_a_replay_brought_a_lead(world: World) -> None:
    await arrived(world.held.database, hourly(NOON))
    world.clock.at += timedelta(hours=11)
    await listens(world)  # Reads it all: not silent yet.
    await arrived(world.held.database, [a_delivery(NOON + timedelta(hours=5))])
    world.clock.at += timedelta(minutes=55)
    await listens(world)  # Reads the news of the last hour alone.
    as_remembered = world.background.auditor.listening._arrivals["website"].last_at

    assert as_remembered == NOON
    assert await alerts(world) == []


async def test_a_look_without_the_database_is_tried_again(
    world: World, log: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    await arrived(world.held.database, hourly(NOON))
    world.clock.at += timedelta(hours=12)
    there = world.held.database
    world.held.database = Database.of("postgresql://nobody@127.0.0.1:1/nothing")
    await listens(world)
    await world.held.database.close()
    world.held.database = there
    monkeypatch.undo()
    assert [each["event"] for each in log if each["event"] == "audit.not_listened"] != []

    world.clock.at += timedelta(minutes=1)
    await world.background.auditor.look()
    await world.settle()

    assert await alerts(world) == BOTH
