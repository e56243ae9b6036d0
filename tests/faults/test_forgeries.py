"""What proves one delivery proves no other; what is no lead is kept and says why."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from app.api.grouping import GroupCommit
from app.domain.delivery import Reading, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.domain.identifiers import new_id
from app.domain.lead import Inquiry
from app.flow.arrivals import Arrival, Taken
from app.flow.nonces import REMEMBERED_FOR
from app.sources.registry import SOURCES
from app.store import tables
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import another_process, rows
from tests.scenarios.lead_ads import delivery_of
from tests.world import World, a_config, open_world

WHY = "Source website: its token was used before, by another delivery."


def _arrival(world: World, *, key: str, nonce: str | None, body: bytes = b"canary") -> Arrival:
    now = world.clock()
    inquiry = Inquiry(source="website", dedupe_key=key, email=f"{key}.canary@example.com")
    reading = Reading((inquiry,), nonce=nonce)
    return Arrival(new_id(now), "web-form", Webhook("website", body), now, reading)


async def _take(world: World, *arrivals: Arrival) -> list[Taken | BaseException]:
    intake = cast(GroupCommit, world.app.state.serving.intake)
    return await asyncio.gather(*map(intake.take, arrivals), return_exceptions=True)


async def test_a_token_that_comes_with_something_else_is_a_forgery(world: World) -> None:
    [first] = await _take(world, _arrival(world, key="a", nonce="token"))
    [forged] = await _take(world, _arrival(world, key="b", nonce="token", body=b"other"))

    assert isinstance(first, Taken)
    assert first.status == "accepted"
    assert isinstance(forged, BadCredentials)
    assert str(forged) == WHY
    assert len(await rows(world.held.database, tables.deliveries)) == 1
    assert len(await rows(world.held.database, tables.leads)) == 1


async def test_the_same_delivery_once_more_is_a_duplicate(world: World) -> None:
    [first] = await _take(world, _arrival(world, key="a", nonce="token"))
    [again] = await _take(world, _arrival(world, key="a", nonce="token", body=b"repacked"))

    assert isinstance(first, Taken)
    assert isinstance(again, Taken)
    assert (again.status, again.leads[0].id) == ("duplicate", first.leads[0].id)


async def test_the_same_bytes_once_more_are_no_forgery_whatever_they_say(world: World) -> None:
    now = world.clock()
    reading = Reading(ignored="an auto-reply", nonce="token")
    webhook = Webhook("website", b"canary")

    taken = [
        (await _take(world, Arrival(new_id(now), "web-form", webhook, now, reading)))[0]
        for _ in range(2)
    ]

    assert [each.status for each in taken if isinstance(each, Taken)] == ["accepted"] * 2


async def test_a_day_later_the_token_is_forgotten(world: World) -> None:
    await _take(world, _arrival(world, key="a", nonce="token"))
    world.clock.at += REMEMBERED_FOR

    [later] = await _take(world, _arrival(world, key="b", nonce="token", body=b"other"))

    assert isinstance(later, Taken)
    assert later.status == "accepted"


async def test_another_source_may_use_the_same_token(world: World) -> None:
    await _take(world, _arrival(world, key="a", nonce="token"))
    elsewhere = _arrival(world, key="b", nonce="token", body=b"other")
    webhook = Webhook("realtor", b"other")

    [taken] = await _take(
        world, Arrival(elsewhere.id, "realtor-com", webhook, elsewhere.received_at,
                       elsewhere.reading)
    )  # fmt: skip

    assert isinstance(taken, Taken)
    assert taken.status == "accepted"


async def test_of_many_forgeries_at_the_same_instant_one_delivery_gets_in(world: World) -> None:
    async with another_process(world) as other:
        outcomes = await asyncio.gather(
            *(
                _take(
                    (world, other)[each % 2],
                    _arrival(world, key=f"k{each}", nonce="token", body=b"%d" % each),
                )
                for each in range(20)
            )
        )

    counted = Counter(type(outcome).__name__ for [outcome] in outcomes)
    assert counted == {"Taken": 1, "BadCredentials": 19}
    assert len(await rows(world.held.database, tables.deliveries)) == 1
    assert len(await rows(world.held.database, tables.leads)) == 1


async def test_a_forgery_takes_nobody_with_it_who_came_at_the_same_instant(world: World) -> None:
    await _take(world, _arrival(world, key="a", nonce="token"))

    outcomes = await _take(
        world,
        _arrival(world, key="b", nonce=None, body=b"1"),
        _arrival(world, key="c", nonce="token", body=b"2"),
        _arrival(world, key="d", nonce=None, body=b"3"),
    )

    assert [type(each).__name__ for each in outcomes] == ["Taken", "BadCredentials", "Taken"]


SIGNING_KEY = "invented-mailgun-signing-key"  # 28 characters


async def test_a_copied_token_of_mailgun_is_answered_401(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    config = a_config()
    config["sources"]["mails"] = {"kind": "email-mailgun", "signing_key": SIGNING_KEY}
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        kind = SOURCES["email-mailgun"]
        settings = world.held.live.snapshot.config.sources["mails"]
        mail = kind.sign(Webhook("mails", _MAIL), settings, now=world.clock())
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        forged = mail.body.replace(b"canary1", b"canary2").replace(b"inv-mg-1", b"inv-mg-2")

        first = await world.http.post("/webhooks/mails", content=mail.body, headers=headers)
        again = await world.http.post("/webhooks/mails", content=mail.body, headers=headers)
        other = await world.http.post("/webhooks/mails", content=forged, headers=headers)
        await world.settle()

        assert (first.json()["status"], again.json()["status"]) == ("accepted", "duplicate")
        assert other.status_code == 401
        assert "its token was used before" in other.text
        assert len(await rows(world.held.database, tables.leads)) == 1
        assert len(await rows(world.held.database, tables.deliveries)) == 2


_MAIL = (
    b"recipient=leads%40in.example.com&sender=bounce%40portal.example.com"
    b"&from=Portal+%3Cleads%40portal.example.com%3E&subject=New+lead"
    b"&body-plain=Name%3A+Grace+Canary%0D%0AEmail%3A+canary1%40example.com%0D%0A"
    b"&message-headers=%5B%5B%22Message-Id%22%2C+%22%3Cinv-mg-1%40portal.example.com%3E%22%5D%5D"
    b"&Message-Id=%3Cinv-mg-1%40portal.example.com%3E&timestamp=1773519165&token=x&signature=x"
)


async def _kept(world: World, reading: Reading, trouble: Unreadable | None = None) -> Any:
    now = world.clock()
    arrival = Arrival(new_id(now), "web-form", Webhook("website", b"canary"), now, reading, trouble)
    [taken] = await _take(world, arrival)
    assert isinstance(taken, Taken)
    return await delivery_of(world, {"delivery_id": str(taken.delivery_id)})


async def test_what_is_no_lead_is_accepted_and_says_why(world: World) -> None:
    delivery = await _kept(world, Reading(ignored="a page view"))

    assert (delivery["status"], delivery["leads"], delivery["reason"]) == (
        "accepted",
        [],
        "a page view",
    )
    assert await rows(world.held.database, tables.leads) == []
    assert await rows(world.held.database, tables.messages) == []


async def test_what_cannot_be_read_says_that_instead(world: World) -> None:
    delivery = await _kept(world, Reading(ignored="a page view"), Unreadable("no person", "$.a"))

    assert (delivery["status"], delivery["reason"]) == ("quarantined", "no person")


@pytest.mark.parametrize("days", [0, 80])
async def test_a_replay_is_no_forgery(world: World, days: int) -> None:
    [first] = await _take(world, _arrival(world, key="a", nonce="token"))
    assert isinstance(first, Taken)
    world.clock.at += timedelta(days=days)
    again = _arrival(world, key="b", nonce="token", body=b"read otherwise by now")
    replay = Arrival(
        UUID(str(first.delivery_id)),
        again.kind,
        again.webhook,
        again.received_at,
        again.reading,
        is_replay=True,
    )

    [taken] = await _take(world, replay)

    assert isinstance(taken, Taken)
    assert taken.status == "accepted"
