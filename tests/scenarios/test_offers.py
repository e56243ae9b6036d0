"""A lead is offered to everybody who could take it, and theirs who claims it first."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.domain import failpoint
from app.domain.failpoint import Planted
from app.domain.lead import LossCode
from app.domain.message import MessageKind, MessageState
from app.jobs.deliver import Deliverer
from app.jobs.engine import Engine
from app.jobs.local import LocalExecutor
from app.store import tables
from tests.api.callers import a_key
from tests.fakes.lead_api import FakeLeadApi
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import a_lead, by_hand, corrupt, engine_rooms, facts_of, rows
from tests.scenarios.lead_ads import lead_ads_config, lead_ads_world, lead_of, notified
from tests.world import ADMIN, World, a_config, open_world

OFFERED = {"team": "sarasota", "strategy": "first_to_claim", "offer_for": "2m"}
MEMBERS = ("dana", "ben", "cara")
GRACE = "140000000000001"


def offering(**routing: Any) -> dict[str, Any]:
    """The config of these tests: whatever is under a million is offered to team sarasota."""
    rules = [
        {"name": "luxury", "when": {"price": {"min": 1_000_000}}, "to": {"team": "luxury"}},
        {"name": "by-turn", "when": {"kind": "seller"}, "to": {"team": "sarasota"}},
        {"name": "everyone", "to": OFFERED},
    ]
    return a_config(routing={"rules": rules, **routing})


@pytest.fixture
async def world(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    async with open_world(database_url, smtp, ntfy, config=offering()) as opened:
        yield opened


async def claim(world: World, lead_id: str, by: str) -> httpx.Response:
    answer = await asks_for(world, lead_id, by)
    await world.settle()
    return answer


async def asks_for(world: World, lead_id: str, by: str) -> httpx.Response:
    """A claim, whose messages are left where they are."""
    return await world.post(f"/v1/leads/{lead_id}/claim", by=by)


async def switch(world: World, agent: str, *, on: bool) -> None:
    path = f"/v1/agents/{agent}/availability"
    answer = await world.http.put(path, json={"available": on}, headers=ADMIN)
    assert answer.status_code == 200, answer.text


async def decisions(world: World, lead_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.get(f"/v1/leads/{lead_id}/decisions"))["items"]
    return found


async def the_claim(world: World, lead_id: str) -> dict[str, Any]:
    [found] = [each for each in await decisions(world, lead_id) if each["strategy"] == "claim"]
    return found


async def loads(world: World) -> dict[str, int]:
    """Each person's open leads as they are counted, which must be those that they own."""
    counted = {
        row["agent"]: row["open_leads"]
        for row in await rows(world.held.database, tables.agents)
        if row["open_leads"]
    }
    owned = Counter(
        row["owner"]
        for row in await rows(world.held.database, tables.leads)
        if row["owner"] is not None and row["closed_at"] is None
    )
    assert counted == owned
    return counted


# ── It is offered ───────────────────────────────────────────────────────────────────


async def test_it_is_offered_by_push_to_all_who_are_there_and_owned_by_nobody(
    world: World,
) -> None:
    await switch(world, "cara", on=False)

    taken = (await world.receives(first_name="Grace"))["leads"][0]

    assert taken["owner"] is None
    assert len(taken["sla"]) == 3
    lead = await world.get(f"/v1/leads/{taken['id']}")
    assert (lead["offered_to"], lead["offered_until"]) == (["dana", "ben"], "2026-03-16T16:02:00Z")
    assert world.titles("dana") == world.titles("ben") == ["Claim it: Grace Kim"]
    assert world.titles("cara") == world.titles("maria") == []
    [decision] = await decisions(world, taken["id"])
    assert {each["agent"]: each["why"] for each in decision["candidates"]} == {
        "dana": ["offered"],
        "ben": ["offered"],
        "cara": ["paused_by_manager"],
    }
    assert await facts_of(world, taken["id"]) == [
        *("lead.received", "lead.offered", "sla.started"),
        *["message.sent"] * 3,
    ]


async def test_an_offer_says_who_asks_about_what_and_not_yet_how_to_reach_them(
    world: World,
) -> None:
    await world.receives(first_name="Grace", email="grace.canary@example.com")

    [push] = world.pushes("ben")
    assert push.message == (
        "Grace Kim asks, from website. Answer by Mon 12:03.\n"
        "The first to claim it has it, and sees whom to call. On offer until 12:02:00.\n"
        '"canary wants to see home number 1"\n'
        f"{world.held.settings.base_url}/board#{(await _only_lead(world))['id']}"
    )


async def _only_lead(world: World) -> dict[str, Any]:
    [lead] = (await world.get("/v1/leads"))["items"]
    found: dict[str, Any] = lead
    return found


async def test_an_offer_prefers_push_and_else_takes_their_best_channel(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    config = offering()
    dana, ben, *others = config["agents"]
    config["agents"] = [
        dana | {"reach": ["email", "push"]},
        ben | {"reach": ["email"]},
        *others,
    ]
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        await world.receives(first_name="Grace")

        assert world.titles("dana") == ["Claim it: Grace Kim"]
        assert (world.mails("dana@"), world.pushes("ben")) == ([], [])
        assert len(world.mails("ben@")) == 1


async def test_a_lead_that_was_held_is_offered_once_it_is_known(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    with FakeLeadApi() as api:
        api.put(GRACE, full_name="Grace Canary", email="grace.canary@example.com")
        config = lead_ads_config(api) | {"routing": offering()["routing"]}
        async with lead_ads_world(database_url, smtp, ntfy, api, config) as world:
            taken = await notified(world, GRACE)

            lead = await lead_of(world, taken)
            assert (lead["held"], lead["offered_to"]) == (False, [*MEMBERS])
            assert lead["offered_until"] == "2026-03-16T16:02:00Z"
            assert world.titles("ben") == ["Claim it: Grace Canary"]
            assert (await claim(world, lead["id"], "ben")).status_code == 200
            assert world.titles("dana") == ["Claim it: Grace Canary", "Taken: Grace Canary"]


# ── Somebody claims it ──────────────────────────────────────────────────────────────


async def test_who_claims_it_has_it_and_the_others_hear_of_that_at_once(world: World) -> None:
    lead_id = await world.a_lead(first_name="Grace")
    await world.advance(seconds=40)

    won = await claim(world, lead_id, "ben")
    lost = await claim(world, lead_id, "cara")

    assert (won.status_code, won.json()["owner"], won.json()["offered_to"]) == (200, "ben", [])
    assert (lost.status_code, lost.json()["type"], lost.json()["owner"]) == (
        *(409, "/problems/already-owned"),
        "ben",
    )
    for loser in ("dana", "cara"):
        assert world.titles(loser) == ["Claim it: Grace Kim", "Taken: Grace Kim"]
        assert world.pushes(loser)[-1].message.startswith("Ben Ito has taken this lead.")
    assert world.titles("ben") == ["Claim it: Grace Kim"]
    due = [clock["due_at"] for clock in won.json()["sla"]]
    assert due == ["2026-03-16T16:03:00Z", "2026-03-16T16:05:00Z", "2026-03-16T17:00:00Z"]

    await world.advance(minutes=4, seconds=20)
    assert world.titles("ben")[1:] == ["Still waiting: Grace Kim"]
    assert world.titles("maria") == ["Not answered: Grace Kim"]
    assert len(world.pushes("dana")) == len(world.pushes("cara")) == 2
    assert await world.owner_of(lead_id) == "ben"


async def test_a_claim_is_a_persons_decision_and_names_all_it_was_offered_to(
    world: World,
) -> None:
    lead_id = await world.a_lead()
    await world.advance(seconds=1)
    await claim(world, lead_id, "ben")

    claimed = await the_claim(world, lead_id)

    assert (claimed["strategy"], claimed["owner"], claimed["team"]) == ("claim", "ben", "sarasota")
    assert claimed["reason"] == "ben claimed it while it was on offer, before dana, cara."
    assert [(each["agent"], each["chosen"], each["why"]) for each in claimed["candidates"]] == [
        ("dana", False, ["offered"]),
        ("ben", True, ["chosen", "claimed"]),
        ("cara", False, ["offered"]),
    ]
    [row] = await rows(world.held.database, tables.leads)
    assert (row["owner_by"], row["route_at"], row["offered_until"]) == ("person", None, None)
    timeline = (await world.get(f"/v1/leads/{lead_id}/timeline"))["items"]
    [assigned] = [fact for fact in timeline if fact["type"] == "lead.assigned"]
    assert (assigned["actor"], assigned["data"]) == ("ben", {"owner": "ben", "reason": "claimed"})
    assert await loads(world) == {"ben": 1}


async def test_to_claim_again_what_one_has_changes_nothing(world: World) -> None:
    lead_id = await world.a_lead()
    first = await claim(world, lead_id, "ben")
    before = (await facts_of(world, lead_id), await decisions(world, lead_id))

    again = await claim(world, lead_id, "ben")

    assert (again.status_code, again.json()) == (200, first.json())
    assert (await facts_of(world, lead_id), await decisions(world, lead_id)) == before
    assert await loads(world) == {"ben": 1}
    assert len(world.pushes("dana")) == 2


async def test_of_fifty_who_claim_an_offer_at_once_one_has_it_and_all_others_hear_who(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    crowd = [f"agent-{each}" for each in range(50)]
    config = offering()
    config["agents"] += [{"id": each, "name": each, "reach": ["push"]} for each in crowd]
    config["teams"]["sarasota"]["members"] = crowd
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        lead_id = await world.a_lead()

        answers = await asyncio.gather(*(asks_for(world, lead_id, each) for each in crowd))
        await world.settle()

        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 49}
        [winner] = [each.json()["owner"] for each in answers if each.status_code == 200]
        assert {each.json()["owner"] for each in answers} == {winner}
        assert await loads(world) == {winner: 1}
        heard = {each for each in crowd if "Taken: " in "".join(world.titles(each))}
        assert heard == {*crowd} - {winner}


async def test_what_was_not_sent_yet_never_is_and_who_heard_of_nothing_hears_no_more(
    world: World,
) -> None:
    await by_hand(world)
    lead_id = str(await a_lead(world))
    offers = {row["recipient"]: row for row in await _alerts(world)}
    await world.background.deliverer(offers["dana"]["id"])
    assert len(world.pushes("dana")) == 1

    assert (await asks_for(world, lead_id, "ben")).status_code == 200
    await _send_everything(world)

    assert len(world.pushes("dana")) == 2
    assert world.pushes("ben") == world.pushes("cara") == []
    after = {row["recipient"]: (row["state"], row["reason"]) for row in await _alerts(world)}
    closed = ("suppressed", "the lead has an owner: nobody can claim it any more")
    assert after == {"dana": ("sent", None), "ben": closed, "cara": closed}


async def _alerts(world: World) -> list[Any]:
    kind = tables.messages.c.kind == MessageKind.OWNER_ALERT
    return await rows(world.held.database, tables.messages, kind)


@pytest.mark.expects_errors("request.failed")
@pytest.mark.parametrize(("where", "owner", "heard"), [("before", None, 1), ("after", "ben", 2)])
async def test_a_process_that_dies_over_a_claim_leaves_all_of_it_or_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str, owner: str | None, heard: int
) -> None:
    lead_id = await world.a_lead()
    monkeypatch.setitem(failpoint._SET, f"claim.{where}_commit", "raise")
    with pytest.raises(Planted):
        await claim(world, lead_id, "ben")
    monkeypatch.delitem(failpoint._SET, f"claim.{where}_commit")
    assert await world.owner_of(lead_id) == owner
    assert len(world.pushes("dana")) == 1

    # Nobody rang for what was written: an engine sees to it.
    await world.advance(seconds=2)

    assert len(world.pushes("dana")) == heard
    assert await loads(world) == ({} if owner is None else {owner: 1})
    assert (await claim(world, lead_id, "cara")).status_code == (200 if owner is None else 409)


async def test_a_manager_who_assigns_it_ends_the_offer_for_all_who_were_told(
    world: World,
) -> None:
    lead_id = await world.a_lead(first_name="Grace")

    await world.post(f"/v1/leads/{lead_id}/assign", owner="ben", reason="knows the area")
    await world.advance(minutes=2)

    assert await world.owner_of(lead_id) == "ben"
    assert world.titles("ben") == ["Claim it: Grace Kim", "New lead: Grace Kim"]
    assert world.titles("cara") == ["Claim it: Grace Kim", "Taken: Grace Kim"]


# ── Who may ─────────────────────────────────────────────────────────────────────────


async def test_an_offer_is_for_those_it_was_made_to_and_for_managers(world: World) -> None:
    await switch(world, "cara", on=False)
    lead_id, other = await world.a_lead(), await world.a_lead()

    refused = await claim(world, lead_id, "cara")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-theirs-to-claim")
    assert refused.json()["detail"] == (
        f"cara may not claim lead {lead_id}: it is offered to dana, ben until 2026-03-16T16:02:00Z."
    )
    assert await world.owner_of(lead_id) is None
    assert (await claim(world, lead_id, "otto")).status_code == 200
    # Whoever went off duty since may still take what they were offered.
    await switch(world, "ben", on=False)
    assert (await claim(world, other, "ben")).status_code == 200
    assert await loads(world) == {"otto": 1, "ben": 1}
    assert (await claim(world, lead_id, "nobody")).status_code == 422


async def test_who_lost_a_lead_may_take_it_back_by_their_own_wish(world: World) -> None:
    lead_id = await world.a_lead()
    lost = {
        "agent": "cara",
        "code": LossCode.DECLINED,
        "at": "2026-03-16T16:00:00Z",
        "reason": "is my cousin",
    }
    of_it = tables.leads.c.id == UUID(lead_id)
    await corrupt(
        world.held.database, tables.leads, of_it, lost_by=[lost], offered_to=["dana", "ben"]
    )

    assert (await claim(world, lead_id, "cara")).status_code == 200

    claimed = await the_claim(world, lead_id)
    assert claimed["candidates"][-1]["why"] == ["chosen", "claimed", "lost_this_lead:declined"]
    assert claimed["reason"].endswith("by their own wish although they lost it before.")


@pytest.mark.parametrize("status", ["lost", "spam", "converted"])
async def test_a_closed_lead_is_nobodys_to_claim_and_nobody_hears_of_it_any_more(
    world: World, status: str
) -> None:
    await by_hand(world)
    lead_id = str(await a_lead(world))

    await world.post(f"/v1/leads/{lead_id}/status", status=status)
    refused = await asks_for(world, lead_id, "ben")
    await _three_minutes_pass(world)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-possible-now")
    assert refused.json()["detail"] == f"The lead is {status}: there is nothing to claim."
    assert [world.pushes(each) for each in MEMBERS] == [[], [], []]
    assert {row["state"] for row in await _alerts(world)} == {MessageState.SUPPRESSED}
    assert await world.owner_of(lead_id) is None


async def _send_everything(world: World) -> None:
    for row in await rows(world.held.database, tables.messages):
        await world.background.deliverer(row["id"])


async def _three_minutes_pass(world: World) -> None:
    """Everything is sent by hand that may be, before and after the offer would have lapsed."""
    await _send_everything(world)
    world.clock.at += timedelta(minutes=3)
    await world.background.engine.tick()
    await _send_everything(world)


async def test_who_is_forgotten_is_not_on_offer_any_more(world: World) -> None:
    await by_hand(world)
    lead_id = str(await a_lead(world))

    erased = await world.http.delete(f"/v1/leads/{lead_id}/personal-data", headers=ADMIN)
    await _three_minutes_pass(world)

    assert (erased.json()["offered_to"], erased.json()["offered_until"]) == ([], None)
    assert [world.pushes(each) for each in MEMBERS] == [[], [], []]
    assert (await asks_for(world, lead_id, "ben")).status_code == 409
    assert await world.owner_of(lead_id) is None


# ── How many ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("limit", "words"), [("open", "open leads"), ("per_day", "new leads")])
async def test_nobody_claims_beyond_their_capacity_however_fast_they_are(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy, limit: str, words: str
) -> None:
    config = offering()
    config["agents"][1]["capacity"] = {limit: 2}
    config["agents"][3]["capacity"] = {limit: 1}
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        leads = [await world.a_lead() for _ in range(4)]

        answers = await asyncio.gather(*(asks_for(world, each, "ben") for each in leads))

        assert Counter(answer.status_code for answer in answers) == {200: 2, 409: 2}
        refused = next(answer.json() for answer in answers if answer.status_code == 409)
        assert (refused["type"], refused["limit"], refused["at_most"]) == (
            *("/problems/at-capacity", limit),
            2,
        )
        assert f"the limit of 2 {words}" in refused["detail"]
        assert await loads(world) == {"ben": 2}
        # Managers help out: nothing limits them.
        free = [row["id"] for row in await rows(world.held.database, tables.leads)]
        helped = await asyncio.gather(*(asks_for(world, str(each), "maria") for each in free))
        assert Counter(answer.status_code for answer in helped) == {200: 2, 409: 2}


@pytest.mark.parametrize(
    ("costs", "then"), [(True, ["dana", "cara", "ben"]), (False, ["dana", "ben", "cara"])]
)
async def test_a_claim_costs_a_turn_if_the_document_says_so(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy, costs: bool, then: list[str]
) -> None:
    config = offering(turns={"claims": costs})
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        lead_id = await world.a_lead()
        await claim(world, lead_id, "ben")
        await world.advance(seconds=1)

        owners = [await _by_turn(world, each) for each in range(3)]

        assert owners == then
        claimed = await the_claim(world, lead_id)
        assert bool(claimed["turn_paid"]) is costs
        assert bool(claimed["turns_after"]) is costs


async def _by_turn(world: World, number: int) -> str:
    said = {"source": "crm", "kind": "seller", "email": f"canary.seller{number}@example.com"}
    answer = await world.post("/v1/leads", **said)
    owner: str = answer.json()["leads"][0]["owner"]
    return owner


# ── Nobody claims it ────────────────────────────────────────────────────────────────


async def test_an_offer_that_lapses_is_given_out_by_turn_and_the_others_hear_no_more(
    world: World,
) -> None:
    lead_id = await world.a_lead(first_name="Grace")
    await world.advance(minutes=1, seconds=59.9)
    assert await world.owner_of(lead_id) is None

    await world.advance(seconds=0.1)

    assert await world.owner_of(lead_id) == "dana"
    assert world.titles("dana") == ["Claim it: Grace Kim", "New lead: Grace Kim"]
    assert world.titles("ben") == world.titles("cara") == ["Claim it: Grace Kim"]
    given = (await decisions(world, lead_id))[-1]
    assert (given["strategy"], given["rule"]) == ("round_robin", "everyone")
    assert given["reason"].endswith("for nobody claimed it.")
    late = await claim(world, lead_id, "ben")
    assert (late.status_code, late.json()["owner"]) == (409, "dana")
    assert await loads(world) == {"dana": 1}


async def test_who_comes_back_after_long_is_given_to_their_old_agent_when_nobody_claims_them(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    config = offering() | {"identity": {"repeat_inquiry": {"window": "1d"}}}
    config["routing"]["rules"][-1]["to"] = {**OFFERED, "otherwise": "sticky"}
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        lead_id = await world.a_lead(email="grace@example.com")
        assert (await claim(world, lead_id, "cara")).status_code == 200
        await world.advance(days=2)

        await world.receives(email="grace@example.com")
        assert await world.owner_of(lead_id) is None, "she is offered to everybody"
        await world.advance(minutes=2)

        assert await world.owner_of(lead_id) == "cara"
        assert (await decisions(world, lead_id))[-1]["strategy"] == "sticky"


async def test_what_lapsed_before_it_could_be_told_is_not_told(world: World) -> None:
    await by_hand(world)
    await a_lead(world)
    world.clock.at += timedelta(minutes=2)

    await _send_everything(world)

    assert [world.pushes(each) for each in MEMBERS] == [[], [], []]
    assert {(row["state"], row["reason"]) for row in await _alerts(world)} == {
        ("suppressed", "it is not offered to the recipient any more")
    }


async def test_an_old_offer_is_not_sent_for_a_new_one(world: World) -> None:
    await by_hand(world)
    lead_id = await a_lead(world)
    later = world.clock.at + timedelta(minutes=5)
    await corrupt(
        world.held.database,
        tables.leads,
        tables.leads.c.id == lead_id,
        offered_until=later,
        route_at=later,
    )

    await _send_everything(world)

    assert [world.pushes(each) for each in MEMBERS] == [[], [], []]


async def test_a_lapsed_offer_that_nobody_can_take_waits_until_somebody_is_there(
    world: World,
) -> None:
    lead_id = await world.a_lead(first_name="Grace")
    for each in MEMBERS:
        await switch(world, each, on=False)

    await world.advance(minutes=30)

    assert await world.owner_of(lead_id) is None
    assert [each["strategy"] for each in await decisions(world, lead_id)] == [
        *("first_to_claim", "nobody_available"),
    ]
    lead = await world.get(f"/v1/leads/{lead_id}")
    assert (lead["offered_to"], lead["offered_until"]) == ([], None)
    assert (await facts_of(world, lead_id)).count("lead.unassigned") == 1

    await switch(world, "cara", on=True)
    await world.tick()
    assert (await world.get(f"/v1/leads/{lead_id}"))["offered_to"] == ["cara"]
    assert world.titles("cara") == ["Claim it: Grace Kim"] * 2
    await world.advance(minutes=2)
    assert await world.owner_of(lead_id) == "cara"


async def test_who_comes_on_duty_does_not_cut_an_open_offer_short(world: World) -> None:
    await switch(world, "cara", on=False)
    lead_id = await world.a_lead()
    await world.advance(minutes=1)

    await switch(world, "cara", on=True)
    await world.tick()

    lead = await world.get(f"/v1/leads/{lead_id}")
    assert (lead["owner"], lead["offered_to"], lead["offered_until"]) == (
        *(None, ["dana", "ben"]),
        "2026-03-16T16:02:00Z",
    )
    assert len(await decisions(world, lead_id)) == 1


async def test_two_engines_that_see_an_offer_lapse_give_the_lead_out_once(world: World) -> None:
    leads = [await world.a_lead() for _ in range(4)]
    await by_hand(world)
    world.clock.at += timedelta(minutes=2)

    async with engine_rooms(world, 2) as rooms:
        engines = []
        for held in rooms:
            deliverer = Deliverer(held)
            executor = LocalExecutor(deliverer)
            engines.append(Engine(held, executor, executor, deliverer, role="worker"))
        await asyncio.gather(*(engine.tick() for engine in engines))

    for lead_id in leads:
        given = await decisions(world, lead_id)
        assert [each["strategy"] for each in given] == ["first_to_claim", "round_robin"]
    assert await loads(world) == {"dana": 2, "ben": 1, "cara": 1}
    told = [row for row in await _alerts(world) if row["about"] == {"cause": "assigned"}]
    assert len(told) == len(leads)


async def test_a_claim_that_races_with_the_lapse_leaves_one_owner_whichever_is_first(
    world: World,
) -> None:
    leads = [await world.a_lead() for _ in range(6)]
    world.clock.at += timedelta(minutes=2)

    async def late(place: int, lead_id: str) -> httpx.Response:
        await asyncio.sleep(place * 0.004)
        return await world.post(f"/v1/leads/{lead_id}/claim", by="cara")

    claims = [late(place, each) for place, each in enumerate(leads)]
    _, answers = await asyncio.gather(world.tick(), asyncio.gather(*claims))
    await world.settle()

    for lead_id, answer in zip(leads, answers, strict=True):
        owner = await world.owner_of(lead_id)
        assert answer.json()["owner"] == owner
        assert answer.status_code == (200 if owner == "cara" else 409)
        assert (await facts_of(world, lead_id)).count("lead.assigned") == 1
    assert sum((await loads(world)).values()) == len(leads)


# ── What is there to claim ──────────────────────────────────────────────────────────


async def listed(world: World, headers: dict[str, str] = ADMIN, **params: str) -> set[str]:
    answer = await world.http.get("/v1/leads", params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.json()["items"]}


async def test_what_somebody_may_claim_is_listed_for_them_and_is_what_a_claim_allows(
    world: World,
) -> None:
    owned = await world.a_lead()
    await claim(world, owned, "dana")
    await switch(world, "cara", on=False)
    offered = await world.a_lead()
    for each in MEMBERS:
        await switch(world, each, on=False)
    unclaimed = await world.a_lead()
    closed = await world.a_lead()
    await world.post(f"/v1/leads/{closed}/status", status="lost")

    assert await listed(world, owner="none") == {offered, unclaimed, closed}
    assert await listed(world, owner="none", status="new") == {offered, unclaimed}
    may = {each: await listed(world, offered_to=each) for each in (*MEMBERS, "maria", "nobody")}
    assert may == {
        "dana": {offered, unclaimed},
        "ben": {offered, unclaimed},
        "cara": {unclaimed},
        "maria": {offered, unclaimed},
        "nobody": set(),
    }
    assert await listed(world, offered_to="ben", owner="dana") == set()
    assert (await claim(world, offered, "cara")).status_code == 409
    assert (await claim(world, unclaimed, "cara")).status_code == 200


async def test_an_agents_key_sees_what_is_offered_to_its_agent_and_nobody_elses(
    world: World,
) -> None:
    await switch(world, "cara", on=False)
    lead_id = await world.a_lead()
    ben = await a_key(world, "agent", agent="ben")
    cara = await a_key(world, "agent", agent="cara")

    assert await listed(world, ben, offered_to="ben") == {lead_id}
    assert await listed(world, ben, offered_to="ben", owner="none") == {lead_id}
    assert await listed(world, cara, offered_to="cara") == set()
    for params in ({"offered_to": "ben"}, {"owner": "none"}, {"offered_to": "maria"}):
        assert await listed(world, cara, **params) == set()
