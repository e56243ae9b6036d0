"""The config is changed while leads wait: it takes effect everywhere, and drops nothing."""

import asyncio
from typing import Any

import yaml

from app.store import tables
from tests.faults.staging import another_process, rows
from tests.world import ADMIN, World, a_config


async def _put(world: World, config: dict[str, Any]) -> None:
    answer = await world.http.put(
        "/v1/config", content=yaml.safe_dump(config), headers={**ADMIN, "Content-Type": "text/yaml"}
    )
    assert answer.status_code == 200, answer.text


def _with_step_called(name: str) -> dict[str, Any]:
    config = a_config()
    config["sla"][0]["steps"][1]["name"] = name
    return config


async def test_another_process_goes_by_it_after_one_look_of_its_engine(world: World) -> None:
    async with another_process(world) as other:
        assert other.held.live.snapshot.version == 1
        await _put(world, _with_step_called("boss"))

        await other.tick()

        assert other.held.live.snapshot.version == 2
        taken = await other.receives()
        assert [step["step"] for step in taken["leads"][0]["sla"]] == ["nudge", "boss", "director"]
        assert (await other.http.get("/readyz")).json()["config_version"] == 2


async def test_another_process_goes_by_it_within_two_seconds(world: World) -> None:
    async with another_process(world) as other:
        running = asyncio.create_task(other.background.engine.run())
        try:
            await _put(world, _with_step_called("boss"))
            async with asyncio.timeout(2):
                while other.held.live.snapshot.version != 2:  # noqa: ASYNC110 - seen from outside.
                    await asyncio.sleep(0.02)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_decisions_and_clocks_tell_by_which_version_they_were_made(world: World) -> None:
    before = await world.a_lead()
    await _put(world, _with_step_called("boss"))
    after = await world.a_lead()

    for table in (tables.decisions, tables.clocks):
        found = await rows(world.held.database, table)
        assert {(str(row["lead_id"]), row["config_version"]) for row in found} == {
            (before, 1),
            (after, 2),
        }


async def test_a_clock_whose_step_was_renamed_still_escalates(world: World) -> None:
    await world.a_lead()
    await _put(world, _with_step_called("boss"))

    await world.advance(minutes=5)

    # As the policy's last step, which is the director's.
    assert len(world.pushes("otto")) == 1
    found = await rows(world.held.database, tables.clocks, tables.clocks.c.step == "manager")
    assert [row["state"] for row in found] == ["breached"]


async def test_a_policy_that_is_gone_still_escalates(world: World) -> None:
    await world.a_lead()
    config = a_config()
    config["sla"][0]["name"] = "another"
    await _put(world, config)

    await world.advance(minutes=5)

    assert len(world.pushes("maria")) == 1


async def test_two_who_change_it_at_once_do_not_overwrite_each_other(world: World) -> None:
    answers = await asyncio.gather(
        *(
            world.http.put(
                "/v1/config",
                content=yaml.safe_dump(_with_step_called(f"step-{each}")),
                headers={**ADMIN, "If-Match": '"1"', "Content-Type": "text/yaml"},
            )
            for each in range(5)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    assert len(await rows(world.held.database, tables.configs)) == 2
