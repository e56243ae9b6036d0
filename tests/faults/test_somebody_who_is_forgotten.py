"""A person asks to be forgotten: not a byte of them is left in any table."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.store import tables
from tests.faults.staging import rows
from tests.world import ADMIN, FORM, World

TRACES = ("gracewyn", "featherstone", "gracewyn@canary.example", "5550188", "zanzibar")
"""Her names, her address, her number however it is written, and a word she used."""

HER: dict[str, Any] = {
    "first_name": "Gracewyn",
    "last_name": "Featherstone",
    "email": "Gracewyn@canary.example",
    "phone": "(941) 555-0188",
    "message": "canary: the house in Zanzibar Street, please",
    "utm_campaign": "zanzibar",
}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(name)
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif value is not None:
        yield str(value)


async def _traces(world: World) -> set[tuple[str, str]]:
    """Where she is still found: (table, column)."""
    found = set()
    for table in tables.metadata.sorted_tables:
        async with world.held.database.reading() as tx:
            for row in await tx.conn.execute(select(table)):
                for column, value in row._mapping.items():
                    text = " ".join(_texts(value)).lower()
                    digits = "".join(each for each in text if each.isdigit())
                    if any(trace in text or trace in digits for trace in TRACES):
                        found.add((table.name, str(column)))
    return found


async def _erase(world: World, lead_id: str) -> None:
    answer = await world.http.delete(f"/v1/leads/{lead_id}/personal-data", headers=ADMIN)
    assert answer.status_code == 200, answer.text


async def test_no_byte_of_her_is_left_in_any_table(world: World) -> None:
    lead_id = await world.a_lead(**HER)
    await world.receives(**{**HER, "message": "canary: and the one in Zanzibar Lane"})
    await world.post(
        f"/v1/leads/{lead_id}/attempts",
        channel="call",
        outcome="no_answer",
        by="dana",
        note="Gracewyn was not at home",
    )
    await world.post(
        f"/v1/leads/{lead_id}/assign", owner="ben", reason="Ben knows the Featherstones"
    )
    await world.advance(hours=2)
    assert len(await _traces(world)) > 5

    await _erase(world, lead_id)

    assert await _traces(world) == set()


async def test_what_a_repeated_delivery_said_is_forgotten_too(world: World) -> None:
    lead_id = await world.a_lead(**HER)
    form = {**HER, "first_name": HER["first_name"]}
    for _ in range(2):
        assert (await world.http.post(FORM, data=form)).json()["status"] == "duplicate"

    await _erase(world, lead_id)

    assert await _traces(world) == set()


async def test_what_was_sent_with_an_idempotency_key_is_forgotten_too(world: World) -> None:
    answer = await world.http.post(
        "/v1/leads",
        json={"source": "crm", "first_name": "Gracewyn", "email": "gracewyn@canary.example"},
        headers={**ADMIN, "Idempotency-Key": "canary-key"},
    )
    assert answer.status_code == 201

    await _erase(world, answer.json()["leads"][0]["id"])

    assert await _traces(world) == set()


async def test_the_figures_stay(world: World) -> None:
    lead_id = await world.a_lead(**HER)
    await world.advance(minutes=10)
    before = {each.name: len(await rows(world.held.database, each)) for each in _COUNTED}

    await _erase(world, lead_id)

    after = {each.name: len(await rows(world.held.database, each)) for each in _COUNTED}
    assert after == before
    lead = await world.get(f"/v1/leads/{lead_id}")
    assert (lead["status"], lead["source"], lead["owner"]) == ("lost", "website", "dana")
    assert [clock["state"] for clock in lead["sla"]] == ["breached", "breached", "cancelled"]


_COUNTED = (
    tables.leads,
    tables.deliveries,
    tables.inquiries,
    tables.decisions,
    tables.clocks,
    tables.messages,
)


async def test_nothing_is_said_to_or_about_her_any_more(world: World) -> None:
    lead_id = await world.a_lead(**HER)
    said = len(world.ntfy.messages) + len(world.smtp.messages)

    await _erase(world, lead_id)
    await world.advance(days=1)

    assert len(world.ntfy.messages) + len(world.smtp.messages) == said


async def test_who_asks_again_after_that_is_a_stranger(world: World) -> None:
    lead_id = await world.a_lead(**HER)
    await _erase(world, lead_id)

    again = await world.receives(**{**HER, "message": "canary: another home"})

    assert again["status"] == "accepted"
    assert again["leads"][0]["id"] != lead_id


async def test_forgetting_twice_is_forgetting_once(world: World) -> None:
    lead_id = await world.a_lead(**HER)
    await _erase(world, lead_id)
    before = await rows(world.held.database, tables.facts)

    await _erase(world, lead_id)

    assert await rows(world.held.database, tables.facts) == before
