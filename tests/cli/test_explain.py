"""`lead-router explain LEAD`: why somebody has a lead, told to whoever asks at a terminal."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from app.store import tables
from tests.cli.commands import Done, run
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.scenarios.decided import GRACE, ROUTING, away, lead
from tests.world import World, a_config, open_world

WEIGHTS = [{**each, "weight": 2} if each["id"] == "dana" else each for each in a_config()["agents"]]

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What differs between the databases shows elsewhere."""


@pytest.fixture
async def world(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    config = a_config(routing=ROUTING, agents=WEIGHTS)
    async with open_world(database_url, smtp, ntfy, config=config) as opened:
        yield opened


def explain(lead_id: str, *options: str, url: str, cwd: Path) -> Done:
    done = run("explain", lead_id, *options, cwd=cwd, database_url=url)
    assert "Traceback" not in done.err
    return done


async def test_people_read_who_got_it_against_whom_by_which_rule_and_what_it_cost(
    world: World, database_url: str, tmp_path: Path
) -> None:
    """The variables of the config are not set where it is asked: nothing of this needs them."""
    await away(world, "ben", until="2026-03-16T18:00:00Z")
    lead_id = await lead(world)
    await world.advance(seconds=5)
    await world.post(f"/v1/leads/{lead_id}/assign", owner="otto", reason="Mrs Canary asked for him")

    told = explain(lead_id, "--recompute", url=database_url, cwd=tmp_path)

    assert (told.exit_code, told.err) == (0, "")
    assert told.out.replace(lead_id, "ID") == (
        """\
Lead ID
new, owned by otto, team sarasota
received 2026-03-16 16:00:00 UTC from crm-import

Decision 1 of 2: 2026-03-16 16:00:00 UTC, config version 1, strategy weighted
  Rule near: dana by weighted among 2 of 3 available in team sarasota.

  Rules, in order; the first that matches decides:
    no   rich     extra.budget is not high
    no   spanish  language is unknown
    yes  near

  Considered, with their turn, their open leads and those of that day:
       agent  turn  open  today  why
    >  dana   0.00     0      0  was chosen
       ben       -     0      0  was switched off by somebody else
       cara   0.00     0      0  has a later turn

  dana paid a turn: 0.00 before, 0.50 after. The smallest turn goes first.

  Taken again from what it looked at: the same, byte for byte.

Decision 2 of 2: 2026-03-16 16:00:05 UTC, config version 1, strategy manual
  A person gave it to otto.

  Considered, with their turn, their open leads and those of that day:
       agent  turn  open  today  why
    >  otto      -     -      -  was chosen by a person

  It cannot be taken again: A person decided: the rules were not asked.
"""
    )


@ON_ONE
async def test_programs_read_the_same_and_neither_learns_who_asked(
    world: World, database_url: str, tmp_path: Path
) -> None:
    lead_id = await lead(world)
    await world.post(f"/v1/leads/{lead_id}/assign", owner="otto", reason="Mrs Canary asked for him")

    told = explain(lead_id, "--json", url=database_url, cwd=tmp_path)

    assert told.exit_code == 0, told.err
    assert not any(word in told.out.lower() for word in ("canary", str(GRACE["phone"]), "34236"))
    explained = json.loads(told.out)
    assert explained["lead"]["id"] == lead_id
    by_rule = next(each for each in explained["decisions"] if each["strategy"] == "weighted")
    assert by_rule["input"]["features"] == {}
    assert by_rule["input"]["not_shown"] == ["extra", "zip"]
    assert by_rule["candidates"][0]["why_in_words"] == ["was chosen"]


@ON_ONE
async def test_a_decision_that_comes_out_differently_fails_the_command(
    world: World, database_url: str, tmp_path: Path
) -> None:
    lead_id = await lead(world)
    async with world.held.database.transaction() as tx:
        (row,) = await tx.conn.execute(tables.decisions.select())
        await tx.conn.execute(
            update(tables.decisions).values(detail={**row.detail, "team": "luxury"})
        )

    told = explain(lead_id, "--recompute", url=database_url, cwd=tmp_path)

    assert told.exit_code == 1
    assert "Taken again, it comes out DIFFERENTLY: team.\n" in told.out


@ON_ONE
async def test_a_lead_that_was_never_routed_says_why(
    world: World, database_url: str, tmp_path: Path
) -> None:
    taken = await world.receives(website_url="https://spam.example.com")

    told = explain(taken["leads"][0]["id"], url=database_url, cwd=tmp_path)

    assert told.out.endswith("\nNothing was decided about it: it is spam.\n")


@ON_ONE
@pytest.mark.parametrize("unknown", ["nonsense", "01a201d0-9109-75f6-b6d4-242f42032f89"])
def test_an_unknown_id_is_one_line(unknown: str, database_url: str, tmp_path: Path) -> None:
    told = explain(unknown, url=database_url, cwd=tmp_path)

    assert (told.exit_code, told.out, told.err) == (1, "", f"There is no lead {unknown}.\n")
