"""Lists: stable while rows are added, filtered by what is true at the instant asked."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from app.domain.errors import InvalidFields
from app.domain.lead import Kind, Lead, LeadId, LeadStatus
from app.domain.sla import SlaClock
from app.sla.state import ClockState, at_risk, state_at
from app.store import clock_listing, listing, tables
from app.store.clock_listing import ClockFilter
from app.store.database import Database
from app.store.listing import DeliveryFilter, LeadFilter, Page
from app.store.rows import CLOCK, LEAD, plain

NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def a_lead(number: int = 1, **changes: Any) -> Lead:
    at = NOON + number * MINUTE
    known: dict[str, Any] = {
        **dict.fromkeys(Lead.__slots__),
        "id": LeadId(UUID(int=number)),
        "status": LeadStatus.NEW,
        "source": "website",
        "kind": Kind.BUYER,
        "first_name": "Grace",
        "last_name": f"Canary-{number}",
        "email": f"grace.{number}@canary.example",
        "phone": f"+1941555{number:04d}",
        "property": {},
        "campaign": {},
        "consent": {},
        "extra": {},
        "is_test": False,
        "held": False,
        "received_at": at,
        "last_inquiry_at": at,
        "epoch": 1,
        "config_version": 1,
    }
    return Lead(**{**known, **changes})


async def _write(database: Database, *leads: Lead, clocks: list[SlaClock] | None = None) -> None:
    async with database.transaction() as tx:
        await tx.conn.execute(insert(tables.leads), [plain(each, LEAD) for each in leads])
        if clocks:
            await tx.conn.execute(insert(tables.clocks), [plain(each, CLOCK) for each in clocks])


async def _found(database: Database, page: Page | None = None, **wanted: Any) -> list[int]:
    async with database.reading() as tx:
        listed = await listing.list_leads(tx, LeadFilter(**wanted), page or Page(500))
    return [row["id"].int for row in listed.items]


async def test_pages_are_stable_while_rows_are_added(database: Database) -> None:
    await _write(database, *(a_lead(each) for each in range(1, 8)))
    seen: list[int] = []
    cursor = None
    for arriving in range(100, 110):
        async with database.reading() as tx:
            listed = await listing.list_leads(tx, LeadFilter(), Page(3, cursor))
        seen += [row["id"].int for row in listed.items]
        cursor = listed.next_cursor
        if cursor is None:
            break
        await _write(database, a_lead(arriving))

    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_rows_of_the_same_instant_are_all_shown_once(database: Database) -> None:
    await _write(database, *(a_lead(each, received_at=NOON) for each in range(1, 8)))
    seen: list[int] = []
    cursor = None
    while True:
        async with database.reading() as tx:
            listed = await listing.list_leads(tx, LeadFilter(), Page(2, cursor))
        seen += [row["id"].int for row in listed.items]
        cursor = listed.next_cursor
        if cursor is None:
            break

    assert seen == [7, 6, 5, 4, 3, 2, 1]


def _cursor(value: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("", id="empty"),
        pytest.param("next", id="a word"),
        pytest.param("é", id="no base64"),
        pytest.param(_cursor("x"), id="no list"),
        pytest.param(_cursor(7), id="a number"),
        pytest.param(_cursor([1, 2]), id="numbers"),
        pytest.param(_cursor(["yesterday", str(UUID(int=1))]), id="no instant"),
        pytest.param(_cursor([NOON.isoformat(), "7"]), id="no id"),
        pytest.param(_cursor([NOON.isoformat(), str(UUID(int=1)), 3]), id="too much"),
    ],
)
async def test_a_cursor_that_is_none_of_ours_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(InvalidFields, match="cursor: is none of ours"):
        await _found(database, Page(50, cursor))


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("grace", [3, 2, 1]),
        ("GRACE canary-2", [2]),
        ("canary-2 grace", [2]),
        ("grace.3@", [3]),
        ("Grace Nobody", []),
        ("+1 (941) 555-0002", [2]),
        ("9415550002", [2]),
        ("555", []),
        ("0003", [3]),
        ("100%", []),
        ("_race", []),
        ("   ", [3, 2, 1]),
    ],
)
async def test_a_search_finds_names_addresses_and_numbers(
    database: Database, q: str, found: list[int]
) -> None:
    await _write(database, *(a_lead(each) for each in (1, 2, 3)))

    assert await _found(database, q=q) == found


async def test_filters_narrow_the_list(database: Database) -> None:
    await _write(
        database,
        a_lead(1, owner="dana", team="sarasota"),
        a_lead(2, owner="ben", team="luxury", status=LeadStatus.LOST),
        a_lead(3, source="zillow", is_test=True),
    )

    assert await _found(database) == [2, 1]
    assert await _found(database, test=True) == [3]
    assert await _found(database, owner="ben") == [2]
    assert await _found(database, team="sarasota") == [1]
    assert await _found(database, teams=("luxury",)) == [2]
    assert await _found(database, teams=()) == []
    assert await _found(database, status=("lost", "new")) == [2, 1]
    assert await _found(database, received_after=NOON + 2 * MINUTE) == [2]
    assert await _found(database, received_before=NOON + 2 * MINUTE) == [1]


# ── SLA: the database's answer is that of `state_at` ────────────────────────────────

INSTANTS = st.integers(-6, 6).map(lambda each: NOON + each * MINUTE)
CLOCKS = st.lists(
    st.tuples(st.sampled_from(ClockState), INSTANTS, st.none() | INSTANTS, st.integers(0, 20)),
    min_size=1,
    max_size=12,
)


def _clocks(drawn: list[tuple[ClockState, datetime, datetime | None, int]]) -> list[SlaClock]:
    return [
        SlaClock(
            id=uuid4(),
            lead_id=LeadId(UUID(int=1)),
            epoch=1,
            position=number,
            step=f"step-{number}",
            action="escalate",
            policy="speed",
            config_version=1,
            state=state.value,
            started_at=due_at - length * MINUTE,
            due_at=due_at,
            fired_at=None,
            responded_at=responded_at,
            stopped_by=None,
        )
        for number, (state, due_at, responded_at, length) in enumerate(drawn)
    ]


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[str]:
    """One database for all of a property's examples, which clean up behind themselves."""
    if request.param == "sqlite":
        path: Path = tmp_path_factory.mktemp("clocks") / "clocks.db"
        copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")
    yield server.create_database("clocks", template=template)
    server.drop_database("clocks")


async def _with_clocks(url: str, clocks: list[SlaClock]) -> dict[str, list[str]]:
    """What each filter finds among these clocks, by step."""
    database = Database.of(url)
    try:
        async with database.transaction() as tx:
            await tx.conn.execute(delete(tables.clocks))
            await tx.conn.execute(delete(tables.leads))
        await _write(database, a_lead(1), clocks=clocks)
        found = {}
        for state in ClockState:
            found[state.value] = await _steps(database, ClockFilter(NOON, state=state.value))
        found["at_risk"] = await _steps(database, ClockFilter(NOON, at_risk=True))
        found["everything"] = await _steps(database, ClockFilter(NOON))
    finally:
        await database.close()
    return found


async def _steps(database: Database, wanted: ClockFilter) -> list[str]:
    """All pages of a list, three at a time."""
    steps: list[str] = []
    cursor = None
    while True:
        async with database.reading() as tx:
            clocks, cursor = await clock_listing.list_clocks(tx, wanted, Page(3, cursor))
        steps += [each.clock.step for each in clocks]
        if cursor is None:
            return steps


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=CLOCKS)
def test_the_filter_by_state_agrees_with_the_state_that_is_shown(
    shared_url: str, drawn: list[tuple[ClockState, datetime, datetime | None, int]]
) -> None:
    clocks = _clocks(drawn)
    in_order = sorted(clocks, key=lambda each: (each.due_at, each.id))

    def those(state: ClockState) -> list[str]:
        return [each.step for each in in_order if _state(each) is state]

    found = asyncio.run(_with_clocks(shared_url, clocks))

    assert found == {
        **{state.value: those(state) for state in ClockState},
        "at_risk": [
            each.step
            for each in in_order
            if _state(each) is ClockState.RUNNING and at_risk(each.started_at, each.due_at, NOON)
        ],
        "everything": [each.step for each in in_order],
    }


def _state(clock: SlaClock) -> ClockState:
    return state_at(ClockState(clock.state), clock.due_at, clock.responded_at, NOON)


async def test_a_fifth_of_the_time_left_is_at_risk(database: Database) -> None:
    clocks = _clocks(
        [
            (ClockState.RUNNING, NOON + 2 * MINUTE, None, 10),
            (ClockState.RUNNING, NOON + 2 * MINUTE, None, 9),
            (ClockState.RUNNING, NOON, None, 10),
            (ClockState.MET, NOON + MINUTE, NOON - MINUTE, 10),
        ]
    )
    await _write(database, a_lead(1), clocks=clocks)

    assert await _steps(database, ClockFilter(NOON, at_risk=True)) == ["step-0"]


async def test_clocks_are_found_by_what_their_lead_is(database: Database) -> None:
    await _write(
        database,
        a_lead(1, owner="dana", team="sarasota", source="zillow"),
        clocks=_clocks([(ClockState.RUNNING, NOON + MINUTE, None, 5)]),
    )

    for wanted, there in (
        ({"owner": "dana"}, True),
        ({"owner": "ben"}, False),
        ({"team": "sarasota"}, True),
        ({"source": "website"}, False),
        ({"policy": "speed"}, True),
        ({"lead_id": UUID(int=1)}, True),
        ({"due_before": NOON + MINUTE}, False),
        ({"due_before": NOON + 2 * MINUTE}, True),
        ({"teams": ()}, False),
    ):
        found = await _steps(database, ClockFilter(NOON, **wanted))
        assert found == (["step-0"] if there else []), wanted


async def test_deliveries_are_listed_without_their_bytes(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.conn.execute(
            insert(tables.deliveries),
            [
                {
                    "id": UUID(int=each),
                    "source": "website",
                    "kind": "web-form",
                    "status": "quarantined" if each == 2 else "accepted",
                    "received_at": NOON + each * MINUTE,
                    "content_type": "text/plain",
                    "headers": {},
                    "query": {},
                    "body": b"canary",
                    "leads": [],
                }
                for each in (1, 2, 3)
            ],
        )
        every = await listing.list_deliveries(tx, DeliveryFilter(), Page())
        held = await listing.list_deliveries(tx, DeliveryFilter(status="quarantined"), Page())

    assert [row["id"].int for row in every.items] == [3, 2, 1]
    assert [row["id"].int for row in held.items] == [2]
    assert "body" not in every.items[0]
