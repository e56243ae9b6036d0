"""Somebody hears of it when a source is refused or cannot be read: once an hour, off the path."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.api import refusals
from app.store import tables
from app.store.database import Database
from tests.api.test_webhooks import ZILLOW, basic
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import another_process, rows
from tests.world import FORM, World, a_config, a_form, open_world

REFUSED = "/webhooks/realtor"
UNREAD = {
    "url": "/webhooks/google-ads",
    "content": b'{"google_key": "invented-shared-key", "canary": 1}',
}


async def settled(*worlds: World) -> None:
    """Everything that was begun off the answer's path is done."""
    for world in worlds:
        await world.app.state.serving.refusals.settle()
        await world.settle()


async def is_refused(world: World, **how: Any) -> httpx.Response:
    answer = await world.http.post(**({"url": REFUSED, "content": b"canary"} | how))
    assert answer.status_code == 401
    return answer


async def alerts(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.get("/v1/messages", kind="alert"))["items"]
    return found


async def events(world: World, what: str) -> list[dict[str, Any]]:
    found = await rows(world.held.database, tables.facts, tables.facts.c.type == what)
    return [each["data"] for each in found]


async def test_a_refused_delivery_is_told_to_every_manager_and_is_an_event(world: World) -> None:
    await is_refused(world, headers={"X-API-Key": "canary-secret"})
    await settled(world)

    assert world.titles("maria") == world.titles("otto") == ["Refused: realtor"]
    assert world.pushes("maria")[0].message == (
        "A delivery to realtor was refused (401): header x-api-key is wrong.\n"
        "A provider gives up after a 401: compare the secret in the config with the one typed at "
        "the provider.\n"
        "Others of this hour raise no alert of their own: see GET /v1/sources."
    )
    shown = await alerts(world)
    assert {(each["to"], each["channel"], each["status"]) for each in shown} == {
        ("maria", "push", "sent"),
        ("otto", "push", "sent"),
    }
    assert [each["lead_id"] for each in shown] == [None, None]
    assert await events(world, "intake.refused") == [
        {
            "source": "realtor",
            "why": "header x-api-key is wrong",
            "count": 1,
            "told": [{"to": "maria", "channel": "push"}, {"to": "otto", "channel": "push"}],
        }
    ]
    assert "canary" not in repr(shown)


async def test_a_thousand_refusals_are_one_alert_an_hour_and_next_to_no_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[None] = []
    transaction = world.held.database.transaction

    def counted() -> Any:
        begun.append(None)
        return transaction()

    for _ in range(1000):
        await is_refused(world)
    await settled(world)
    monkeypatch.setattr(world.held.database, "transaction", counted)
    for _ in range(1000):
        await is_refused(world)
    await settled(world)
    assert begun == []
    assert world.titles("maria") == ["Refused: realtor"]

    world.clock.at += timedelta(hours=1)
    await is_refused(world)
    await settled(world)

    assert world.titles("maria") == ["Refused: realtor"] * 2
    told = sum(each["count"] for each in await events(world, "intake.refused"))
    assert told == 2001
    assert "deliveries to realtor were refused (401), the last one: " in (
        world.pushes("maria")[1].message
    )


async def test_several_processes_raise_one_alert(world: World) -> None:
    async with another_process(world) as other:
        await asyncio.gather(*(is_refused(each) for each in (world, other) for _ in range(20)))
        await settled(world, other)

        assert len(await alerts(world)) == 2
        assert len(await events(world, "intake.refused")) == 1
        assert world.titles("maria") == ["Refused: realtor"]


async def test_each_source_has_an_alert_of_its_own(world: World) -> None:
    await is_refused(world)
    await is_refused(world, url="/webhooks/website/wrong")
    await settled(world)

    assert sorted(world.titles("maria")) == ["Refused: realtor", "Refused: website"]


async def test_unknown_sources_and_sources_that_are_off_raise_nothing(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    sources = {"website": {"kind": "web-form", "secret": "${A_VARIABLE_THAT_IS_NOT_SET}"}}
    async with open_world(database_url, smtp, ntfy, config=a_config(sources=sources)) as world:
        unknown = await world.http.post("/webhooks/nobody", content=b"canary")
        off = await world.http.post("/webhooks/website", content=b"canary")
        await settled(world)

        assert (unknown.status_code, off.status_code) == (404, 503)
        assert await alerts(world) == []
        assert await events(world, "intake.refused") == []


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "UNTIL_ASKED_AGAIN", 1.0)
    monkeypatch.setattr(refusals, "WAITS", (0.05, 0.05))


@pytest.mark.usefixtures("impatient")
async def test_who_shows_a_password_only_when_asked_was_not_refused(world: World) -> None:
    """So does Amazon SNS: each of its deliveries is answered 401 first."""
    await is_refused(world, url="/webhooks/zillow", json=ZILLOW)
    answer = await world.http.post(
        "/webhooks/zillow", json=ZILLOW, headers=basic("zillow", "zillow-password")
    )
    await settled(world)

    assert answer.status_code == 200
    assert await alerts(world) == []
    assert world.app.state.serving.refusals.counts["zillow"] == 0


@pytest.mark.usefixtures("impatient")
async def test_who_was_asked_for_a_password_and_never_came_back_was_refused(world: World) -> None:
    await is_refused(world, url="/webhooks/zillow", json=ZILLOW)
    await settled(world)

    assert world.titles("maria") == ["Refused: zillow"]
    assert "HTTP Basic credentials are missing." in world.pushes("maria")[0].message
    assert world.app.state.serving.refusals.counts["zillow"] == 1


@asynccontextmanager
async def away(world: World) -> AsyncIterator[None]:
    there = world.held.database
    world.held.database = Database.of("postgresql://nobody@127.0.0.1:1/nothing")
    try:
        yield
    finally:
        await world.held.database.close()
        world.held.database = there


@pytest.mark.usefixtures("impatient")
async def test_without_the_database_a_401_stays_a_401_and_the_next_one_is_told(
    world: World,
) -> None:
    async with away(world):
        await is_refused(world)
        await world.app.state.serving.refusals.settle()
    assert await alerts(world) == []

    await is_refused(world)
    await settled(world)

    assert world.titles("maria") == ["Refused: realtor"]
    assert (await events(world, "intake.refused"))[0]["count"] == 2


async def test_the_answer_does_not_wait_for_the_alert(world: World) -> None:
    async with world.held.database.transaction() as tx:
        if not tx.is_sqlite:  # SQLite has one writer, and we are it.
            await tx.conn.execute(text("LOCK TABLE message IN EXCLUSIVE MODE"))
        async with asyncio.timeout(1):
            await is_refused(world)
        await asyncio.sleep(0.1)
        assert await alerts(world) == []
    await settled(world)

    assert len(await alerts(world)) == 2


async def test_an_alert_goes_over_the_next_channel_when_the_first_fails(world: World) -> None:
    world.ntfy.mode = "refuse"
    world.ntfy.refusal = 413
    await is_refused(world)
    await settled(world)
    await world.tick()

    [mail] = world.mails("maria@harborline.example.com")
    assert mail.startswith("A delivery to realtor was refused (401)")
    assert {(each["channel"], each["status"]) for each in await alerts(world)} == {
        ("push", "failed"),
        ("email", "sent"),
    }


async def test_an_unreadable_delivery_is_told_with_its_reason_and_id(world: World) -> None:
    answers = [await world.http.post(**UNREAD) for _ in range(3)]  # type: ignore[arg-type]
    await settled(world)

    first = answers[0].json()
    assert first["status"] == "quarantined"
    assert world.titles("maria") == world.titles("otto") == ["Unreadable: google-ads"]
    told = world.pushes("maria")[0].message
    [reason] = {each["reason"] for each in (await world.get("/v1/deliveries"))["items"]}
    assert told.startswith(f"A delivery to google-ads could not be read: {reason}.\n")
    assert f"It is kept whole as {first['delivery_id']}:" in told
    assert len(await events(world, "intake.quarantined")) == 3

    world.clock.at += timedelta(hours=1)
    await world.http.post(**UNREAD)  # type: ignore[arg-type]
    await settled(world)
    assert world.titles("maria") == ["Unreadable: google-ads"] * 2


async def test_unreadable_deliveries_at_several_processes_at_once_are_one_alert(
    world: World,
) -> None:
    async with another_process(world) as other:
        sent = [
            each.http.post(url, content=b"canary", headers={"X-API-Key": "realtor-key-of-tests"})
            for each in (world, other)
            for url in ("/webhooks/realtor", FORM) * 5
        ]
        answers = await asyncio.gather(*sent)
        await settled(world, other)

    assert {each.json()["status"] for each in answers} == {"quarantined"}
    assert sorted(world.titles("maria")) == ["Unreadable: realtor", "Unreadable: website"]


Change = Callable[[dict[str, Any]], None]


def _alerts_to(*to: Any) -> Change:
    def change(config: dict[str, Any]) -> None:
        config["alerts"] = {"to": list(to)}

    return change


def _nobody_is_a_manager(config: dict[str, Any]) -> None:
    for agent in config["agents"]:
        agent.pop("role", None)


def _on_call(config: dict[str, Any]) -> None:
    rotation = {"every": "1w", "starts": "2026-01-05T08:00", "members": ["ben"]}
    config["on_call"] = {"nights": {"rotation": rotation}}


def _nobody_is_a_managers_manager(config: dict[str, Any]) -> None:
    _nobody_is_a_manager(config)
    _on_call(config)
    for team in config["teams"].values():
        del team["manager"]
    config["sla"] = []


def _on_call_alone(config: dict[str, Any]) -> None:
    _on_call(config)
    _alerts_to({"on_call": "nights"})(config)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(_alerts_to({"agent": "dana"}), {"dana"}, id="an agent"),
        pytest.param(_alerts_to("manager"), {"maria", "otto"}, id="manager means each of them"),
        pytest.param(_alerts_to({"team": "luxury"}, {"agent": "dana"}), {"dana"}, id="once each"),
        pytest.param(_on_call_alone, {"ben"}, id="who is on call"),
        pytest.param(_nobody_is_a_manager, {"maria", "otto"}, id="the managers of teams"),
        pytest.param(_nobody_is_a_managers_manager, {"ben"}, id="at last, who is on call"),
    ],
)
async def test_alerts_go_to_whom_the_config_says(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy, change: Change, told: set[str]
) -> None:
    config = a_config()
    change(config)
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        await is_refused(world)
        await settled(world)

        assert {each["to"] for each in await alerts(world)} == told


async def test_a_lead_that_can_be_read_raises_no_alert(world: World) -> None:
    await world.receives(a_form())

    assert await alerts(world) == []
