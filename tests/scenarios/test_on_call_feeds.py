"""Who is on call stands in a calendar: it is asked for, believed, and lost without harm."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.lead import AgentId
from app.hours.feeds import FeedRead, FeedUnreadable, read_feed
from app.hours.named_in import Member
from app.jobs.feed_reader import read_apart
from app.resources import refresh
from app.store import on_call_feeds
from app.store.on_call_feeds import Feed
from tests.fakes.calendars import FakeCalendars, Page, shifts
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import another_process
from tests.world import ADMIN, NOON, World, a_config, open_world

A_DAY = timedelta(days=1)
PATH = "/managers.ics"


@pytest.fixture
def calendars() -> Iterator[FakeCalendars]:
    with FakeCalendars() as server:
        yield server


@pytest.fixture
def in_a_child() -> None:
    """Feeds are read as they are in earnest."""


@pytest.fixture(autouse=True)
def read_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests need no process of its own for each reading."""
    if "in_a_child" in request.fixturenames:
        return

    async def read(
        feed: bytes, members: Sequence[Member], *, schedule: str, zone: str, now: datetime
    ) -> FeedRead:
        return read_feed(feed, members, schedule=schedule, zone=ZoneInfo(zone), now=now)

    monkeypatch.setattr("app.jobs.feeds.read_apart", read)


def with_feed(calendars: FakeCalendars, path: str = PATH, **more: Any) -> dict[str, Any]:
    """The config of these tests: after five minutes, whoever is on call is told."""
    steps = [{"name": "night", "after": "5m", "escalate": {"on_call": "managers"}, "via": ["push"]}]
    return a_config(
        on_call={"managers": {"ical": calendars.url(path), **more}},
        sla=[{"name": "speed-to-lead", "stops_on": "attempted", "steps": steps}],
    )


@pytest.fixture
async def world(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy, calendars: FakeCalendars
) -> AsyncIterator[World]:
    calendars.put(PATH, Page(by("maria"), etag='"one"'))
    async with open_world(database_url, smtp, ntfy, config=with_feed(calendars)) as opened:
        yield opened


def by(*whom: str, since: datetime = NOON - A_DAY, days: int = 30) -> bytes:
    """These are on call, one after another, for so many days each."""
    length = timedelta(days=days)
    return shifts(
        *((each, since + n * length, since + (n + 1) * length) for n, each in enumerate(whom))
    )


async def look(world: World, *, after: timedelta = timedelta(0)) -> Feed:
    """Some time later, every process looks after feeds. Answers the row."""
    world.clock.at += after
    await world.background.feeds.look()
    await world.tick()
    return await row(world)


async def row(world: World) -> Feed:
    async with world.held.database.reading() as tx:
        return (await on_call_feeds.by_schedule(tx))["managers"]


async def escalated_to(world: World) -> list[str]:
    """Who hears of a new lead that nobody answers."""
    people = ("dana", "maria", "otto")
    before = {name: len(world.titles(name)) for name in people}
    await world.a_lead()
    await world.advance(minutes=5, seconds=1)
    news = {name: world.titles(name)[before[name] :] for name in people}
    return [name for name in people if any(each.startswith("Not answered") for each in news[name])]


@pytest.mark.usefixtures("in_a_child")
async def test_an_escalation_goes_to_whom_the_calendar_names_now(
    world: World, calendars: FakeCalendars
) -> None:
    await look(world)
    assert await escalated_to(world) == ["maria"]

    calendars.put(PATH, Page(by("otto"), etag='"two"'))
    await look(world, after=timedelta(minutes=5))

    assert await escalated_to(world) == ["otto"]
    assert [each[1].get("if-none-match") for each in calendars.asked] == [None, '"one"']


async def test_a_lead_is_routed_to_whom_the_calendar_names(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy, calendars: FakeCalendars
) -> None:
    calendars.put(PATH, by("otto"))
    to_on_call = {"rules": [{"name": "all", "to": {"on_call": "managers"}}]}
    config = with_feed(calendars) | {"routing": to_on_call}
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        await look(world)

        assert await world.owner_of(await world.a_lead()) == "otto"


async def test_overrides_of_the_document_win(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy, calendars: FakeCalendars
) -> None:
    calendars.put(PATH, by("maria"))
    override = {"from": "2026-03-16T00:00", "to": "2026-03-17T00:00", "member": "dana"}
    config = with_feed(calendars, overrides=[override])
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        await look(world)

        assert await escalated_to(world) == ["dana"]


async def test_before_the_calendar_was_read_a_manager_is_told(world: World) -> None:
    assert await escalated_to(world) == ["maria"]
    ready = (await world.http.get("/readyz")).json()
    assert ready["on_call"] == {"managers": "its feed has not been asked for yet"}


async def test_two_processes_ask_once_and_both_go_by_it(
    world: World, calendars: FakeCalendars
) -> None:
    calendars.put(PATH, by("otto"))
    async with another_process(world) as other:
        await asyncio.gather(world.background.feeds.look(), other.background.feeds.look())
        await other.tick()
        await world.tick()

        assert len(calendars.asked) == 1
        for each in (world, other):
            assert each.held.live.snapshot.plan.on_call("managers", NOON) == "otto"


async def test_who_asks_and_dies_is_followed_by_somebody_else(
    world: World, calendars: FakeCalendars, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr("app.jobs.feeds.get_feed", die)
        with pytest.raises(asyncio.CancelledError):
            await world.background.feeds.look()
    await look(world, after=timedelta(seconds=80))
    assert calendars.asked == []

    feed = await look(world, after=timedelta(seconds=20))

    assert len(calendars.asked) == 1
    assert feed.said.shifts[0].member == "maria"


async def test_what_comes_after_the_time_is_up_changes_nothing(
    world: World, calendars: FakeCalendars
) -> None:
    await look(world)
    stale = await row(world)
    calendars.put(PATH, by("otto"))
    newest = await look(world, after=timedelta(minutes=5))

    async with world.held.database.transaction() as tx:
        assert stale.asked_at is not None
        assert not await on_call_feeds.record(tx, stale, claimed_at=stale.asked_at)

    assert await row(world) == newest


async def test_a_calendar_that_cannot_be_had_goes_on_counting_and_people_hear_of_it(
    world: World, calendars: FakeCalendars
) -> None:
    await look(world)
    calendars.put(PATH, Page(status=503))
    pauses = []
    for _ in range(14):
        feed = await row(world)
        before = len(calendars.asked)
        await look(world, after=max(feed.next_at - world.clock.at, timedelta(0)))
        assert len(calendars.asked) == before + 1
        pauses.append((await row(world)).next_at - world.clock.at)

    assert timedelta(seconds=15) <= pauses[0] <= timedelta(seconds=30)
    assert timedelta(minutes=5) <= pauses[-1] <= timedelta(minutes=10)
    await world.advance(seconds=1)
    for name in ("maria", "otto"):
        assert world.titles(name) == ["On-call calendar not readable: managers"]
    ready = (await world.http.get("/readyz")).json()
    assert ready["status"] == "ready"
    assert ready["on_call"]["managers"].startswith("its feed could not be read since 2026-03-16T16")
    assert "answered 503" in ready["on_call"]["managers"]
    assert await escalated_to(world) == ["maria"]

    calendars.put(PATH, by("otto"))
    feed = await look(world, after=timedelta(minutes=10))
    assert (feed.failures, feed.trouble) == (0, None)
    assert await escalated_to(world) == ["otto"]
    assert (await world.http.get("/readyz")).json()["on_call"] == {}


async def test_an_answer_that_is_no_schedule_empties_none(
    world: World, calendars: FakeCalendars
) -> None:
    before = await look(world)
    answers = [
        b"<html>Please sign in",
        by("maria")[:-20],
        by("somebody who is not in the config"),
        b"\xff\xfe\x00",
    ]
    for failures, answer in enumerate(answers, start=1):
        calendars.put(PATH, answer)

        after = await look(world, after=timedelta(minutes=5))

        assert after.said.shifts == before.said.shifts
        assert (after.failures, after.changed) == (failures, before.changed)
        assert after.trouble


async def test_people_hear_a_day_before_nobody_is_on_call(
    world: World, calendars: FakeCalendars
) -> None:
    calendars.put(PATH, by("maria", since=NOON, days=2))
    await look(world)
    assert world.titles("otto") == []

    for _ in range(2):
        await look(world, after=timedelta(hours=25))
        await world.advance(seconds=1)

    # By now the last shift has ended: that is the same news.
    assert world.titles("otto") == ["Nobody on call: managers"]
    [push] = world.pushes("otto")
    assert "after Wed 18 Mar 12:00" in push.message
    ready = (await world.http.get("/readyz")).json()
    assert ready["on_call"] == {"managers": "nobody is on call by its feed"}


async def test_a_calendar_that_never_could_be_read_is_told_of(
    world: World, calendars: FakeCalendars
) -> None:
    calendars.put(PATH, Page(status=404))
    for _ in range(3):
        await look(world, after=timedelta(minutes=5))
    await world.advance(seconds=1)

    [push] = world.pushes("otto")
    assert push.title == "Nobody on call: managers"
    assert "answered 404" in push.message


async def test_another_address_is_asked_at_once_and_what_the_old_one_said_is_dropped(
    world: World, calendars: FakeCalendars
) -> None:
    await look(world)
    calendars.put("/new.ics", Page(status=404))
    await put_config(world, with_feed(calendars, "/new.ics"))

    feed = await look(world)
    assert (feed.said.shifts, feed.failures) == ((), 1)
    assert world.held.live.snapshot.plan.on_call("managers", NOON) is None

    calendars.put("/new.ics", by("otto"))
    await look(world, after=timedelta(minutes=1))
    assert world.held.live.snapshot.plan.on_call("managers", NOON) == "otto"


async def test_a_calendar_is_read_anew_when_people_are_others(
    world: World, calendars: FakeCalendars
) -> None:
    calendars.put(PATH, Page(by("maria", "Zoe Zimmer", days=7), etag='"one"'))
    before = await look(world)
    assert before.trouble == "events that name nobody of the config: 1 (2026-03-22)"

    config = with_feed(calendars)
    config["agents"] = [*config["agents"], {"id": "zoe", "name": "Zoe Zimmer"}]
    await put_config(world, config)
    after = await look(world)

    assert after.trouble is None
    assert [each.member for each in after.said.shifts] == ["maria", "zoe"]
    assert calendars.asked[-1][1].get("if-none-match") is None


async def test_what_did_not_change_is_read_again_twice_a_day(
    world: World, calendars: FakeCalendars
) -> None:
    """Or else its recurrences would end some weeks after it was read."""
    await look(world)

    for minutes in (5, 5, 12 * 60):
        await look(world, after=timedelta(minutes=minutes))

    conditions = [each[1].get("if-none-match") for each in calendars.asked]
    assert conditions == [None, '"one"', '"one"', None]


async def test_a_calendar_says_how_often_it_wants_to_be_asked_within_reason(
    world: World, calendars: FakeCalendars
) -> None:
    asked = []
    for wanted in ("PT1S", "PT20M", "P7D"):
        feed = by("maria").replace(
            b"VERSION:2.0", f"VERSION:2.0\r\nX-PUBLISHED-TTL:{wanted}".encode()
        )
        calendars.put(PATH, feed)
        found = await look(world, after=timedelta(hours=2))
        asked.append((found.next_at - world.clock.at) / timedelta(minutes=1))

    assert asked == [5, 20, 60]


async def test_a_process_that_starts_knows_who_is_on_call(world: World) -> None:
    await look(world)

    async with another_process(world) as other:
        assert other.held.live.snapshot.plan.on_call("managers", NOON) == "maria"
        assert not await refresh(other.held)


async def test_a_feed_is_read_apart_as_it_is_read_here() -> None:
    members = [Member(AgentId("maria"), "Maria Sole", "maria@harborline.example.com")]
    feed = by("maria", "Zoe Zimmer", days=7).replace(
        b"VERSION:2.0", b"VERSION:2.0\r\nX-PUBLISHED-TTL:PT20M"
    )

    apart = await read_apart(feed, members, schedule="managers", zone="UTC", now=NOON)

    assert apart == read_feed(feed, members, schedule="managers", zone=ZoneInfo("UTC"), now=NOON)
    with pytest.raises(FeedUnreadable, match="does not begin with"):
        await read_apart(b"<html>", members, schedule="managers", zone="UTC", now=NOON)


async def test_a_feed_that_takes_too_long_to_read_is_given_up() -> None:
    with pytest.raises(FeedUnreadable, match="too long"):
        await read_apart(by("maria"), [], schedule="managers", zone="UTC", now=NOON, patience=0)


async def put_config(world: World, config: dict[str, Any]) -> None:
    version = world.held.live.snapshot.version
    answer = await world.http.put(
        "/v1/config", json=config, headers=ADMIN | {"If-Match": f'"{version}"'}
    )
    assert answer.status_code == 200, answer.text
    await world.tick()
