"""`POST /v1/leads`: the canonical lead, from our own systems."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from tests.api.callers import another_process
from tests.world import ADMIN, World

KWAME = {
    "source": "crm-import",
    "external_id": "A-77",
    "received_at": None,
    "first_name": "Kwame",
    "last_name": "Canary",
    "email": "canary.kwame@Example.com",
    "phone": "(503) 555-0163",
    "message": "canary would like to see it",
    "kind": "buyer",
    "language": "en",
    "consent": {"sms": True, "email": True},
    "property": {
        "address": "42 Pelican Loop",
        "city": "Sarasota",
        "state": "FL",
        "zip": "34236",
        "price": 415000,
        "mls": "INV-77120",
        "url": "https://example.com/42",
    },
    "campaign": {"source": "google", "medium": "cpc", "name": "spring", "gclid": "x1"},
    "extra": {"beds": 3, "far": 2**70, "nul": "a\x00b"},
}
"""The example of the contract, filled in."""

PHONE = {"phone_type": "either", "phone_zone": "America/Los_Angeles"}
"""What the number itself says."""


async def sent(world: World, key: str | None = None, **changes: Any) -> httpx.Response:
    headers = ADMIN if key is None else {**ADMIN, "Idempotency-Key": key}
    return await world.http.post("/v1/leads", json={**KWAME, **changes}, headers=headers)


def wrong_fields(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/invalid-fields"
    return sorted(each["field"] for each in answer.json()["errors"])


async def test_a_canonical_lead_is_created_whole(world: World) -> None:
    answer = await sent(world)

    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["leads"][0]["owner"]) == ("accepted", "dana")
    lead = await world.get(f"/v1/leads/{answer.json()['leads'][0]['id']}")
    same = ("source", "first_name", "last_name", "message", "kind", "language")
    assert {name: lead[name] for name in same} == {name: KWAME[name] for name in same}
    assert lead["email"] == "canary.kwame@example.com"
    assert lead["phone"] == "+15035550163"
    assert lead["property"] == KWAME["property"]
    assert lead["campaign"] == KWAME["campaign"]
    assert lead["consent"] == KWAME["consent"]
    assert lead["medium"] == "cpc"
    assert lead["extra"] == {"beds": 3, "far": str(2**70), "nul": "ab"} | PHONE
    assert lead["received_at"] == "2026-03-16T16:00:00Z"
    assert [each["external_id"] for each in lead["inquiries"]] == ["A-77"]


async def test_every_wrong_field_is_named_at_once(world: World) -> None:
    answer = await sent(
        world,
        source="Not A Slug",
        received_at="2026-03-16T16:02:00Z",
        email="nobody",
        phone="call me",
        kind="castle",
        language="x" * 40,
        consent={"sms": "perhaps"},
        property={"price": -1, "colour": "red"},
        extra=[],
        shoe_size=44,
        message="a\x00b",
    )

    assert wrong_fields(answer) == [
        "consent.sms",
        "email",
        "extra",
        "kind",
        "language",
        "message",
        "phone",
        "property.colour",
        "property.price",
        "received_at",
        "shoe_size",
        "source",
    ]
    assert "castle" not in answer.text
    assert (await world.get("/v1/leads"))["items"] == []


async def test_what_is_no_json_object_is_said_to_be_none(world: World) -> None:
    for body in (b"", b"{", b"[]", b"null", b'"canary"', b"\xff\xfe", b"[" * 100_000):
        answer = await world.http.post("/v1/leads", content=body, headers=ADMIN)
        assert wrong_fields(answer) == ["body"]
        assert "canary" not in answer.text


async def test_somebody_must_be_named(world: World) -> None:
    nobody = {"first_name": "", "last_name": " ", "email": None, "phone": "", "message": None}

    assert wrong_fields(await sent(world, **nobody)) == ["body"]


async def test_a_lead_of_the_past_has_clocks_that_started_then(world: World) -> None:
    answer = await sent(world, received_at="2026-03-16T11:58:30-04:00")

    assert answer.json()["leads"][0]["sla"][0] == {
        "step": "nudge",
        "due_at": "2026-03-16T16:01:30Z",
    }
    lead = await world.get(f"/v1/leads/{answer.json()['leads'][0]['id']}")
    assert lead["received_at"] == "2026-03-16T15:58:30Z"


async def test_instants_at_the_edges_of_the_calendar_are_told_apart(world: World) -> None:
    outside = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59Z")
    for each in (*outside, "2026-03-16T16:00:00", "yesterday"):
        assert wrong_fields(await sent(world, received_at=each)) == ["received_at"]
    # Another system's clock may be a little ahead of ours.
    assert (await sent(world, received_at="2026-03-16T16:00:59Z")).status_code == 201


async def test_the_same_external_id_is_the_same_asking(world: World) -> None:
    first = await sent(world)
    again = await sent(world, message="canary once more")

    assert (again.status_code, again.json()["status"]) == (201, "duplicate")
    assert again.json()["leads"][0]["id"] == first.json()["leads"][0]["id"]


async def test_an_idempotency_key_repeats_the_answer(world: World) -> None:
    first = await sent(world, "import-77")
    again = await sent(world, "import-77")

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.json()["status"] == "accepted"
    assert len((await world.get("/v1/deliveries"))["items"]) == 1


async def test_an_idempotency_key_with_another_body_is_refused(world: World) -> None:
    await sent(world, "import-77")
    other = await sent(world, "import-77", message="canary differs")

    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-mismatch")


async def test_a_refused_call_does_not_use_up_its_key(world: World) -> None:
    refused = await sent(world, "import-77", kind="castle")

    assert refused.status_code == 422
    assert (await sent(world, "import-77")).status_code == 201


async def test_an_idempotency_key_is_remembered_for_a_day(world: World) -> None:
    await sent(world, "import-77")
    world.clock.at += timedelta(hours=23, minutes=59)
    assert (await sent(world, "import-77")).json()["status"] == "accepted"
    world.clock.at += timedelta(minutes=1)

    assert (await sent(world, "import-77")).json()["status"] == "duplicate"


async def test_calls_at_the_same_time_with_one_key_make_one_lead(world: World) -> None:
    answers = await asyncio.gather(*(sent(world, "import-77", external_id=None) for _ in range(8)))

    assert {(each.status_code, each.text) for each in answers} == {(201, answers[0].text)}
    assert len((await world.get("/v1/leads"))["items"]) == 1
    assert len((await world.get("/v1/deliveries"))["items"]) == 1


async def test_an_idempotency_key_outlives_the_process(world: World) -> None:
    first = await sent(world, "import-77")
    async with another_process(world) as http:
        headers = {**ADMIN, "Idempotency-Key": "import-77"}
        again = await http.post("/v1/leads", json=KWAME, headers=headers)

    assert (again.status_code, again.json()) == (first.status_code, first.json())


async def test_a_canonical_lead_is_replayed_as_what_it_was(world: World) -> None:
    taken = (await sent(world)).json()

    replayed = await world.post(f"/v1/deliveries/{taken['delivery_id']}/replay")

    assert (replayed.status_code, replayed.json()["status"]) == (200, "duplicate")
    assert replayed.json()["leads"][0]["id"] == taken["leads"][0]["id"]
