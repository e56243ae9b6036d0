"""Every decision about a lead can be read by people, and taken again long after."""

from collections.abc import AsyncIterator, MutableMapping
from typing import cast

import orjson
import pytest
from sqlalchemy import update

from app.store import tables
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.staging import rows
from tests.scenarios.decided import ROUTING, again, away, lead, put_config, stranger
from tests.world import ADMIN, World, a_config, open_world

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What differs between the databases shows elsewhere."""


@pytest.fixture
async def world(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    config = a_config(routing=ROUTING)
    async with open_world(database_url, smtp, ntfy, config=config) as opened:
        yield opened


async def test_decisions_are_the_same_whatever_has_happened_since(world: World) -> None:
    known = await lead(world)
    leads = [known, await stranger(world, 1, extra={"budget": "HIGH"})]
    leads += [await stranger(world, number) for number in range(2, 6)]
    await away(world, "ben", until="2026-03-16T18:00:00Z")
    leads += [await stranger(world, 6), await stranger(world, 7, language="es")]
    for number in range(2):
        await world.post(f"/v1/leads/{known}/status", status="lost")
        assert await lead(world, message=f"canary asks again, {number}") == known
        await away(world, "dana")
    await away(world, "cara")
    leads.append(await stranger(world, 8))
    await world.advance(hours=3)

    others = [{"name": "last", "to": {"team": "sarasota", "strategy": "sticky"}}]
    agents = [{**each, "weight": 7} for each in a_config()["agents"]]
    await put_config(world, routing={"rules": others}, agents=agents)
    for each in leads:
        await world.post(f"/v1/leads/{each}/attempts", channel="call", outcome="sent", by="otto")
    leads.append(await stranger(world, 9))

    decisions = [each for one in leads for each in await again(world, one)]
    assert [each["recomputed"] for each in decisions] == [{"same": True}] * len(decisions)
    assert {each["config_version"] for each in decisions} == {1, 2}
    assert {each["strategy"] for each in decisions} >= {
        *("weighted", "round_robin", "least_loaded", "first_to_claim", "sticky"),
        *("returning", "nobody_available"),
    }
    assert {code for each in decisions for who in each["candidates"] for code in who["why"]} >= {
        *("chosen", "paused_by_manager", "more_open_leads", "later_turn"),
    }


@ON_ONE
async def test_a_decision_that_was_tampered_with_is_found_out(world: World) -> None:
    lead_id = await lead(world)
    (row,) = await rows(world.held.database, tables.decisions)
    candidates = [{**each, "why": ["later_turn"]} for each in row["detail"]["candidates"]]
    async with world.held.database.transaction() as tx:
        forged = {**row["detail"], "candidates": candidates, "owner": "ben"}
        await tx.conn.execute(update(tables.decisions).values(detail=forged))

    (decision,) = await again(world, lead_id)

    assert decision["recomputed"] == {"same": False, "differences": ["candidates.0.why.0", "owner"]}


@ON_ONE
async def test_what_people_decided_is_not_decided_again(world: World) -> None:
    lead_id = await lead(world)
    await world.advance(minutes=1)
    await world.post(f"/v1/leads/{lead_id}/assign", owner="otto", reason="he knows her")

    by_rule, by_hand = await again(world, lead_id)

    assert by_rule["no_input"] is None
    assert (by_hand["strategy"], by_hand["input"]) == ("manual", None)
    assert by_hand["no_input"] == "A person decided: the rules were not asked."
    assert by_hand["recomputed"] == {"possible": False, "why": by_hand["no_input"]}


@ON_ONE
async def test_an_older_release_kept_no_input_and_that_is_said(world: World) -> None:
    lead_id = await lead(world)
    async with world.held.database.transaction() as tx:
        await tx.conn.execute(update(tables.decisions).values(seen=None))

    (decision,) = await again(world, lead_id)

    assert decision["recomputed"]["possible"] is False
    assert "did not keep" in decision["recomputed"]["why"]


async def test_nothing_of_a_person_stands_in_a_decision_but_what_rules_ask(world: World) -> None:
    lead_id = await lead(world)

    (row,) = await rows(world.held.database, tables.decisions)
    assert row["seen"]["features"] == {"zip": "34236", "extra": {"budget": "canary-budget"}}
    told = orjson.dumps([row["detail"], row["seen"]]).lower()
    assert told.replace(b"canary-budget", b"").count(b"canary") == 0

    await world.http.delete(f"/v1/leads/{lead_id}/personal-data", headers=ADMIN)

    (row,) = await rows(world.held.database, tables.decisions)
    told = orjson.dumps([row["detail"], row["seen"]]).lower()
    assert b"canary" not in told
    assert b"34236" not in told
    (decision,) = await again(world, lead_id)
    assert decision["owner"] == "dana"
    assert decision["input"]["erased"] == ["extra", "zip"]
    assert decision["recomputed"] == {
        "possible": False,
        "why": "The person was erased, and with them what the rules saw: extra, zip.",
    }


@ON_ONE
async def test_a_person_of_whom_rules_saw_nothing_leaves_decisions_whole(world: World) -> None:
    lead_id = await stranger(world, 1)
    await world.http.delete(f"/v1/leads/{lead_id}/personal-data", headers=ADMIN)

    (decision,) = await again(world, lead_id)

    assert decision["recomputed"] == {"same": True}


@ON_ONE
async def test_secrets_of_an_old_config_are_not_needed_and_other_variables_are(
    world: World,
) -> None:
    environ = cast("MutableMapping[str, str]", world.held.environ)
    first = await lead(world)
    environ["FIRM"] = "Harborline"
    firm = {**a_config()["organization"], "name": "${FIRM}"}
    await put_config(world, routing=ROUTING, organization=firm)
    second = await stranger(world, 1)
    await put_config(world)
    for name in ("FIRM", "SMTP_URL"):
        del environ[name]

    (before,), (under_firm,) = await again(world, first), await again(world, second)

    assert before["recomputed"] == {"same": True}
    assert under_firm["recomputed"]["possible"] is False
    assert under_firm["recomputed"]["why"].startswith(
        "Config version 2 cannot be read here and now: organization.name: "
        "the environment variable FIRM is not set"
    )
