"""`/v1/config`: read, checked, replaced, and in force everywhere within two seconds."""

import asyncio
from typing import Any

import pytest
import yaml

from tests.api.callers import another_process
from tests.world import ADMIN, FORM, World, a_config, a_form

SECRET = "lr-environment-secret-0123456789"


def for_ben() -> dict[str, Any]:
    """Everything goes to Ben."""
    rules = [{"name": "ben", "to": {"agent": "ben"}}]
    return a_config(routing={"rules": rules})


def broken() -> dict[str, Any]:
    return for_ben() | {"teams": {"sarasota": {"members": ["dana", "bem"]}}, "colour": "red"}


async def test_the_config_is_shown_with_its_version_and_tag(world: World) -> None:
    answer = await world.http.get("/v1/config", headers=ADMIN)

    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert answer.json()["version"] == 1
    assert answer.json()["config"] == a_config()


async def test_a_new_config_is_the_next_version_and_in_force_at_once(world: World) -> None:
    put = await world.http.put("/v1/config", json=for_ben(), headers=ADMIN)
    await world.tick()

    assert (put.status_code, put.headers["etag"], put.json()["version"]) == (200, '"2"', 2)
    assert [(await world.receives())["leads"][0]["owner"] for _ in range(3)] == ["ben"] * 3
    assert (await world.http.get("/readyz")).json()["config_version"] == 2


async def test_what_was_read_may_be_sent_back(world: World) -> None:
    read = await world.http.get("/v1/config", headers=ADMIN)
    put = await world.http.put(
        "/v1/config", json=read.json(), headers={**ADMIN, "If-Match": read.headers["etag"]}
    )

    assert (put.status_code, put.json()) == (200, {**read.json(), "version": 2})


async def test_yaml_is_taken_where_the_content_type_says_so(world: World) -> None:
    headers = {**ADMIN, "Content-Type": "application/yaml"}
    put = await world.http.put("/v1/config", content=yaml.safe_dump(for_ben()), headers=headers)

    assert (put.status_code, put.json()["version"]) == (200, 2)


async def test_an_update_of_an_old_version_is_refused(world: World) -> None:
    await world.http.put("/v1/config", json=for_ben(), headers=ADMIN)
    for tag, status in (
        ('"1"', 412),
        ('W/"1"', 412),
        ('"3"', 412),
        ("nonsense", 412),
        ("", 412),
        ('"2"', 200),
        ('W/"3"', 200),
        ('"1", "4"', 200),
        ("*", 200),
    ):
        answer = await world.http.put(
            "/v1/config", json=for_ben(), headers={**ADMIN, "If-Match": tag}
        )
        assert (tag, answer.status_code) == (tag, status)
    assert answer.json()["version"] == 6


async def test_nobody_overwrites_what_another_process_has_just_written(world: World) -> None:
    async with another_process(world) as http:
        first = await world.http.get("/v1/config", headers=ADMIN)
        tagged = {**ADMIN, "If-Match": first.headers["etag"]}
        won = await world.http.put("/v1/config", json=for_ben(), headers=tagged)
        lost = await http.put("/v1/config", json=a_config(), headers=tagged)

    assert (won.status_code, lost.status_code) == (200, 412)
    assert lost.json()["type"] == "/problems/version-mismatch"
    assert lost.json()["current_version"] == 2


async def test_of_updates_at_the_same_time_none_is_lost_and_none_is_a_mistake(
    world: World,
) -> None:
    tagged = {**ADMIN, "If-Match": '"1"'}
    answers = await asyncio.gather(
        *(world.http.put("/v1/config", json=for_ben(), headers=tagged) for _ in range(5))
    )

    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412, 412]


async def test_a_bad_config_is_refused_with_every_problem(world: World) -> None:
    refused = await world.http.put("/v1/config", json=broken(), headers=ADMIN)

    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "/problems/config-invalid"
    paths = [each["path"] for each in refused.json()["problems"]]
    assert {"colour", "teams.sarasota.members.1"} <= set(paths)
    assert {tuple(sorted(each)) for each in refused.json()["problems"]} == {
        ("line", "path", "problem")
    }
    assert (await world.get("/v1/config"))["version"] == 1


async def test_a_bad_yaml_config_is_refused_with_lines(world: World) -> None:
    text = yaml.safe_dump(broken(), sort_keys=False)
    headers = {**ADMIN, "Content-Type": "text/yaml; charset=utf-8"}
    refused = await world.http.put("/v1/config", content=text, headers=headers)

    lines = {each["path"]: each["line"] for each in refused.json()["problems"]}
    assert lines["colour"] == text.splitlines().index("colour: red") + 1


@pytest.mark.parametrize("path", ["/v1/config", "/v1/config/check"])
async def test_what_is_no_config_at_all_is_refused(world: World, path: str) -> None:
    method = "POST" if path.endswith("check") else "PUT"
    bodies = (b"", b"[", b"[]", b"7", b'"x"', b'{"config": "x"}', b"\xff", b"[" * 100_000)
    for body in bodies:
        answer = await world.http.request(method, path, content=body, headers=ADMIN)
        assert (body[:20], answer.status_code) == (body[:20], 422)
    too_large = await world.http.request(
        method, path, content=b" " * (4 * 1024 * 1024 + 1), headers=ADMIN
    )
    assert too_large.status_code == 413


async def test_a_check_tells_the_same_and_changes_nothing(world: World) -> None:
    bad = (await world.post("/v1/config/check", **broken())).json()
    refused = (await world.http.put("/v1/config", json=broken(), headers=ADMIN)).json()
    good = (await world.post("/v1/config/check", **for_ben())).json()
    unset = a_config(channels={"push": {"kind": "ntfy", "url": "${NOT_SET}", "topic": "x"}})
    off = (await world.post("/v1/config/check", **unset)).json()

    assert (bad["valid"], bad["problems"]) == (False, refused["problems"])
    assert (good["valid"], good["problems"]) == (True, [])
    assert off["off"] == [{"section": "channel", "name": "push", "variables": ["NOT_SET"]}]
    assert (await world.get("/v1/config"))["version"] == 1


async def test_variables_are_never_shown_filled_in(world: World) -> None:
    world.held.environ = {**world.held.environ, "PARTNER": SECRET}
    sources = {"website": {"kind": "web-form", "secret": "${PARTNER}"}}
    put = await world.http.put("/v1/config", json=a_config(sources=sources), headers=ADMIN)
    got = await world.http.get("/v1/config", headers=ADMIN)

    assert put.status_code == 200
    assert got.json()["config"]["sources"] == sources
    refused = await world.http.post("/webhooks/website/wrong", data=a_form())
    taken = await world.http.post(f"/webhooks/website/{SECRET}", data=a_form())
    assert (refused.status_code, taken.status_code) == (401, 200)
    ready = await world.http.get("/readyz")
    for answer in (put, got, refused, taken, ready):
        assert SECRET not in answer.text


async def test_a_check_cannot_be_used_to_read_the_environment(world: World) -> None:
    world.held.environ = {**world.held.environ, "PARTNER": SECRET}
    agent = {"id": "${PARTNER}", "name": "x", "email": "${PARTNER}", "reach": ["${PARTNER}"]}
    drafts: list[dict[str, Any]] = [
        a_config(agents=[agent]),
        a_config(agents=[*a_config()["agents"], {**agent, "reach": ["push"]}]),
        a_config(
            agents=[*a_config()["agents"], {"id": "${PARTNER}", "name": "x", "reach": ["push"]}],
            teams={"sarasota": {"members": ["nobody", SECRET[:-2]], "manager": "lr"}},
        ),
        a_config(teams={"sarasota": {"members": ["${PARTNER}"], "manager": "${PARTNER}"}}),
        a_config(sources={"website": {"kind": "${PARTNER}", "max_body": "${PARTNER}"}}),
        a_config(organization={"name": "x", "timezone": "${PARTNER}", "phone": "${PARTNER}"}),
        a_config(templates={"hello": "{{ ${PARTNER} "}),
        a_config(channels={"push": {"kind": "ntfy", "url": "${PARTNER}", "topic": "${PARTNER}"}}),
        a_config(sla=[{"name": "${PARTNER}", "clock": "${PARTNER}", "steps": "${PARTNER}"}]),
        a_config(retention={"raw_deliveries": "${PARTNER}"}),
        a_config(calendars={"x": {"weekly": {"mon": ["${PARTNER}"]}, "holidays": "${PARTNER}"}}),
    ]
    told = [await world.post("/v1/config/check", **draft) for draft in drafts]

    assert [each.status_code for each in told] == [200] * len(drafts)
    assert [at for at, each in enumerate(told) if SECRET in each.text] == []


async def test_a_new_config_is_in_force_in_another_process_within_two_seconds(
    world: World,
) -> None:
    async with another_process(world, ticking=True) as http:
        await world.http.put("/v1/config", json=for_ben(), headers=ADMIN)
        for _ in range(20):
            if (await http.get("/readyz")).json()["config_version"] == 2:
                break
            await asyncio.sleep(0.1)
        owner = (await http.post(FORM, data=a_form(77))).json()["leads"][0]["owner"]

    assert owner == "ben"
