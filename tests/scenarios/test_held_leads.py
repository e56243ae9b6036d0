"""Leads of which only an id comes: held, timed from arrival, fetched, and then like any other."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.jobs import asking
from app.sources.registry import SOURCES
from app.store import tables
from tests.fakes.lead_api import TOKEN, FakeLeadApi
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import facts_of, rows
from tests.scenarios.lead_ads import (
    PAGE,
    delivery_of,
    everything,
    lead_ads_config,
    lead_ads_world,
    lead_of,
    notifications,
    notified,
    post,
    put_config,
)
from tests.world import ADMIN, World

GRACE = "140000000000001"
HENRY = "140000000000002"
ANOTHER_PAGE = "100000000000009"

GRACES_MAIL = "grace.canary@example.com"


@pytest.fixture
def api() -> Iterator[FakeLeadApi]:
    with FakeLeadApi() as server:
        server.put(GRACE, full_name="Grace Canary", email=GRACES_MAIL, zip_code="34236")
        server.put(HENRY, full_name="Henry Canary", email="henry.canary@example.com")
        yield server


@pytest.fixture
async def world(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy, api: FakeLeadApi
) -> AsyncIterator[World]:
    async with lead_ads_world(database_url, smtp, ntfy, api) as opened:
        yield opened


async def _live(world: World, *, seconds: int, step: int = 1) -> None:
    """Let time pass as a real engine sees it: a look each second."""
    for _ in range(0, seconds, step):
        world.clock.at += timedelta(seconds=step)
        await world.tick()


async def _replay(world: World, taken: dict[str, Any]) -> dict[str, Any]:
    answer = await world.post(f"/v1/deliveries/{taken['delivery_id']}/replay")
    assert answer.status_code == 200, answer.text
    await everything(world)
    told: dict[str, Any] = answer.json()
    return told


def _steps(lead: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["policy"], each["step"], each["state"]) for each in lead["sla"]]


async def test_it_is_held_with_its_clocks_running_and_then_it_is_like_any_other(
    world: World, api: FakeLeadApi
) -> None:
    taken = await notified(world, GRACE)

    assert taken["status"] == "held"
    [told] = taken["leads"]
    assert told == {
        "id": told["id"],
        "status": "held",
        "owner": None,
        "sla": [
            {"step": "nudge", "due_at": "2026-03-16T16:03:00Z"},
            {"step": "manager", "due_at": "2026-03-16T16:05:00Z"},
            {"step": "director", "due_at": "2026-03-16T17:00:00Z"},
        ],
    }
    lead = await lead_of(world, taken)
    assert (lead["first_name"], lead["last_name"], lead["email"], lead["medium"]) == (
        "Grace",
        "Canary",
        GRACES_MAIL,
        "paid-social",
    )
    assert (lead["held"], lead["owner"], lead["status"]) == (False, "dana", "new")
    assert _steps(lead) == [
        ("speed-to-lead", "nudge", "running"),
        ("speed-to-lead", "manager", "running"),
        ("speed-to-lead", "director", "running"),
    ]
    assert world.mails(GRACES_MAIL) == ["Hi Grace, Dana Okafor will call you.\n"]
    assert world.titles("dana") == ["New lead: Grace Canary"]
    assert (await delivery_of(world, taken))["status"] == "accepted"
    assert await facts_of(world, lead["id"]) == [
        "lead.received",
        "sla.started",
        "lead.updated",
        "lead.assigned",
        "message.sent",
        "message.sent",
    ]
    assert api.asked == [GRACE]


async def test_what_was_fetched_is_kept_with_what_it_was_fetched_by(world: World) -> None:
    lead = await lead_of(world, await notified(world, GRACE))

    [inquiry] = lead["inquiries"]
    assert (inquiry["external_id"], inquiry["occurred_at"]) == (GRACE, "2026-03-16T15:59:50Z")
    assert inquiry["asked"]["email"] == GRACES_MAIL
    assert inquiry["asked"]["extra"]["form_id"] == "130000000000001"
    assert inquiry["asked"]["held"] == {
        "dedupe_key": GRACE,
        "external_id": GRACE,
        "reference": {"page_id": PAGE, "form_id": "130000000000001"},
        "occurred_at": "2026-03-16T15:59:50Z",
        "provider_agent": PAGE,
    }


async def test_until_it_is_fetched_it_is_nobodys_and_nobody_is_greeted(
    world: World, api: FakeLeadApi
) -> None:
    api.refuses = 503
    taken = await notified(world, GRACE)
    await world.http.put("/v1/agents/dana/availability", json={"available": True}, headers=ADMIN)
    await _live(world, seconds=60)

    lead = await lead_of(world, taken)
    assert (lead["held"], lead["owner"], lead["email"]) == (True, None, None)
    assert (await delivery_of(world, taken))["status"] == "held"
    assert await world.get(f"/v1/leads/{lead['id']}/decisions") == {
        "items": [],
        "next_cursor": None,
    }
    said = await world.get("/v1/messages", lead_id=lead["id"])
    assert [(each["kind"], each["to"]) for each in said["items"]] == [("fetch", "facebook")]
    assert said["items"][0]["reason"] == "the source answered 503"
    assert world.ntfy.messages == []
    # Within seconds at first, and less and less often.
    assert 5 <= len(api.asked) <= 30


async def test_a_source_that_is_away_is_escalated_and_the_lead_completed_when_it_is_back(
    world: World, api: FakeLeadApi
) -> None:
    api.refuses = 503
    taken = await notified(world, GRACE)
    await _live(world, seconds=6 * 60)

    [nudge, escalation] = world.pushes("maria")
    assert nudge.title == "Still waiting: a lead from facebook"
    assert escalation.title == "Not fetched: a lead from facebook"
    assert escalation.message.splitlines()[:3] == [
        "A lead from facebook came as an id only, and could not be fetched from there yet.",
        "Somebody has been waiting for 5 min, and nobody here knows who. Answer by Mon 13:00.",
        "Look it up at facebook itself; its messages say what stands in the way.",
    ]

    api.refuses = None
    await _live(world, seconds=70)

    lead = await lead_of(world, taken)
    assert (lead["held"], lead["owner"], lead["first_name"]) == (False, "dana", "Grace")
    assert _steps(lead) == [
        ("speed-to-lead", "nudge", "breached"),
        ("speed-to-lead", "manager", "breached"),
        ("speed-to-lead", "director", "running"),
    ]
    [greeting] = world.mails(GRACES_MAIL)
    assert greeting == (
        "We are sorry that you had to wait for this answer.\n\n"
        "Hi Grace, Dana Okafor will call you.\n"
    )
    assert world.titles("dana") == ["New lead: Grace Canary"]
    assert (await delivery_of(world, taken))["status"] == "accepted"
    await world.advance(hours=1)
    assert world.titles("otto") == ["Not answered: Grace Canary"]


async def test_a_wrong_token_waits_for_people_and_a_new_one_is_tried_at_once(
    world: World, api: FakeLeadApi, log: list[dict[str, Any]]
) -> None:
    api.tokens = {"a-newer-token-of-tests"}
    taken = await notified(world, GRACE)
    await _live(world, seconds=3 * 3600, step=30)

    refused = [entry for entry in log if entry["event"] == "fetch.refused"]
    assert refused[0] | {"attempts": 1} == {
        "event": "fetch.refused",
        "log_level": "warning",
        "source": "facebook",
        "lead_id": taken["leads"][0]["id"],
        "why": "the source answered 400: see whether the token in the config is still valid "
        "and may read this lead",
        "attempts": 1,
    }
    assert 15 <= len(refused) <= 40
    assert len(api.asked) == len(refused)
    assert TOKEN not in repr(log)

    await put_config(world, lead_ads_config(api, **{f"page_{PAGE}": "a-newer-token-of-tests"}))
    await _live(world, seconds=5)

    lead = await lead_of(world, taken)
    assert (lead["held"], lead["owner"]) == (False, "dana")
    assert (await delivery_of(world, taken))["status"] == "accepted"


async def test_a_lead_that_is_gone_is_shown_to_people_and_asked_for_again_on_replay(
    world: World, api: FakeLeadApi
) -> None:
    api.gone = {GRACE}
    taken = await notified(world, GRACE)

    delivery = await delivery_of(world, taken)
    assert delivery["status"] == "quarantined"
    assert delivery["reason"] == "The source has no such lead (any more): it answered 404"
    assert world.titles("maria") == ["Unreadable: facebook"]
    lead = await lead_of(world, taken)
    assert (lead["held"], lead["owner"], lead["status"]) == (True, None, "new")
    assert [state for _, _, state in _steps(lead)] == ["running"] * 3
    assert await facts_of(world, lead["id"]) == [
        "lead.received",
        "sla.started",
        "message.failed",
        "intake.quarantined",
    ]
    await _live(world, seconds=301)
    assert api.asked == [GRACE]
    assert world.titles("maria")[-1] == "Not fetched: a lead from facebook"

    api.gone = set()
    told = await _replay(world, taken)

    assert (told["status"], told["leads"][0]["status"]) == ("held", "held")
    assert told["leads"][0]["id"] == lead["id"]
    lead = await lead_of(world, taken)
    assert (lead["held"], lead["owner"], lead["received_at"]) == (
        False,
        "dana",
        "2026-03-16T16:00:00Z",
    )
    delivery = await delivery_of(world, taken)
    assert (delivery["status"], delivery["reason"]) == ("accepted", None)
    assert len(world.mails(GRACES_MAIL)) == 1


async def test_replaying_what_is_still_being_fetched_asks_now_and_once(
    world: World, api: FakeLeadApi
) -> None:
    api.tokens = set()
    taken = await notified(world, GRACE)
    await world.advance(minutes=30)
    before = len(api.asked)
    api.tokens = {TOKEN}

    told = await _replay(world, taken)

    assert told["status"] == "held"
    assert len(api.asked) == before + 1
    assert (await lead_of(world, taken))["owner"] == "dana"
    assert (await delivery_of(world, taken))["status"] == "accepted"
    again = await _replay(world, taken)
    assert again["status"] == "duplicate"
    assert len(api.asked) == before + 1
    assert (await delivery_of(world, taken))["status"] == "accepted"


async def test_a_known_person_has_one_lead_one_owner_and_one_greeting(
    world: World, api: FakeLeadApi
) -> None:
    known = await world.receives(first_name="Grace", email=GRACES_MAIL)
    await world.advance(minutes=1)
    taken = await notified(world, GRACE)

    known_id, held_id = known["leads"][0]["id"], taken["leads"][0]["id"]
    assert held_id != known_id
    lead = await lead_of(world, taken)
    assert (lead["id"], lead["owner"]) == (known_id, "dana")
    assert [each["source"] for each in lead["inquiries"]] == ["website", "facebook"]
    assert len(world.mails(GRACES_MAIL)) == 1
    assert world.titles("dana") == ["New lead: Grace Kim", "New lead: Grace Kim"]
    assert (await delivery_of(world, taken))["status"] == "updated"

    listed = await world.get("/v1/leads")
    assert [each["id"] for each in listed["items"]] == [known_id]
    clocks = await world.get("/v1/sla")
    assert {each["lead_id"] for each in clocks["items"]} == {known_id}
    summary = await world.get("/v1/sla/summary", to="2026-03-17T00:00:00Z")
    assert [(each["group"], each["leads"]) for each in summary["items"]] == [("dana", 1)]
    assert await facts_of(world, held_id) == await facts_of(world, known_id)
    assert (await world.get(f"/v1/leads/{held_id}/decisions"))["items"] != []

    answer = await world.post(
        f"/v1/leads/{held_id}/attempts", channel="call", outcome="connected", by="dana"
    )
    assert (answer.json()["id"], answer.json()["status"]) == (known_id, "contacted")
    assert api.asked == [GRACE]

    again = await notified(world, GRACE)
    assert (again["status"], again["leads"][0]["id"]) == ("duplicate", known_id)


async def test_a_known_person_is_found_by_whatever_they_told_last(
    world: World, api: FakeLeadApi
) -> None:
    known = await world.a_lead(email=GRACES_MAIL, phone="")
    api.put(GRACE, full_name="Grace Canary", email=GRACES_MAIL, phone_number="+19415550177")
    await notified(world, GRACE)

    again = await world.receives(
        first_name="Grace", last_name="Canary", email="", phone="(941) 555-0177"
    )

    assert (again["status"], again["leads"][0]["id"]) == ("updated", known)


async def test_a_closed_person_who_asks_by_an_ad_begins_again_with_clocks_from_arrival(
    world: World, api: FakeLeadApi
) -> None:
    lead_id = await world.a_lead(email=GRACES_MAIL)
    await world.post(f"/v1/leads/{lead_id}/status", status="lost")
    await world.advance(days=30)
    arrived_at = world.clock.at
    api.refuses = 503
    taken = await notified(world, GRACE)
    await _live(world, seconds=30)
    api.refuses = None
    await _live(world, seconds=60)

    lead = await lead_of(world, taken)
    assert (lead["id"], lead["status"], lead["owner"]) == (lead_id, "new", "dana")
    running = [each for each in lead["sla"] if each["state"] == "running"]
    assert {each["started_at"] for each in running} == {
        arrived_at.isoformat().replace("+00:00", "Z")
    }
    assert len(running) == 3


async def test_two_leads_of_one_person_in_one_delivery_are_one(
    world: World, api: FakeLeadApi
) -> None:
    api.put(HENRY, full_name="Grace Canary", email=GRACES_MAIL)

    taken = await notified(world, GRACE, HENRY)

    first, second = await lead_of(world, taken, 0), await lead_of(world, taken, 1)
    assert first["id"] == second["id"]
    assert len(first["inquiries"]) == 2
    assert len(world.mails(GRACES_MAIL)) == 1
    assert (await delivery_of(world, taken))["status"] == "updated"


async def test_several_leads_of_several_pages_and_one_page_without_a_token(
    world: World, api: FakeLeadApi
) -> None:
    stranger = "140000000000003"
    api.put(stranger, full_name="Iris Canary", email="iris.canary@example.com")

    answer = await post(world, notifications([(PAGE, [GRACE, HENRY]), (ANOTHER_PAGE, [stranger])]))
    taken = answer.json()
    await everything(world)

    assert [each["status"] for each in taken["leads"]] == ["held"] * 3
    owners = [(await lead_of(world, taken, place))["owner"] for place in range(3)]
    assert sorted(owners[:2]) == ["ben", "dana"]
    assert owners[2] is None
    assert (await delivery_of(world, taken))["status"] == "held"
    waits = await world.get("/v1/messages", lead_id=taken["leads"][2]["id"])
    assert waits["items"][0]["reason"] == (
        f"give access_tokens an entry for page {ANOTHER_PAGE}: its leads wait"
    )
    assert sorted(api.asked) == [GRACE, HENRY]

    await put_config(world, lead_ads_config(api, **{f"page_{ANOTHER_PAGE}": TOKEN}))
    await _live(world, seconds=5)

    assert (await lead_of(world, taken, 2))["owner"] == "cara"
    assert (await delivery_of(world, taken))["status"] == "accepted"
    assert sorted(api.asked) == [GRACE, HENRY, stranger]


async def test_one_lead_that_is_gone_makes_its_delivery_need_people(
    world: World, api: FakeLeadApi
) -> None:
    api.gone = {HENRY}
    taken = await notified(world, GRACE, HENRY)

    assert (await lead_of(world, taken, 0))["owner"] == "dana"
    assert (await delivery_of(world, taken))["status"] == "quarantined"

    api.gone = set()
    told = await _replay(world, taken)

    assert [each["status"] for each in told["leads"]] == ["duplicate", "held"]
    assert (await lead_of(world, taken, 1))["owner"] == "ben"
    assert (await delivery_of(world, taken))["status"] == "accepted"
    assert sorted(api.asked) == [GRACE, HENRY, HENRY]


async def test_the_providers_own_test_lead_is_never_asked_for(
    world: World, api: FakeLeadApi
) -> None:
    taken = await notified(world, "444444444444")
    await world.advance(hours=2)

    assert (taken["status"], taken["leads"][0]["status"]) == ("test", "test")
    assert taken["leads"][0]["sla"] == []
    lead = await lead_of(world, taken)
    assert (lead["test"], lead["held"], lead["owner"]) == (True, False, None)
    assert api.asked == []
    assert world.ntfy.messages == []


async def test_what_reads_as_a_test_once_it_is_fetched_is_one(
    world: World, api: FakeLeadApi
) -> None:
    api.put(
        GRACE,
        full_name="<test lead: dummy data for full_name>",
        email="test@fb.com",
        street="<test lead: dummy data for street>",
    )

    taken = await notified(world, GRACE)
    await world.advance(hours=2)

    lead = await lead_of(world, taken)
    assert (lead["test"], lead["held"], lead["owner"]) == (True, False, None)
    assert [state for _, _, state in _steps(lead)] == ["cancelled"] * 3
    assert (await delivery_of(world, taken))["status"] == "test"
    assert world.ntfy.messages == []
    assert world.mails("test@fb.com") == []


async def test_what_reads_as_spam_once_it_is_fetched_is_kept_and_closed(
    world: World, api: FakeLeadApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = SOURCES["meta-lead-ads"]
    assert kind.fetching is not None
    read = kind.fetching.read
    spam = replace(
        kind.fetching, read=lambda *known: replace(read(*known), spam="the words of a robot")
    )
    monkeypatch.setattr(asking, "SOURCES", {"meta-lead-ads": replace(kind, fetching=spam)})
    taken = await notified(world, GRACE)
    await world.advance(hours=2)

    lead = await lead_of(world, taken)
    assert (lead["status"], lead["spam"], lead["owner"]) == ("spam", "the words of a robot", None)
    assert lead["email"] == GRACES_MAIL
    assert [state for _, _, state in _steps(lead)] == ["cancelled"] * 3
    assert world.ntfy.messages == []
    # A person's keys are not given away to it.
    assert (await world.receives(email=GRACES_MAIL))["status"] == "accepted"
    assert api.asked == [GRACE]


_FOR_GRACES_PLACE = {
    "name": "for-34236",
    "when": {"zip": "34236"},
    "steps": [
        {"name": "manager", "after": "2m", "escalate": "manager", "via": ["push"]},
        {"name": "director", "after": "4m", "escalate": {"agent": "otto"}, "via": ["push"]},
    ],
}


async def test_the_policy_that_fits_what_was_fetched_counts_from_arrival(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy, api: FakeLeadApi
) -> None:
    config = lead_ads_config(api)
    config["sla"] = [_FOR_GRACES_PLACE, *config["sla"]]
    async with lead_ads_world(database_url, smtp, ntfy, api, config) as world:
        api.refuses = 503
        taken = await notified(world, GRACE)
        await _live(world, seconds=3 * 60)
        assert world.titles("maria") == ["Still waiting: a lead from facebook"]
        api.refuses = None
        await _live(world, seconds=50)

        lead = await lead_of(world, taken)
        assert sorted(_steps(lead)) == [
            ("for-34236", "director", "running"),
            ("for-34236", "manager", "breached"),
            ("speed-to-lead", "director", "cancelled"),
            ("speed-to-lead", "manager", "cancelled"),
            ("speed-to-lead", "nudge", "breached"),
        ]
        assert {each["due_at"] for each in lead["sla"] if each["policy"] == "for-34236"} == {
            "2026-03-16T16:02:00Z",
            "2026-03-16T16:04:00Z",
        }
        assert world.titles("maria")[-1] == "Not answered: Grace Canary"
        await world.advance(hours=2)
        assert world.titles("otto") == ["Not answered: Grace Canary"]


def _only_for(zip_code: str) -> dict[str, Any]:
    return {**_FOR_GRACES_PLACE, "when": {"zip": zip_code}}


async def test_while_no_policy_fits_what_is_known_the_last_one_stands_in(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy, api: FakeLeadApi
) -> None:
    config = lead_ads_config(api)
    config["sla"] = [_only_for("99999"), {**_only_for("34236"), "name": "stands-in"}]
    async with lead_ads_world(database_url, smtp, ntfy, api, config) as world:
        api.refuses = 503
        taken = await notified(world, GRACE, HENRY)
        assert [each["step"] for each in taken["leads"][0]["sla"]] == ["manager", "director"]
        await _live(world, seconds=2 * 60)
        assert world.titles("maria") == ["Not fetched: a lead from facebook"] * 2
        api.refuses = None
        await _live(world, seconds=60)

        grace, henry = [await lead_of(world, taken, place) for place in range(2)]
        assert _steps(grace) == [
            ("stands-in", "manager", "breached"),
            ("stands-in", "director", "running"),
        ]
        # No policy is for him, now that it is known where he is.
        assert _steps(henry) == [
            ("stands-in", "manager", "breached"),
            ("stands-in", "director", "cancelled"),
        ]


async def test_without_anybody_on_duty_it_waits_for_an_owner_like_any_other(
    world: World, api: FakeLeadApi
) -> None:
    for agent in ("dana", "ben", "cara"):
        await world.http.put(
            f"/v1/agents/{agent}/availability", json={"available": False}, headers=ADMIN
        )
    taken = await notified(world, GRACE)
    assert (await lead_of(world, taken))["owner"] is None

    await world.http.put("/v1/agents/ben/availability", json={"available": True}, headers=ADMIN)
    await world.tick()

    assert (await lead_of(world, taken))["owner"] == "ben"
    assert world.titles("ben") == ["New lead: Grace Canary"]
    assert api.asked == [GRACE]


@pytest.mark.parametrize("how", ["claim", "assign"])
async def test_whoever_took_it_while_it_was_held_keeps_it(
    world: World, api: FakeLeadApi, how: str
) -> None:
    api.refuses = 503
    taken = await notified(world, GRACE)
    lead_id = taken["leads"][0]["id"]
    body = {"by": "cara"} if how == "claim" else {"owner": "cara", "reason": "knows the ad"}
    assert (await world.post(f"/v1/leads/{lead_id}/{how}", **body)).status_code == 200
    await world.settle()
    assert world.titles("cara") == (["New lead: a lead from facebook"] * (how == "assign"))
    api.refuses = None
    await _live(world, seconds=10)

    lead = await lead_of(world, taken)
    assert (lead["held"], lead["owner"], lead["first_name"]) == (False, "cara", "Grace")
    assert world.titles("cara")[-1] == "New lead: Grace Canary"
    assert world.titles("dana") == []
    assert world.mails(GRACES_MAIL) == ["Hi Grace, Cara Lindqvist will call you.\n"]
    [cara] = [each for each in (await world.get("/v1/agents"))["items"] if each["id"] == "cara"]
    assert cara["open_leads"] == 1


async def test_whoever_took_it_keeps_the_person_also_if_a_rule_had_given_them_to_another(
    world: World, api: FakeLeadApi
) -> None:
    known_id = await world.a_lead(email=GRACES_MAIL)
    assert await world.owner_of(known_id) == "dana"
    api.refuses = 503
    taken = await notified(world, GRACE)
    await world.post(f"/v1/leads/{taken['leads'][0]['id']}/claim", by="cara")
    api.refuses = None
    await _live(world, seconds=10)

    lead = await lead_of(world, taken)
    assert (lead["id"], lead["owner"]) == (known_id, "cara")
    agents = {each["id"]: each["open_leads"] for each in (await world.get("/v1/agents"))["items"]}
    assert {name: agents[name] for name in ("dana", "ben", "cara")} == {
        "dana": 0,
        "ben": 0,
        "cara": 1,
    }
    assert len(world.mails(GRACES_MAIL)) == 1
    assert world.titles("cara") == [f"New lead: {lead['first_name']} Kim"]


async def test_of_two_decisions_of_people_the_older_one_stands(
    world: World, api: FakeLeadApi
) -> None:
    known_id = await world.a_lead(email=GRACES_MAIL)
    await world.post(f"/v1/leads/{known_id}/assign", owner="ben", reason="an old friend")
    api.refuses = 503
    taken = await notified(world, GRACE)
    await world.post(f"/v1/leads/{taken['leads'][0]['id']}/claim", by="cara")
    api.refuses = None
    await _live(world, seconds=10)

    assert (await lead_of(world, taken))["owner"] == "ben"
    agents = {each["id"]: each["open_leads"] for each in (await world.get("/v1/agents"))["items"]}
    assert (agents["ben"], agents["cara"]) == (1, 0)


async def test_who_was_answered_while_their_lead_was_held_has_been_answered(
    world: World, api: FakeLeadApi
) -> None:
    known_id = await world.a_lead(email=GRACES_MAIL)
    api.refuses = 503
    taken = await notified(world, GRACE)
    await world.advance(minutes=1)
    answer = await world.post(
        f"/v1/leads/{taken['leads'][0]['id']}/attempts",
        channel="call",
        outcome="connected",
        by="cara",
    )
    assert [each["state"] for each in answer.json()["sla"]] == ["met"] * 3
    api.refuses = None
    await _live(world, seconds=60)

    lead = await world.get(f"/v1/leads/{known_id}")
    assert (lead["status"], lead["first_response_at"]) == ("contacted", "2026-03-16T16:01:00Z")
    assert [each["state"] for each in lead["sla"]] == ["met"] * 3
    assert list(await facts_of(world, known_id)).count("lead.attempted") == 1
    await world.advance(hours=2)
    assert world.pushes("maria") == world.pushes("otto") == []


async def test_who_was_answered_keeps_the_clocks_that_were_met(
    world: World, api: FakeLeadApi
) -> None:
    api.refuses = 503
    taken = await notified(world, GRACE)
    await world.post(
        f"/v1/leads/{taken['leads'][0]['id']}/attempts",
        channel="call",
        outcome="connected",
        by="cara",
    )
    api.refuses = None
    await _live(world, seconds=10)

    lead = await lead_of(world, taken)
    assert (lead["status"], lead["owner"], lead["email"]) == ("contacted", "dana", GRACES_MAIL)
    assert [each["state"] for each in lead["sla"]] == ["met"] * 3
    # Somebody spoke with her: a greeting would come too late.
    assert world.mails(GRACES_MAIL) == []


async def test_what_was_closed_while_it_was_held_stays_closed(
    world: World, api: FakeLeadApi
) -> None:
    known_id = await world.a_lead(email=GRACES_MAIL)
    said = len(world.ntfy.messages) + len(world.smtp.messages)
    api.refuses = 503
    taken = await notified(world, GRACE)
    await world.post(f"/v1/leads/{taken['leads'][0]['id']}/status", status="lost")
    api.refuses = None
    await _live(world, seconds=10)

    lead = await lead_of(world, taken)
    assert lead["id"] == taken["leads"][0]["id"] != known_id
    assert (lead["status"], lead["owner"], lead["held"]) == ("lost", None, False)
    assert lead["email"] == GRACES_MAIL
    assert [each["state"] for each in lead["sla"]] == ["cancelled"] * 3
    assert (await delivery_of(world, taken))["status"] == "accepted"
    await world.advance(minutes=2)
    assert len(world.ntfy.messages) + len(world.smtp.messages) == said
    assert len((await world.get(f"/v1/leads/{known_id}"))["inquiries"]) == 1


async def test_one_that_is_opened_again_while_it_is_held_waits_for_its_fetch(
    world: World, api: FakeLeadApi
) -> None:
    api.refuses = 503
    taken = await notified(world, GRACE)
    lead_id = taken["leads"][0]["id"]
    await world.post(f"/v1/leads/{lead_id}/status", status="lost")
    await world.post(f"/v1/leads/{lead_id}/status", status="new")
    await world.tick()

    assert [row["route_at"] for row in await rows(world.held.database, tables.leads)] == [None]
    assert await world.owner_of(lead_id) is None

    api.refuses = None
    await _live(world, seconds=10)
    assert await world.owner_of(lead_id) == "dana"


async def test_a_source_that_left_the_config_is_asked_once_it_is_back(
    world: World, api: FakeLeadApi
) -> None:
    api.refuses = 503
    taken = await notified(world, GRACE)
    without = lead_ads_config(api)
    del without["sources"]["facebook"]
    await put_config(world, without)
    api.refuses = None
    await _live(world, seconds=10)

    waits = await world.get("/v1/messages", lead_id=taken["leads"][0]["id"])
    assert waits["items"][0]["reason"] == (
        "the config has no source facebook any more: put it back"
    )

    await put_config(world, lead_ads_config(api))
    await _live(world, seconds=5)

    assert (await lead_of(world, taken))["owner"] == "dana"
