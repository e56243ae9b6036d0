"""A fetch is done once, whoever dies, hangs, repeats or forgets in between."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain import failpoint
from app.domain.errors import DatabaseAway
from app.domain.message import MessageKind, MessageState
from app.jobs import fetch, gate
from app.jobs.deliver import Deliverer
from app.sending.settle import MOST_CRASHES
from app.sending.settle_fetch import GIVE_UP_AFTER
from app.store import messages, tables
from tests.fakes.lead_api import FakeLeadApi, Mode
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import again, another_process, by_hand, engine_rooms, message_of, rows
from tests.scenarios.lead_ads import (
    delivery_of,
    everything,
    lead_ads_world,
    lead_of,
    notification,
    notified,
    post,
)
from tests.world import ADMIN, World

FIFTY = 50
GRACE = "140000000000001"
HENRY = "140000000000002"
GRACES_MAIL = "grace.canary@example.com"


@pytest.fixture
def api() -> Iterator[FakeLeadApi]:
    with FakeLeadApi() as server:
        server.put(GRACE, full_name="Grace Canary", email=GRACES_MAIL)
        server.put(HENRY, full_name="Henry Canary", email="henry.canary@example.com")
        yield server


@pytest.fixture
async def world(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy, api: FakeLeadApi
) -> AsyncIterator[World]:
    async with lead_ads_world(database_url, smtp, ntfy, api) as opened:
        yield opened


async def _live(world: World, *, seconds: int) -> None:
    """Let time pass as a real engine sees it: a look each second."""
    for _ in range(seconds):
        world.clock.at += timedelta(seconds=1)
        await world.tick()


async def _one_of_everything(world: World) -> None:
    """One lead, one owner, one set of clocks, one greeting, one alert, one fetch."""
    database = world.held.database
    assert [row["owner"] for row in await rows(database, tables.leads)] == ["dana"]
    assert len(await rows(database, tables.clocks)) == 3
    assert len(await rows(database, tables.decisions)) == 1
    assert len(await rows(database, tables.inquiries)) == 1
    said = Counter(row["kind"] for row in await rows(database, tables.messages))
    assert said == {"auto_response": 1, "owner_alert": 1, "fetch": 1}
    assert len(world.mails(GRACES_MAIL)) == len(world.pushes("dana")) == 1
    agents = await rows(database, tables.agents, tables.agents.c.agent == "dana")
    assert [row["open_leads"] for row in agents] == [1]


async def test_fifty_equal_deliveries_at_once_are_one_lead_and_one_fetch(
    world: World, api: FakeLeadApi
) -> None:
    body = notification(GRACE)
    async with another_process(world) as other:
        answers = await asyncio.gather(
            *(post((world, other)[each % 2], body) for each in range(FIFTY))
        )
        await everything(other)
        await everything(world)

    told = [answer.json() for answer in answers]
    assert Counter(each["status"] for each in told) == {"held": 1, "duplicate": FIFTY - 1}
    assert len({lead["id"] for each in told for lead in each["leads"]}) == 1
    assert api.asked == [GRACE]
    await _one_of_everything(world)


async def test_fifty_more_while_it_is_held_change_nothing(world: World, api: FakeLeadApi) -> None:
    api.refuses = 503
    first = await notified(world, GRACE)
    answers = await asyncio.gather(*(post(world, notification(GRACE)) for _ in range(FIFTY)))
    api.refuses = None
    await _live(world, seconds=10)

    assert {answer.json()["status"] for answer in answers} == {"duplicate"}
    assert {answer.json()["leads"][0]["id"] for answer in answers} == {first["leads"][0]["id"]}
    await _one_of_everything(world)


async def test_thirty_two_workers_race_for_one_fetch_and_one_asks(
    world: World, api: FakeLeadApi
) -> None:
    await by_hand(world)
    await post(world, notification(GRACE))
    fetching = await message_of(world, MessageKind.FETCH)

    async with engine_rooms(world, 4) as rooms:
        deliverers = [Deliverer(held) for held in rooms * 8]
        await asyncio.gather(*(deliver(fetching.id) for deliver in deliverers))

    assert api.asked == [GRACE]
    done = await again(world, fetching)
    assert (done.state, done.attempts, done.fence) == ("sent", 1, 1)


async def test_nobody_rang_and_an_engine_finds_it(world: World, api: FakeLeadApi) -> None:
    deaf = world.background.executor.ring
    world.app.state.serving.intake._doorbell = _Deaf()
    await post(world, notification(GRACE))
    world.app.state.serving.intake._doorbell = world.background.doorbell
    assert deaf == world.background.executor.ring
    assert api.asked == []

    await _live(world, seconds=3)

    assert api.asked == [GRACE]
    await _one_of_everything(world)


class _Deaf:
    def ring(self, _: Any) -> None:
        """Nobody hears it."""


@pytest.mark.expects_errors("message.failed_here")
@pytest.mark.parametrize("where", ["fetch.after_answer", "fetch.before_commit"])
async def test_a_worker_that_dies_after_the_answer_is_followed_by_one_that_asks_again(
    world: World, api: FakeLeadApi, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setitem(failpoint._SET, where, "raise")
    taken = await notified(world, GRACE)
    lead = await lead_of(world, taken)
    assert (lead["held"], lead["email"], lead["owner"]) == (True, None, None)
    assert world.mails(GRACES_MAIL) == []
    monkeypatch.delitem(failpoint._SET, where)

    await _live(world, seconds=int(gate.TO_STAFF_WITHIN + gate.GRACE) + 3)

    assert api.asked == [GRACE, GRACE]
    await _one_of_everything(world)
    fetching = await message_of(world, MessageKind.FETCH)
    assert (fetching.state, fetching.crashes, fetching.attempts) == ("sent", 1, 2)
    assert (await delivery_of(world, taken))["status"] == "accepted"


async def test_a_worker_that_overslept_completes_nothing(world: World, api: FakeLeadApi) -> None:
    await by_hand(world)
    await post(world, notification(GRACE))
    fetching = await message_of(world, MessageKind.FETCH)

    async def another_takes_over() -> None:
        """While the first one waits for its answer, its lease runs out."""
        world.clock.at += timedelta(seconds=gate.TO_STAFF_WITHIN + gate.GRACE)
        await world.background.engine.tick()
        await Deliverer(world.held)(fetching.id)

    api.before_next_answer(another_takes_over)

    await world.background.deliverer(fetching.id)

    assert api.asked == [GRACE, GRACE]
    leads = await rows(world.held.database, tables.leads)
    assert [(row["owner"], row["held"]) for row in leads] == [("dana", False)]
    said = Counter(row["kind"] for row in await rows(world.held.database, tables.messages))
    assert said == {"auto_response": 1, "owner_alert": 1, "fetch": 1}
    assert (await again(world, fetching)).fence == 3


@pytest.mark.parametrize("mode", ["drop", "half an answer"])
async def test_an_answer_that_breaks_off_is_asked_for_again(
    world: World, api: FakeLeadApi, mode: Mode
) -> None:
    api.mode = mode
    taken = await notified(world, GRACE)
    assert (await lead_of(world, taken))["held"]
    fetching = await message_of(world, MessageKind.FETCH)
    assert fetching.state is MessageState.PENDING
    api.mode = "answer"

    await _live(world, seconds=10)

    await _one_of_everything(world)


async def test_a_source_that_never_answers_holds_nobody_up(
    world: World, api: FakeLeadApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "TO_STAFF_WITHIN", 0.2)
    api.mode = "hang"
    taken = await notified(world, GRACE)

    fetching = await message_of(world, MessageKind.FETCH)
    assert (fetching.state, fetching.reason) == ("pending", "no answer in time")
    assert (await delivery_of(world, taken))["status"] == "held"
    assert (await world.receives())["status"] == "accepted"


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("no end", "The source's answer is longer than 1048576 bytes"),
        ("garbage", "This is not JSON"),
    ],
)
async def test_an_answer_that_cannot_be_read_is_for_people(
    world: World, api: FakeLeadApi, mode: Mode, why: str
) -> None:
    api.mode = mode
    taken = await notified(world, GRACE)

    delivery = await delivery_of(world, taken)
    assert (delivery["status"], delivery["reason"]) == ("quarantined", why)
    lead = await lead_of(world, taken)
    assert (lead["held"], lead["owner"]) == (True, None)
    await _live(world, seconds=20)
    assert api.asked == [GRACE]


async def test_the_source_says_when_to_ask_again(world: World, api: FakeLeadApi) -> None:
    api.refuses, api.headers = 429, {"Retry-After": "90"}
    await notified(world, GRACE)
    api.refuses = None

    await _live(world, seconds=90)
    assert api.asked == [GRACE]

    await _live(world, seconds=3)
    assert api.asked == [GRACE, GRACE]
    await _one_of_everything(world)


async def test_after_a_day_and_a_half_it_is_given_up_and_a_replay_begins_anew(
    world: World, api: FakeLeadApi
) -> None:
    api.refuses = 403
    taken = await notified(world, GRACE)
    world.clock.at += GIVE_UP_AFTER - timedelta(seconds=1)
    await world.tick()
    assert (await delivery_of(world, taken))["status"] == "held"
    asked = len(api.asked)

    await _live(world, seconds=30)

    delivery = await delivery_of(world, taken)
    assert delivery["status"] == "quarantined"
    assert delivery["reason"].startswith(
        "It could not be fetched within 36 hours: the source answered 403"
    )
    assert len(api.asked) == asked
    api.refuses = None
    answer = await world.post(f"/v1/deliveries/{taken['delivery_id']}/replay")
    await everything(world)
    assert answer.json()["status"] == "held"
    assert (await lead_of(world, taken))["owner"] == "dana"
    assert (await delivery_of(world, taken))["status"] == "accepted"


async def test_a_fetch_that_kills_its_workers_is_taken_out_and_shown_to_people(
    world: World, api: FakeLeadApi
) -> None:
    await by_hand(world)
    answer = await post(world, notification(GRACE))
    fetching = await message_of(world, MessageKind.FETCH)
    for _ in range(MOST_CRASHES):
        async with world.held.database.transaction() as tx:
            assert await messages.claim(tx, fetching.id, worker=uuid4(), now=world.clock())
        world.clock.at += messages.LEASE

    await world.background.deliverer(fetching.id)

    assert (await again(world, fetching)).state == "failed"
    delivery = await delivery_of(world, answer.json())
    assert delivery["status"] == "quarantined"
    assert delivery["reason"] == "5 workers vanished while they had it"
    assert api.asked == []


async def test_the_database_goes_away_while_the_answer_is_read(
    world: World, api: FakeLeadApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = _refusing_commits(monkeypatch, times=3)
    taken = await notified(world, GRACE)

    assert refused() == 3
    assert api.asked == [GRACE]
    await _one_of_everything(world)
    assert (await delivery_of(world, taken))["status"] == "accepted"


def _refusing_commits(monkeypatch: pytest.MonkeyPatch, *, times: int) -> Any:
    """The next commits of completed leads fail as if the connection broke."""
    count = 0

    def refuse(name: str) -> None:
        nonlocal count
        if name == "fetch.before_commit" and count < times:
            count += 1
            raise DatabaseAway

    monkeypatch.setattr(fetch, "failpoint", refuse)
    return lambda: count


async def test_two_leads_of_one_delivery_completed_at_once_are_both_counted(
    world: World, api: FakeLeadApi
) -> None:
    await by_hand(world)
    answer = await post(world, notification(GRACE, HENRY))
    fetches = await rows(
        world.held.database, tables.messages, tables.messages.c.kind == MessageKind.FETCH
    )
    async with engine_rooms(world, 2) as rooms:
        await asyncio.gather(
            *(Deliverer(held)(row["id"]) for held, row in zip(rooms, fetches, strict=True))
        )

    assert sorted(api.asked) == [GRACE, HENRY]
    assert (await delivery_of(world, answer.json()))["status"] == "accepted"
    leads = await rows(world.held.database, tables.leads)
    assert sorted((row["owner"], row["held"]) for row in leads) == [("ben", False), ("dana", False)]


async def test_one_person_fetched_twice_at_once_is_one_lead(world: World, api: FakeLeadApi) -> None:
    """Whichever of two equal people is completed first, the other is merged into it."""
    numbers = [f"14000000000{each:04d}" for each in range(1, 13)]
    for number in numbers:
        api.put(number, full_name="Grace Canary", email=GRACES_MAIL)
    await by_hand(world)
    await post(world, notification(*numbers))
    fetches = await rows(
        world.held.database, tables.messages, tables.messages.c.kind == MessageKind.FETCH
    )
    async with engine_rooms(world, 4) as rooms:
        deliverers = [Deliverer(held) for held in rooms * 3]
        await asyncio.gather(
            *(deliver(row["id"]) for deliver, row in zip(deliverers, fetches, strict=True))
        )

    leads = await rows(world.held.database, tables.leads)
    [standing] = [row for row in leads if row["merged_into"] is None]
    assert {row["merged_into"] for row in leads} == {None, standing["id"]}
    assert not any(row["held"] for row in leads)
    assert [row["owner"] for row in leads if row["owner"]] == ["dana"]
    said = Counter(row["kind"] for row in await rows(world.held.database, tables.messages))
    assert (said["auto_response"], said["fetch"]) == (1, 12)
    asked = await rows(
        world.held.database, tables.inquiries, tables.inquiries.c.lead_id == standing["id"]
    )
    assert len(asked) == 12


async def test_a_form_and_an_ad_of_one_person_at_once_are_one_lead(
    world: World, api: FakeLeadApi
) -> None:
    api.refuses = 503
    await notified(world, GRACE)
    api.refuses = None
    world.clock.at += timedelta(seconds=3)

    await asyncio.gather(
        world.tick(), *(world.receives(email=GRACES_MAIL, message=str(n)) for n in range(10))
    )
    await _live(world, seconds=10)

    listed = await world.get("/v1/leads")
    assert [each["owner"] for each in listed["items"]] == ["dana"]
    assert len(world.mails(GRACES_MAIL)) == 1


async def _erase(world: World, lead_id: str) -> None:
    answer = await world.http.delete(f"/v1/leads/{lead_id}/personal-data", headers=ADMIN)
    assert answer.status_code == 200, answer.text


async def test_who_is_erased_while_held_is_never_asked_for(world: World, api: FakeLeadApi) -> None:
    api.refuses = 503
    taken = await notified(world, GRACE)
    asked = len(api.asked)
    api.refuses = None

    await _erase(world, taken["leads"][0]["id"])
    await _live(world, seconds=120)

    assert len(api.asked) == asked
    fetching = await message_of(world, MessageKind.FETCH)
    assert fetching.state is MessageState.SUPPRESSED
    await _nothing_came_back(world, taken)


async def test_who_is_erased_while_the_answer_is_on_its_way_stays_erased(
    world: World, api: FakeLeadApi
) -> None:
    await by_hand(world)
    taken = (await post(world, notification(GRACE))).json()
    fetching = await message_of(world, MessageKind.FETCH)
    api.before_next_answer(lambda: _erase(world, taken["leads"][0]["id"]))

    await world.background.deliverer(fetching.id)

    assert api.asked == [GRACE]
    assert (await again(world, fetching)).state is MessageState.SUPPRESSED
    await _nothing_came_back(world, taken)


async def _nothing_came_back(world: World, taken: dict[str, Any]) -> None:
    lead = await lead_of(world, taken)
    assert (lead["status"], lead["held"], lead["owner"]) == ("lost", False, None)
    assert (lead["email"], lead["extra"], lead["inquiries"][0]["asked"]) == (None, {}, {})
    assert (await delivery_of(world, taken))["status"] == "accepted"
    assert world.ntfy.messages == []
    assert world.mails(GRACES_MAIL) == []
    replay = await world.post(f"/v1/deliveries/{taken['delivery_id']}/replay")
    assert replay.status_code == 409
    assert await rows(world.held.database, tables.person_keys) == []


async def test_erasing_a_person_forgets_the_leads_that_were_merged_into_theirs(
    world: World, api: FakeLeadApi
) -> None:
    known_id = await world.a_lead(email=GRACES_MAIL)
    taken = await notified(world, GRACE)
    assert api.asked == [GRACE]

    await _erase(world, taken["leads"][0]["id"])

    assert (await world.get(f"/v1/leads/{known_id}"))["erased_at"] is not None
    for table, column in (
        (tables.deliveries, "body"),
        (tables.inquiries, "external_id"),
        (tables.leads, "email"),
        (tables.leads, "provider_agent"),
    ):
        assert {row[column] for row in await rows(world.held.database, table)} == {None}
    assert [row["asked"] for row in await rows(world.held.database, tables.inquiries)] == [{}] * 3
