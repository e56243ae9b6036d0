"""Nothing is answered 200 that is not committed, and one bad delivery harms no other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from sqlalchemy import event

from app.api.grouping import GroupCommit
from app.domain.delivery import DeliveryStatus, Reading, Webhook
from app.domain.errors import DatabaseAway
from app.domain.identifiers import new_id
from app.domain.lead import Inquiry, Property
from app.flow.arrivals import Arrival, Taken
from app.store import tables
from tests.faults.staging import rows
from tests.world import FORM, World, a_form

EVERYTHING = (
    tables.deliveries,
    tables.leads,
    tables.inquiries,
    tables.decisions,
    tables.clocks,
    tables.messages,
    tables.intake_keys,
    tables.person_keys,
)


@asynccontextmanager
async def _commits_failing(world: World, *, after: bool = False) -> AsyncIterator[list[int]]:
    """No COMMIT ends well: it is refused or, with `after`, its answer is lost on the way."""
    tried: list[int] = []
    engine = world.held.database._writer.sync_engine

    def refuse(connection: Any) -> None:
        tried.append(1)
        if after:
            connection.connection.dbapi_connection.commit()
        raise ConnectionResetError("planted")

    event.listen(engine, "commit", refuse)
    try:
        yield tried
    finally:
        event.remove(engine, "commit", refuse)


async def _how_much(world: World) -> dict[str, int]:
    return {each.name: len(await rows(world.held.database, each)) for each in EVERYTHING}


async def test_a_commit_that_fails_is_no_200_and_leaves_nothing(world: World) -> None:
    async with _commits_failing(world) as tried:
        answers = await asyncio.gather(
            *(world.http.post(FORM, data=a_form(each)) for each in range(5))
        )

    assert [answer.status_code for answer in answers] == [503] * 5
    assert {answer.headers["Retry-After"] for answer in answers} == {"2"}
    assert tried
    assert await _how_much(world) == dict.fromkeys((each.name for each in EVERYTHING), 0)
    assert (await world.receives(a_form(1)))["status"] == "accepted"
    assert world.mails("canary1@example.com") != []


async def test_a_commit_whose_answer_is_lost_is_found_and_not_repeated(world: World) -> None:
    async with _commits_failing(world, after=True):
        answers = await asyncio.gather(
            *(world.http.post(FORM, data=a_form(each)) for each in range(5))
        )

    assert [answer.status_code for answer in answers] == [200] * 5
    assert [answer.json()["status"] for answer in answers] == ["accepted"] * 5
    assert all(len(answer.json()["leads"][0]["sla"]) == 3 for answer in answers)
    assert len(await rows(world.held.database, tables.leads)) == 5
    again = await world.receives(a_form(1))
    assert again["status"] == "duplicate"


def _arrival(world: World, number: int, *, price: Any = 500_000) -> Arrival:
    now = world.clock()
    inquiry = Inquiry(
        source="website",
        dedupe_key=f"key-{number}",
        first_name="Canary",
        email=f"canary{number}@example.com",
        property=Property(price=price),
    )
    webhook = Webhook("website", f"canary {number}".encode())
    return Arrival(new_id(now), "web-form", webhook, now, Reading((inquiry,)))


def _taken(outcome: Taken | BaseException) -> Taken:
    assert isinstance(outcome, Taken), outcome
    return outcome


@pytest.mark.expects_errors("intake.failed")
async def test_a_delivery_that_breaks_our_routing_is_quarantined_alone(world: World) -> None:
    intake = cast(GroupCommit, world.app.state.serving.intake)
    # A price that is no number breaks the rule on prices, and so the batch.
    arrivals = [_arrival(world, each, price="canary" if each == 4 else 1) for each in range(9)]

    outcomes = await asyncio.gather(*(intake.take(each) for each in arrivals))

    statuses = [_taken(each).status for each in outcomes]
    assert statuses[4] is DeliveryStatus.QUARANTINED
    assert set(statuses[:4] + statuses[5:]) == {DeliveryStatus.ACCEPTED}
    kept = await rows(world.held.database, tables.deliveries)
    assert {row["id"]: row["body"] for row in kept} == {
        each.id: each.webhook.body for each in arrivals
    }
    assert len(await rows(world.held.database, tables.leads)) == 8
    [fact] = [
        row
        for row in await rows(world.held.database, tables.facts)
        if row["type"] == "intake.quarantined"
    ]
    assert fact["data"]["delivery_id"] == str(arrivals[4].id)


async def test_an_overloaded_intake_says_so_instead_of_waiting(world: World) -> None:
    intake = cast(GroupCommit, world.app.state.serving.intake)
    intake._waiting.extend([object()] * 5_000)  # type: ignore[list-item]  # Merely counted.
    try:
        answer = await world.http.post(FORM, data=a_form(1))
    finally:
        intake._waiting.clear()

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"


async def test_a_database_that_is_gone_is_a_503_and_the_loop_goes_on(world: World) -> None:
    database = world.held.database

    def refuse(*_: Any) -> None:
        raise ConnectionRefusedError("planted")

    event.listen(database._writer.sync_engine, "begin", refuse)
    try:
        answer = await world.http.post(FORM, data=a_form(1))
    finally:
        event.remove(database._writer.sync_engine, "begin", refuse)

    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/database-away"
    assert (await world.receives(a_form(1)))["status"] == "accepted"


async def test_asking_the_database_in_vain_is_named(world: World) -> None:
    def refuse(*_: Any) -> None:
        raise ConnectionRefusedError("planted")

    event.listen(world.held.database._writer.sync_engine, "begin", refuse)
    try:
        with pytest.raises(DatabaseAway):
            async with world.held.database.transaction():
                raise AssertionError("a transaction began")
    finally:
        event.remove(world.held.database._writer.sync_engine, "begin", refuse)
