"""Four processes share out 20,000 leads on PostgreSQL, while people come, go, close and give.

Every law is checked on what the database holds, against what the processes were told.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.domain.clock import utc_now
from app.flow import configuring
from app.store import tables
from app.store.database import Database
from tests.faults.processes.crowd import ALWAYS_THERE_IN, CONFIG, LIMITED
from tests.faults.staging import rows
from tests.servers.postgres import PostgresServer

PROCESSES = 4
LEADS_EACH = 5_000


class Turn(NamedTuple):
    """A decision by turn, as it was stored."""

    owner: str
    before: dict[str, int]
    after: dict[str, int]
    able: dict[str, int]
    """The turn numbers of those who could have taken the lead."""


@pytest.mark.timeout(300)
async def test_twenty_thousand_leads_are_shared_out_as_if_one_after_the_other(
    postgres_server: PostgresServer, postgres_template: str
) -> None:
    url = postgres_server.create_database("crowd", template=postgres_template)
    database = Database.of(url)
    async with database.transaction() as tx:
        await configuring.put(tx, CONFIG, after=0, by="test", now=utc_now())

    told = await asyncio.to_thread(_crowd, url)

    accepted = [lead for each in told for lead in each["accepted"]]
    given = {lead: owner for each in told for lead, owner in each["given"].items()}
    leads = {str(row["id"]): row for row in await rows(database, tables.leads)}
    assert len(accepted) == len(set(accepted)) == PROCESSES * LEADS_EACH
    assert leads.keys() == set(accepted), "what was answered is what is there"
    assert all(row["owner"] for row in leads.values()), "somebody was there all the time"
    _a_persons_word_stands(given, leads)
    _no_capacity_is_exceeded(leads.values())
    await _loads_are_counted_right(database, leads.values())
    decided = await rows(database, tables.decisions)
    for team in ("one", "two"):
        turns = _one_after_the_other(
            [
                _turn(row)
                for row in decided
                if row["team"] == team and row["strategy"] == "round_robin"
            ]
        )
        assert len(turns) > PROCESSES * LEADS_EACH / 3
        assert all(each.able[each.owner] == min(each.able.values()) for each in turns)
        assert _spread([each.owner for each in turns], ALWAYS_THERE_IN[team]) <= 1
    await database.close()


def _crowd(url: str) -> list[dict[str, Any]]:
    """What each process was told."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.processes.crowd", url, str(LEADS_EACH), str(seed)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONPATH": "."},
        )
        for seed in range(PROCESSES)
    ]
    said = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0] * PROCESSES
    return [json.loads(each) for each in said]


def _a_persons_word_stands(given: dict[str, str], leads: dict[str, Any]) -> None:
    assert len(given) > 100
    assert {lead: leads[lead]["owner"] for lead in given} == given
    assert {leads[lead]["owner_by"] for lead in given} == {"person"}


def _no_capacity_is_exceeded(leads: Iterable[Any]) -> None:
    """Nobody closes or takes away a lead of theirs, so what they have is the most they had."""
    had = Counter(row["owner"] for row in leads)
    assert {agent: had[agent] for agent in LIMITED} == LIMITED


async def _loads_are_counted_right(database: Database, leads: Iterable[Any]) -> None:
    open_leads = Counter(row["owner"] for row in leads if row["closed_at"] is None)
    counted = {row["agent"]: row["open_leads"] for row in await rows(database, tables.agents)}
    assert counted == {agent: open_leads[agent] for agent in counted}


def _turn(row: Any) -> Turn:
    detail = row["detail"]
    able = {
        each["agent"]: each["turn"]
        for each in detail["candidates"]
        if each["chosen"] or each["why"] == ["later_turn"]
    }
    return Turn(detail["owner"], detail["turns_before"], detail["turns_after"], able)


def _one_after_the_other(turns: Sequence[Turn]) -> list[Turn]:
    """The decisions in their order: each saw exactly what the one before it left.

    Turn numbers only go up, so their sum tells the order, whatever the clocks said.
    """
    ordered = sorted(turns, key=lambda turn: sum(turn.after.values()))
    stood: dict[str, int] = {}
    for each in ordered:
        assert each.before == stood
        stood = each.after
    return ordered


def _spread(owners: Sequence[str], always: Sequence[str]) -> int:
    """The largest difference in leads, over any stretch, between two who were always there."""
    worst = 0
    for first, second in [(a, b) for a in always for b in always if a < b]:
        ahead, lowest, highest = 0, 0, 0
        for owner in owners:
            ahead += (owner == first) - (owner == second)
            lowest, highest = min(lowest, ahead), max(highest, ahead)
        worst = max(worst, highest - lowest)
    return worst
