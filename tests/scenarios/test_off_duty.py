"""An owner goes off duty with a lead that they have not answered."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.domain import failpoint
from app.domain.failpoint import Planted
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.scenarios.handing_over import decisions, facts, lead_of, loads_add_up, losses, switch
from tests.world import ADMIN, World, a_config, open_world

CALENDARS = {
    "until-one": {"timezone": "America/New_York", "weekly": {"mon-sun": ["08:00-13:00"]}},
    "until-six": {"timezone": "America/New_York", "weekly": {"mon-sun": ["08:00-18:00"]}},
}
HOURS = {"dana": "until-one", "ben": "until-six", "cara": "until-six"}


def a_config_with_hours(**routing: Any) -> dict[str, Any]:
    """Noon in Sarasota: dana closes at one, ben and cara at six."""
    config = a_config(sla=[], auto_responses=[], calendars=CALENDARS)
    agents = [
        each | ({"calendar": HOURS[each["id"]]} if each["id"] in HOURS else {})
        for each in config["agents"]
    ]
    return {**config, "agents": agents, "routing": {**config["routing"], **routing}}


@pytest.fixture
async def shifts(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    async with open_world(database_url, smtp, ntfy, config=a_config_with_hours()) as world:
        yield world


async def test_whose_shift_is_over_loses_the_lead_after_the_grace_period(shifts: World) -> None:
    lead_id = await shifts.a_lead(first_name="Grace")
    await shifts.advance(hours=1, minutes=14, seconds=59)
    assert await shifts.owner_of(lead_id) == "dana"

    await shifts.advance(seconds=1)

    assert await shifts.owner_of(lead_id) == "ben"
    assert await losses(shifts, lead_id) == [("dana", "went_off_duty")]
    assert shifts.titles("dana") == ["New lead: Grace Kim", "Passed on: Grace Kim"]
    assert shifts.titles("ben") == ["New lead: Grace Kim"]
    await loads_add_up(shifts)


@pytest.mark.parametrize(("where", "owner"), [("before", "dana"), ("after", "ben")])
async def test_an_engine_that_dies_over_it_leaves_all_of_it_or_nothing(
    shifts: World, monkeypatch: pytest.MonkeyPatch, where: str, owner: str
) -> None:
    lead_id = await shifts.a_lead(first_name="Grace")
    monkeypatch.setitem(failpoint._SET, f"off_duty.{where}_commit", "raise")
    with pytest.raises(Planted):
        await shifts.advance(hours=1, minutes=15)
    monkeypatch.delitem(failpoint._SET, f"off_duty.{where}_commit")
    assert await shifts.owner_of(lead_id) == owner

    # Whoever ticks next does what was not done, and sends what nobody rang for.
    await shifts.advance(seconds=2)

    assert await shifts.owner_of(lead_id) == "ben"
    assert await losses(shifts, lead_id) == [("dana", "went_off_duty")]
    assert shifts.titles("ben") == ["New lead: Grace Kim"]
    await loads_add_up(shifts)


async def test_who_is_switched_off_loses_it_after_the_grace_period(shifts: World) -> None:
    lead_id = await shifts.a_lead()
    await shifts.advance(minutes=5)
    await switch(shifts, "dana", on=False)

    await shifts.advance(minutes=14, seconds=59)
    assert await shifts.owner_of(lead_id) == "dana"
    await shifts.advance(seconds=1)
    assert await shifts.owner_of(lead_id) == "ben"


async def test_who_comes_back_in_time_keeps_everything(shifts: World) -> None:
    lead_id = await shifts.a_lead()
    await switch(shifts, "dana", on=False)
    await shifts.advance(minutes=14)
    await switch(shifts, "dana", on=True)

    await shifts.advance(minutes=30)

    assert await shifts.owner_of(lead_id) == "dana"
    # Their hours are still looked at.
    await shifts.advance(hours=1)
    assert await shifts.owner_of(lead_id) == "ben"


async def test_an_absence_that_ends_in_time_is_none(shifts: World) -> None:
    lead_id = await shifts.a_lead()
    await switch(shifts, "dana", on=False, until="2026-03-16T16:14:00Z")

    await shifts.advance(minutes=30)

    assert await shifts.owner_of(lead_id) == "dana"


async def test_to_say_again_that_one_is_off_wins_no_time(shifts: World) -> None:
    lead_id = await shifts.a_lead()
    await switch(shifts, "dana", on=False)
    await shifts.advance(minutes=10)
    await switch(shifts, "dana", on=False)

    await shifts.advance(minutes=5)

    assert await shifts.owner_of(lead_id) == "ben"


@pytest.mark.parametrize("answer", ["acknowledge", "attempt", "assign", "status"])
async def test_what_is_answered_or_given_by_a_person_stays(shifts: World, answer: str) -> None:
    lead_id = await shifts.a_lead()
    path = f"/v1/leads/{lead_id}"
    if answer == "acknowledge":
        await shifts.post(f"{path}/acknowledge", by="dana")
    elif answer == "attempt":
        await shifts.post(f"{path}/attempts", channel="call", outcome="no_answer", by="dana")
    elif answer == "assign":
        await shifts.post(f"{path}/assign", owner="dana", reason="knows them")
    else:
        await shifts.post(f"{path}/status", status="contacted")
    if answer != "status":
        assert (await lead_of(shifts, lead_id)).recheck_at is None
    await switch(shifts, "dana", on=False)

    await shifts.advance(hours=6)

    assert await shifts.owner_of(lead_id) == "dana"
    assert await facts(shifts, lead_id, "lead.kept") == []
    assert (await lead_of(shifts, lead_id)).recheck_at is None


async def test_with_nobody_else_it_stays_until_somebody_comes(shifts: World) -> None:
    lead_id = await shifts.a_lead()
    for agent in ("ben", "cara"):
        await switch(shifts, agent, on=False)
    await switch(shifts, "dana", on=False)

    await shifts.advance(minutes=20)
    assert await shifts.owner_of(lead_id) == "dana"
    assert [each["why"] for each in await facts(shifts, lead_id, "lead.kept")] == ["nobody_else"]
    assert len(await decisions(shifts, lead_id)) == 2

    await switch(shifts, "cara", on=True)
    await shifts.tick()

    assert await shifts.owner_of(lead_id) == "cara"
    assert await losses(shifts, lead_id) == [("dana", "went_off_duty")]
    await loads_add_up(shifts)


async def test_somebody_switched_on_takes_nothing_from_who_has_only_just_left(
    shifts: World,
) -> None:
    lead_id = await shifts.a_lead()
    await switch(shifts, "cara", on=False)
    await switch(shifts, "dana", on=False)
    await shifts.advance(minutes=5)

    await switch(shifts, "cara", on=True)
    await shifts.tick()

    assert await shifts.owner_of(lead_id) == "dana"


async def test_at_the_next_opening_it_goes_to_who_is_there(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    config = a_config_with_hours()
    config["calendars"]["evenings"] = {
        "timezone": "America/New_York",
        "weekly": {"mon-sun": ["20:00-23:00"]},
    }
    config["agents"] = [
        each | ({"calendar": "evenings"} if each["id"] == "cara" else {})
        for each in config["agents"]
    ]
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        await switch(world, "ben", on=False)
        lead_id = await world.a_lead()

        await world.advance(hours=7, minutes=59)
        assert await world.owner_of(lead_id) == "dana"
        await world.advance(minutes=1)

        assert await world.owner_of(lead_id) == "cara"


async def test_who_was_named_out_of_their_hours_has_not_gone(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    config = a_config_with_hours(
        rules=[
            {"name": "named", "when": {"source": ["website"]}, "to": {"agent": "dana"}},
            {"name": "everyone", "to": {"team": "sarasota"}},
        ]
    )
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        await world.advance(hours=2)
        lead_id = await world.a_lead()

        await world.advance(hours=22)
        assert await world.owner_of(lead_id) == "dana"

        # The rule names dana, who went at one: nobody else is named, so it stays.
        await world.advance(hours=2)
        assert [each["why"] for each in await facts(world, lead_id, "lead.kept")] == ["nobody_else"]


async def test_never_means_that_it_stays(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> None:
    config = a_config_with_hours(off_duty_after="never")
    async with open_world(database_url, smtp, ntfy, config=config) as world:
        lead_id = await world.a_lead()
        await switch(world, "dana", on=False)

        await world.advance(days=1)

        assert await world.owner_of(lead_id) == "dana"
        assert (await lead_of(world, lead_id)).recheck_at is None


async def test_who_is_no_longer_in_the_document_loses_it_after_the_grace_period(
    shifts: World,
) -> None:
    lead_id = await shifts.a_lead()
    config = a_config_with_hours()
    config["agents"] = [each for each in config["agents"] if each["id"] != "dana"]
    config["teams"] = {"sarasota": {"members": ["ben", "cara"], "manager": "maria"}}
    config["routing"]["rules"] = [{"name": "everyone", "to": {"team": "sarasota"}}]
    answer = await shifts.http.put("/v1/config", json=config, headers={**ADMIN, "If-Match": '"1"'})
    assert answer.status_code == 200, answer.text

    await shifts.advance(minutes=14)
    assert await shifts.owner_of(lead_id) == "dana"
    await shifts.advance(minutes=1)

    assert await shifts.owner_of(lead_id) == "ben"
    await loads_add_up(shifts)
