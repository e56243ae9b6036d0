"""What people do with a lead: attempts, "I have it", claims, hand-overs, closing, erasing."""

import asyncio
from itertools import product
from typing import Any

import httpx

from tests.world import ADMIN, World, a_config

CHANNELS = ("call", "sms", "email", "in_person")
OUTCOMES = ("no_answer", "voicemail", "connected", "sent", "bad_contact")


async def act(world: World, lead_id: str, what: str, **said: Any) -> httpx.Response:
    return await world.post(f"/v1/leads/{lead_id}/{what}", **said)


async def facts(world: World, lead_id: str) -> list[str]:
    return [each["type"] for each in (await world.get(f"/v1/leads/{lead_id}/timeline"))["items"]]


async def nobody_is_there(world: World) -> None:
    for agent in ("dana", "ben", "cara"):
        path = f"/v1/agents/{agent}/availability"
        await world.http.put(path, json={"available": False}, headers=ADMIN)


def wrong(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [each["field"] for each in answer.json()["errors"]]


async def test_every_attempt_of_the_contract_is_taken(world: World) -> None:
    lead_id = await world.a_lead()
    for channel, outcome in product(CHANNELS, OUTCOMES):
        answer = await act(world, lead_id, "attempts", channel=channel, outcome=outcome, by="dana")
        assert (channel, outcome, answer.status_code) == (channel, outcome, 201)
    lead = answer.json()

    assert lead["status"] == "contacted"
    assert {clock["state"] for clock in lead["sla"]} == {"met"}
    assert (await facts(world, lead_id)).count("lead.attempted") == 20
    assert (await facts(world, lead_id)).count("lead.responded") == 1


async def test_an_attempt_may_be_dated_and_noted(world: World) -> None:
    lead_id = await world.a_lead()
    await world.advance(minutes=6)
    answer = await act(
        world,
        lead_id,
        "attempts",
        channel="call",
        outcome="voicemail",
        by="dana",
        at="2026-03-16T12:04:00-04:00",
        note="left a word",
    )

    assert answer.json()["first_response_at"] == "2026-03-16T16:04:00Z"
    # Dana called in time and said so late: the clock was met, whatever fired meanwhile.
    assert [each["state"] for each in answer.json()["sla"]] == ["breached", "met", "met"]
    timeline = (await world.get(f"/v1/leads/{lead_id}/timeline"))["items"]
    attempted = next(each for each in timeline if each["type"] == "lead.attempted")
    assert (attempted["actor"], attempted["data"]["note"]) == ("dana", "left a word")


async def test_an_attempt_that_cannot_be_is_refused_by_name(world: World) -> None:
    lead_id = await world.a_lead()
    await world.advance(minutes=1)
    good = {"channel": "call", "outcome": "no_answer", "by": "dana"}
    for change, fields in (
        ({"at": "2026-03-16T15:59:59Z"}, ["at"]),
        ({"at": "2026-03-16T16:02:01Z"}, ["at"]),
        ({"at": "2026-03-16T16:00:30"}, ["at"]),
        ({"at": "0001-01-01T00:00:00+14:00"}, ["at"]),
        ({"by": "nobody"}, ["by"]),
        ({"by": ""}, ["by"]),
        ({"by": "\x00"}, ["by"]),
        ({"note": "\x00"}, ["note"]),
        ({"note": "x" * 20_001}, ["note"]),
        ({"channel": "fax", "outcome": "eaten", "colour": 1}, ["channel", "outcome", "colour"]),
    ):
        answer = await act(world, lead_id, "attempts", **{**good, **change})
        assert wrong(answer) == fields
    assert wrong(await act(world, lead_id, "attempts")) == ["channel", "outcome", "by"]
    lead = await world.get(f"/v1/leads/{lead_id}")
    assert (lead["status"], lead["first_response_at"]) == ("new", None)


async def test_nothing_can_be_done_to_a_lead_that_is_not_there(world: World) -> None:
    for lead_id, status in (("019cf760-2800-74f0-ab5f-3a9a17bf3cfa", 404), ("7", 422)):
        for what, said in (
            ("attempts", {"channel": "call", "outcome": "sent", "by": "dana"}),
            ("acknowledge", {"by": "dana"}),
            ("claim", {"by": "dana"}),
            ("assign", {"owner": "dana"}),
            ("status", {"status": "lost"}),
        ):
            assert (await act(world, lead_id, what, **said)).status_code == status
        path = f"/v1/leads/{lead_id}"
        for part in ("", "/timeline", "/decisions"):
            assert (await world.http.get(path + part, headers=ADMIN)).status_code == status
        erased = await world.http.delete(f"{path}/personal-data", headers=ADMIN)
        assert erased.status_code == status


async def test_an_acknowledgement_is_noted_and_stops_nothing(world: World) -> None:
    lead_id = await world.a_lead()
    answer = await act(world, lead_id, "acknowledge", by="dana")

    assert answer.status_code == 200
    assert answer.json()["acknowledged_at"] == "2026-03-16T16:00:00Z"
    assert {each["state"] for each in answer.json()["sla"]} == {"running"}
    assert wrong(await act(world, lead_id, "acknowledge", by="nobody")) == ["by"]
    assert "lead.acknowledged" in await facts(world, lead_id)


async def test_an_acknowledged_escalation_says_so(world: World) -> None:
    lead_id = await world.a_lead()
    await world.advance(minutes=5)
    await act(world, lead_id, "acknowledge", by="maria")

    clocks = (await world.get("/v1/sla"))["items"]
    escalations = [each for clock in clocks for each in clock["escalations"]]
    manager = next(each for each in escalations if each["to"] == "maria")
    assert manager == {
        "to": "maria",
        "channel": "push",
        "status": "sent",
        "at": "2026-03-16T16:05:00Z",
        "acknowledged_at": "2026-03-16T16:05:00Z",
    }


async def test_of_those_who_claim_at_once_one_wins_and_the_others_hear_who(world: World) -> None:
    await nobody_is_there(world)
    lead_id = await world.a_lead()

    people = ("dana", "ben", "cara", "maria")
    answers = await asyncio.gather(*(act(world, lead_id, "claim", by=each) for each in people))

    winners = [answer.json()["owner"] for answer in answers if answer.status_code == 200]
    lost = [answer for answer in answers if answer.status_code != 200]
    assert len(winners) == 1
    assert {answer.status_code for answer in lost} == {409}
    assert {answer.json()["type"] for answer in lost} == {"/problems/already-owned"}
    assert {answer.json()["owner"] for answer in lost} == set(winners)
    assert {answer.headers["content-type"] for answer in lost} == {"application/problem+json"}
    assert await world.owner_of(lead_id) == winners[0]
    # Who has won may say so again.
    assert (await act(world, lead_id, "claim", by=winners[0])).status_code == 200


async def test_automation_never_overrides_an_assignment(world: World) -> None:
    lead_id = await world.a_lead()
    await world.advance(seconds=1)
    answer = await act(world, lead_id, "assign", owner="cara", reason="speaks Finnish")

    assert (answer.status_code, answer.json()["owner"]) == (200, "cara")
    path = "/v1/agents/cara/availability"
    await world.http.put(path, json={"available": False}, headers=ADMIN)
    await world.advance(days=2)
    await world.post("/v1/leads", source="crm-import", email="canary1@example.com")
    await world.tick()
    assert await world.owner_of(lead_id) == "cara"
    decisions = (await world.get(f"/v1/leads/{lead_id}/decisions"))["items"]
    assert decisions[-1]["strategy"] == "manual"
    assert decisions[-1]["reason"] == "speaks Finnish"
    assert wrong(await act(world, lead_id, "assign", owner="nobody")) == ["owner"]


async def test_closing_a_lead_stops_its_clocks_and_an_open_status_does_not(world: World) -> None:
    for status in ("attempted", "contacted", "appointment"):
        lead_id = await world.a_lead()
        answer = await act(world, lead_id, "status", status=status)
        assert answer.json()["status"] == status
        assert {each["state"] for each in answer.json()["sla"]} == {"running"}
    for status in ("converted", "lost", "spam"):
        lead_id = await world.a_lead()
        answer = await act(world, lead_id, "status", status=status)
        assert (answer.json()["status"], answer.json()["closed_at"]) == (
            status,
            "2026-03-16T16:00:00Z",
        )
        assert {each["state"] for each in answer.json()["sla"]} == {"cancelled"}
    assert wrong(await act(world, lead_id, "status", status="asleep")) == ["status"]
    assert (await act(world, lead_id, "assign", owner="ben")).status_code == 409


async def test_an_erased_person_is_nowhere_to_be_found(world: World) -> None:
    taken = await world.receives(first_name="Forgettable", message="canary forgettable wish")
    lead_id = taken["leads"][0]["id"]
    await act(
        world,
        lead_id,
        "attempts",
        channel="call",
        outcome="connected",
        by="dana",
        note="forgettable too",
    )

    answer = await world.http.delete(f"/v1/leads/{lead_id}/personal-data", headers=ADMIN)

    assert (answer.status_code, answer.json()["erased_at"]) == (200, "2026-03-16T16:00:00Z")
    for path in (
        "/v1/leads",
        f"/v1/leads/{lead_id}",
        f"/v1/leads/{lead_id}/timeline",
        f"/v1/leads/{lead_id}/decisions",
        "/v1/messages",
        "/v1/deliveries",
        "/v1/sla",
    ):
        text = (await world.http.get(path, headers=ADMIN)).text.lower()
        assert "forgettable" not in text, path
        assert "canary" not in text, path
    body = f"/v1/deliveries/{taken['delivery_id']}"
    assert (await world.http.get(f"{body}/body", headers=ADMIN)).status_code == 404
    assert (await world.http.post(f"{body}/replay", headers=ADMIN)).status_code == 409
    # Figures stay.
    lead = await world.get(f"/v1/leads/{lead_id}")
    assert (lead["owner"], lead["first_response_at"]) == ("dana", "2026-03-16T16:00:00Z")
    assert {each["state"] for each in lead["sla"]} == {"met"}


async def test_the_timeline_tells_everything_in_order(world: World) -> None:
    lead_id = await world.a_lead()
    await world.advance(minutes=5)
    await act(world, lead_id, "acknowledge", by="maria")
    await act(world, lead_id, "attempts", channel="call", outcome="connected", by="dana")
    await act(world, lead_id, "status", status="converted")

    timeline = (await world.get(f"/v1/leads/{lead_id}/timeline"))["items"]
    assert {tuple(sorted(each)) for each in timeline} == {("actor", "at", "data", "type")}
    assert [each["at"] for each in timeline] == sorted(each["at"] for each in timeline)
    told = [each["type"] for each in timeline]
    story = (
        "lead.received",
        "lead.assigned",
        "sla.started",
        "message.sent",
        "sla.reminded",
        "sla.breached",
        "escalation.sent",
        "lead.acknowledged",
        "lead.attempted",
        "lead.responded",
        "lead.status_changed",
    )
    assert [each for each in story if each not in told] == []
    first = [told.index(each) for each in story]
    assert first == sorted(first)


async def test_a_decision_names_every_candidate_and_why(world: World) -> None:
    path = "/v1/agents/dana/availability"
    await world.http.put(path, json={"available": False}, headers=ADMIN)
    lead_id = await world.a_lead()

    (decision,) = (await world.get(f"/v1/leads/{lead_id}/decisions"))["items"]
    assert (decision["rule"], decision["strategy"], decision["owner"], decision["team"]) == (
        "everyone",
        "round_robin",
        "ben",
        "sarasota",
    )
    assert (decision["at"], decision["config_version"]) == ("2026-03-16T16:00:00Z", 1)
    assert {each["agent"]: each["chosen"] for each in decision["candidates"]} == {
        "dana": False,
        "ben": True,
        "cara": False,
    }
    assert all(each["why"] for each in decision["candidates"])


async def test_a_decision_keeps_the_version_it_was_made_by(world: World) -> None:
    before = await world.a_lead()
    await world.http.put("/v1/config", json=a_config(), headers=ADMIN)
    after = await world.a_lead()

    versions = [
        (await world.get(f"/v1/leads/{each}/decisions"))["items"][0]["config_version"]
        for each in (before, after)
    ]
    assert versions == [1, 2]


async def test_an_availability_says_why_and_ends_by_itself(world: World) -> None:
    path = "/v1/agents/dana/availability"
    away = {"available": False, "until": "2026-03-16T13:00:00-04:00", "reason": "at a closing"}
    answer = await world.http.put(path, json=away, headers=ADMIN)

    assert (answer.status_code, answer.json()["available"]) == (200, False)
    assert answer.json()["why"] == "switched off: at a closing"
    assert answer.json()["until"] == "2026-03-16T17:00:00Z"
    await world.advance(hours=1)
    dana = await world.get("/v1/agents/dana")
    assert (dana["available"], dana["why"]) == (True, "always on duty")
    for bad in ({}, {"available": "maybe"}, {"available": False, "until": "tomorrow"}):
        assert (await world.http.put(path, json=bad, headers=ADMIN)).status_code == 422
    nul = {"available": False, "reason": "\x00"}
    assert (await world.http.put(path, json=nul, headers=ADMIN)).status_code == 422
    nobody = await world.http.put("/v1/agents/nobody/availability", json=away, headers=ADMIN)
    assert nobody.status_code == 404


async def test_agents_are_shown_with_their_load_and_share(world: World) -> None:
    for _ in range(3):
        await world.a_lead()
    people = {each["id"]: each for each in (await world.get("/v1/agents"))["items"]}

    assert sorted(people) == ["ben", "cara", "dana", "maria", "otto"]
    ben = people["ben"]
    assert (ben["open_leads"], ben["taken_today"], ben["available"]) == (1, 1, True)
    assert ben["share"] == ben["fair_share"] == 1 / 3
    assert (await world.http.get("/v1/agents/nobody", headers=ADMIN)).status_code == 404
