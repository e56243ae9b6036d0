"""A draft is rehearsed on past leads: what it would change, and that the live one changes none."""

import random
from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.lead import Kind, LeadStatus, Property
from app.flow import erasure
from app.store.database import Database
from app.store.tables import metadata
from tests.scenarios.past import (
    CONFIG,
    History,
    every_row,
    people_do_something,
    something_happens,
)


def differences(answer: dict[str, Any]) -> Any:
    agents = [each for each in answer["agents"] if each["was"] != each["would_be"]]
    rules = [each for each in answer["rules"] if each["was"] != each["would_be"]]
    return answer["owners_changed"]["examples"], agents, rules


NO_DIFFERENCES: Any = ([], [], [])


def a_draft(**routing: Any) -> dict[str, Any]:
    draft = deepcopy(CONFIG)
    draft["routing"] |= routing
    return draft


def everyone(**to: Any) -> list[dict[str, Any]]:
    return [{"name": "everyone", "to": to}]


def who(answer: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {
        each["agent"]: (each["was"], each["would_be"])
        for each in answer["agents"]
        if each["was"] or each["would_be"]
    }


async def test_the_live_config_changes_nothing_of_its_own_past(database: Database) -> None:
    """Hundreds of leads, six strategies, while people come and go, are full, and days begin."""
    office = await History.begin(database, CONFIG)
    chance = random.Random(10)  # noqa: S311 - no secret.
    for _ in range(60):
        await something_happens(office, chance)
    middle = office.now
    for _ in range(40):
        await something_happens(office, chance)

    whole = await office.rehearse()

    assert whole["leads"] == len(office.leads) > 200
    assert differences(whole) == NO_DIFFERENCES
    assert whole["waiting"]["was"] == whole["waiting"]["would_be"] > 10
    assert whole["offered"] > 10
    assert whole["in_pond"] > 10
    # It need not begin where everything began: how all stood then is in the rows.
    rest = await office.rehearse(since=middle)
    assert len(office.leads) > rest["leads"] > 80
    assert differences(rest) == NO_DIFFERENCES


async def test_nor_does_it_where_people_close_claim_and_ask_again(database: Database) -> None:
    office = await History.begin(database, CONFIG)
    chance = random.Random(10)  # noqa: S311
    for number in range(60):
        await something_happens(office, chance)
        if number > 10 and number % 2 == 0:
            await people_do_something(office, chance)

    assert differences(await office.rehearse()) == NO_DIFFERENCES


async def test_nothing_is_written(database: Database) -> None:
    office = await History.begin(database, CONFIG)
    chance = random.Random(4)  # noqa: S311
    for _ in range(12):
        await something_happens(office, chance)
    tables = metadata.sorted_tables
    async with database.reading() as tx:
        before = await every_row(tx, tables)
    answer = await office.rehearse(a_draft(rules=everyone(agent="dan")))
    async with database.reading() as tx:
        assert await every_row(tx, tables) == before

    assert answer["owners_changed"]["count"] > 0
    assert sum(map(len, before.values())) > 100


async def test_a_draft_gives_leads_to_others_and_says_who_by_which_rule(
    database: Database,
) -> None:
    office = await History.begin(database, a_draft(rules=everyone(team="sarasota")))
    leads = [str(await office.comes()) for _ in range(4)]

    answer = await office.rehearse(a_draft(rules=everyone(team="sellers")))

    assert answer["config_version"] == "draft"
    assert who(answer) == {"dana": (2, 0), "ben": (2, 1), "dan": (0, 2), "eve": (0, 1)}
    found = {each["lead_id"]: each for each in answer["owners_changed"]["examples"]}
    assert answer["owners_changed"]["count"] == len(found)
    assert found.keys() <= set(leads)
    for each in found.values():
        assert each["rule"] == "everyone"
        assert each["was"] != each["would_be"]
        assert f"{each['would_be']} by round_robin" in each["reason"]


async def test_availability_is_as_it_was(database: Database) -> None:
    """Dan was away for the second lead, so the draft cannot have given it to him."""
    office = await History.begin(database, a_draft(rules=everyone(agent="ben")))
    await office.switch("eve", on=False)
    await office.comes()
    await office.switch("dan", on=False, until=office.now + timedelta(minutes=10))
    second = await office.comes()
    await office.pass_time(minutes=30)
    await office.comes()

    answer = await office.rehearse(a_draft(rules=everyone(agent="dan")))

    assert who(answer) == {"ben": (3, 0), "dan": (0, 3)}
    assert answer["waiting"] == {"was": 0, "would_be": 1, "longest_seconds": 600}
    assert str(second) in {each["lead_id"] for each in answer["owners_changed"]["examples"]}


async def test_a_lead_that_nobody_could_have_taken_is_told_with_the_reason(
    database: Database,
) -> None:
    office = await History.begin(database, CONFIG)
    lead = await office.comes(language="de")
    to = {"team": "sarasota", "require": {"languages": ["de"]}}

    answer = await office.rehearse(a_draft(rules=everyone(**to)))

    assert answer["unroutable"]["count"] == 1
    (example,) = answer["unroutable"]["examples"]
    assert example["lead_id"] == str(lead)
    assert "nobody of the 3 in team sarasota can take it" in example["reason"]


async def test_an_offer_is_claimed_by_who_claimed_it_and_only_if_it_is_made_to_them(
    database: Database,
) -> None:
    rules = everyone(team="sellers", strategy="first_to_claim")
    office = await History.begin(database, a_draft(rules=rules))
    lead = await office.comes()
    assert await office.claim(lead, "eve")
    await office.pass_time(minutes=5)

    assert differences(await office.rehearse()) == NO_DIFFERENCES
    others = everyone(team="sarasota", strategy="first_to_claim")
    answer = await office.rehearse(a_draft(rules=others))
    assert answer["offered"] == 1
    assert who(answer) == {"eve": (1, 0), "dana": (0, 1)}


async def test_into_a_pond_is_no_owner_but_nobody_was_missing(database: Database) -> None:
    office = await History.begin(database, a_draft(rules=everyone(agent="dan")))
    await office.comes()

    answer = await office.rehearse(a_draft(rules=everyone(pond="sellers")))

    assert (answer["in_pond"], answer["unroutable"]["count"]) == (1, 0)
    assert answer["owners_changed"]["count"] == 1


async def test_who_is_full_is_free_again_once_their_lead_really_was_closed(
    database: Database,
) -> None:
    """At the minute at which the service would have looked again, and not before."""
    agents = [dict(each) for each in CONFIG["agents"]]
    agents[3]["capacity"] = {"open": 1}
    office = await History.begin(
        database, a_draft(rules=everyone(agent="eve")) | {"agents": agents}
    )
    first = await office.comes()
    await office.comes()
    await office.pass_time(minutes=20, seconds=30)
    await office.close(first)
    await office.pass_time(minutes=5)
    dan_alone = everyone(team="dans")
    draft = a_draft(rules=dan_alone) | {"agents": agents, "teams": {"dans": {"members": ["dan"]}}}
    answer = await office.rehearse(draft)

    assert who(answer)["dan"] == (0, 2)
    assert answer["waiting"]["longest_seconds"] == 21 * 60


async def test_a_person_who_asks_again_goes_back_to_who_would_have_had_them(
    database: Database,
) -> None:
    office = await History.begin(database, a_draft(rules=everyone(agent="ben")))
    lead = await office.comes()
    await office.close(lead)
    await office.comes(1)

    answer = await office.rehearse(a_draft(rules=everyone(agent="dan")))

    assert answer["leads"] == 2
    assert who(answer) == {"ben": (2, 0), "dan": (0, 2)}
    assert {"rule": "returning", "was": 1, "would_be": 1} in answer["rules"]


async def test_what_people_gave_away_is_counted_apart(database: Database) -> None:
    office = await History.begin(database, a_draft(rules=everyone(agent="ben")))
    lead = await office.comes()
    await office.assign(lead, "cara")

    answer = await office.rehearse(a_draft(rules=everyone(agent="dan")))

    assert who(answer) == {"ben": (1, 0), "dan": (0, 1)}
    given = {"lead_id": str(lead), "was": "ben", "assigned_to": "cara", "would_be": "dan"}
    assert answer["assigned_by_people"] == {"count": 1, "examples": [given]}


async def test_somebody_who_was_erased_is_routed_by_what_was_seen_or_counted_as_not(
    database: Database,
) -> None:
    office = await History.begin(database, CONFIG)
    seller = await office.comes(kind=Kind.SELLER, property=Property(zip="34236"))
    async with database.transaction() as tx:
        await erasure.erase(tx, UUID(str(seller)), actor="test", now=office.now)

    seen = await office.rehearse(a_draft(rules=everyone(team="sarasota")))
    assert (seen["leads"], seen["not_replayable"]) == (1, 0)
    zips = {"name": "here", "when": {"zip": "342*"}, "to": {"agent": "dan"}}
    unseen = await office.rehearse(a_draft(rules=[zips, *everyone(agent="eve")]))
    assert (unseen["leads"], unseen["not_replayable"]) == (0, 1)
    assert any("erased" in each for each in unseen["approximations"])


async def test_missed_deadlines_are_what_happened_where_the_owner_stays_else_an_estimate(
    database: Database,
) -> None:
    speed = {"name": "speed", "steps": [{"name": "boss", "after": "5m", "escalate": "manager"}]}
    turns = a_draft(rules=everyone(team="sellers"))
    office = await History.begin(database, turns)
    for number in range(12):
        lead = await office.comes()
        await office.pass_time(minutes=1 if number % 3 else 6)
        await office.attempt(lead, "dan")
    await office.pass_time(minutes=10)

    same = await office.rehearse(turns | {"sla": [speed]})
    (step,) = same["predicted_breaches"]["steps"]
    assert (step["leads"], step["really_missed"], step["expected"]) == (12, 4, 4)
    assert (step["low"], step["high"], step["estimated_leads"]) == (4, 4, 0)

    other = await office.rehearse(a_draft(rules=everyone(agent="dan")) | {"sla": [speed]})
    (step,) = other["predicted_breaches"]["steps"]
    stay = who(other)["dan"][0]
    assert (step["leads"], step["really_missed"]) == (12, 4)
    assert 0 < step["estimated_leads"] == 12 - stay
    assert step["low"] < step["expected"] < step["high"]
    assert "estimate" in other["predicted_breaches"]["method"]


@pytest.mark.parametrize("status", [LeadStatus.LOST, LeadStatus.CONVERTED])
async def test_a_stretch_counts_the_leads_that_came_in_it(
    database: Database, status: LeadStatus
) -> None:
    office = await History.begin(database, a_draft(rules=everyone(team="sellers")))
    await office.close(await office.comes(), status)
    await office.pass_time(hours=1)
    begins = office.now
    await office.comes()
    ends = office.now + timedelta(seconds=1)
    await office.pass_time(hours=1)
    await office.comes()

    answer = await office.rehearse(since=begins, until=ends)

    assert answer["leads"] == 1
    assert (answer["from"], answer["to"]) == ("2026-03-16T17:00:00Z", "2026-03-16T17:00:01Z")


async def test_it_begins_with_everybody_as_they_stood(database: Database) -> None:
    """Whose turn it is, who is switched off, how many leads each has, and who waits for whom."""
    rules = [
        {"name": "all", "when": {"kind": "buyer"}, "to": {"team": "sellers"}},
        {
            "name": "load",
            "when": {"kind": "renter"},
            "to": {"team": "dans", "strategy": "least_loaded"},
        },
        {"name": "rest", "to": {"agent": "maria"}},
    ]
    teams = CONFIG["teams"] | {"dans": {"members": ["dan", "ben"]}}
    office = await History.begin(database, a_draft(rules=rules) | {"teams": teams})
    await office.switch("maria", on=False)
    await office.comes(kind=Kind.BUYER)
    waits = await office.comes()
    await office.pass_time(minutes=3)
    middle = office.now = office.now + timedelta(seconds=1)
    await office.comes(kind=Kind.BUYER)
    await office.comes(kind=Kind.RENTER)
    await office.comes()
    await office.switch("maria", on=True)

    assert await office.owners() == ["dan", "maria", "eve", "ben", "maria"]
    answer = await office.rehearse(since=middle)

    assert answer["leads"] == 4
    assert answer["waiting"]["was"] == answer["waiting"]["would_be"] == 1
    assert differences(answer) == NO_DIFFERENCES
    # Under a draft, too, who waited is one of those who find somebody.
    other = await office.rehearse(a_draft(rules=everyone(agent="dan")), since=middle)
    assert str(waits) in {each["lead_id"] for each in other["owners_changed"]["examples"]}


async def test_who_is_switched_on_takes_at_once_what_waited_for_them(database: Database) -> None:
    office = await History.begin(database, a_draft(rules=everyone(agent="ben")))
    await office.switch("dan", on=False)
    await office.comes()
    await office.pass_time(minutes=10, seconds=30)
    await office.switch("dan", on=True)

    answer = await office.rehearse(a_draft(rules=everyone(agent="dan")))

    assert who(answer) == {"ben": (1, 0), "dan": (0, 1)}
    assert answer["waiting"]["longest_seconds"] == 630
