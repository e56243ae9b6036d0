"""Alive, ready, figures, and the description of the whole."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.store.database import Database
from tests.world import ADMIN, World

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@asynccontextmanager
async def without_database(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The service as it is while its database does not answer."""
    there = world.held.database
    world.held.database = Database.of(NOWHERE)
    try:
        yield world.http
    finally:
        await world.held.database.close()
        world.held.database = there


def figures(text: str) -> dict[str, float]:
    return {
        sample.name + "".join(f"/{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_who_is_well_says_so(world: World) -> None:
    assert (await world.http.get("/healthz")).json() == {"status": "alive"}
    ready = await world.http.get("/readyz")

    assert ready.status_code == 200
    body = ready.json()
    assert (body["status"], body["troubles"], body["sources_off"]) == ("ready", {}, {})
    assert body["config_version"] == 1
    # Nobody has configured these: what would go out over them is kept, and said to be.
    assert sorted(body["sandboxes"]) == ["sms", "voice"]


async def test_without_its_database_it_is_alive_and_not_ready(world: World) -> None:
    async with without_database(world) as http:
        alive, ready = await http.get("/healthz"), await http.get("/readyz")
        metrics = await http.get("/metrics")

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()["status"]) == (503, "unready")
    assert ready.json()["troubles"] == {"database": "does not answer"}
    assert metrics.status_code == 200
    assert figures(metrics.text)["lead_router_broken_promises/database_away"] == 1


async def test_without_its_database_callers_are_told_to_come_back(world: World) -> None:
    async with without_database(world) as http:
        for path in ("/v1/leads", "/v1/sla", "/v1/messages", "/v1/agents", "/v1/config"):
            answer = await http.get(path, headers=ADMIN)
            assert (path, answer.status_code, answer.headers["retry-after"]) == (path, 503, "2")
            assert answer.json()["type"] == "/problems/database-away"
        unknown = await http.get("/v1/leads", headers={"Authorization": "Bearer lr_ops_x"})
        assert unknown.status_code == 503


async def test_metrics_are_prometheus_text(world: World) -> None:
    await world.receives()
    answer = await world.http.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=")
    told = figures(answer.text)
    assert told["lead_router_config_version"] == 1
    assert told["lead_router_deliveries/accepted"] == 1


async def test_the_docs_are_served(world: World) -> None:
    docs = await world.http.get("/docs")

    assert docs.status_code == 200
    for part in ("swagger-ui.css", "swagger-ui-bundle.js", "docs.js"):
        assert f"/docs/{part}" in docs.text
        assert (await world.http.get(f"/docs/{part}")).status_code == 200
    assert (await world.http.get("/docs/README.md")).status_code == 404


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else ())
        for inner in value.values():
            yield from refs(inner)
    if isinstance(value, list):
        for inner in value:
            yield from refs(inner)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


async def test_the_description_is_valid(world: World) -> None:
    document = (await world.http.get("/openapi.json")).json()

    assert document["openapi"].startswith("3.1")
    for ref in refs(document):
        here: Any = document
        for part in ref.removeprefix("#/").split("/"):
            here = here[part]
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for path, method, operation in operations(document):
        named = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
        assert (method, named) == (method, set(re.findall(r"{(\w+)}", path)))
        assert operation["responses"]
        assert operation["summary"]


async def test_every_body_that_is_taken_has_an_example(world: World) -> None:
    document = (await world.http.get("/openapi.json")).json()
    without = []
    for path, method, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            (name,) = {ref.rpartition("/")[2] for ref in refs(content["schema"])} or {""}
            schema = document["components"]["schemas"].get(name, {})
            if not ({"example", "examples"} & (content.keys() | schema.keys())):
                without.append(f"{method} {path}")
    assert without == []


async def test_the_examples_are_taken(world: World) -> None:
    schemas = (await world.http.get("/openapi.json")).json()["components"]["schemas"]
    lead = await world.post("/v1/leads", **schemas["LeadIn"]["example"])
    assert lead.status_code == 201
    lead_id = lead.json()["leads"][0]["id"]
    for what, name in (
        ("attempts", "AttemptIn"),
        ("acknowledge", "ByIn"),
        ("claim", "ByIn"),
        ("assign", "AssignIn"),
        ("status", "StatusIn"),
    ):
        answer = await world.post(f"/v1/leads/{lead_id}/{what}", **schemas[name]["example"])
        assert (what, answer.status_code // 100) == (what, 2)
    away = await world.http.put(
        "/v1/agents/dana/availability", json=schemas["AvailabilityIn"]["example"], headers=ADMIN
    )
    assert away.status_code == 200


PROBLEMS: tuple[tuple[str, str, dict[str, Any], int, str], ...] = (
    ("GET", "/nowhere", {}, 404, "/problems/not-found"),
    ("GET", "/v1/nowhere", {"headers": ADMIN}, 404, "/problems/not-found"),
    ("GET", "/webhooks", {}, 404, "/problems/not-found"),
    ("PATCH", "/v1/leads", {}, 405, "/problems/method-not-allowed"),
    ("GET", "/v1/leads", {}, 401, "/problems/wrong-key"),
    ("GET", "/v1/leads?limit=x", {"headers": ADMIN}, 422, "/problems/invalid-fields"),
    ("GET", "/v1/leads/x", {"headers": ADMIN}, 422, "/problems/invalid-fields"),
    ("GET", "/v1/agents/x", {"headers": ADMIN}, 404, "/problems/no-such"),
    ("POST", "/webhooks/x", {}, 404, "/problems/no-such"),
    ("POST", "/v1/leads", {"headers": ADMIN, "content": b"{"}, 422, "/problems/invalid-fields"),
    (
        "PUT",
        "/v1/agents/dana/availability",
        {"headers": ADMIN, "content": b"{"},
        422,
        "/problems/invalid-fields",
    ),
    (
        "PUT",
        "/v1/agents/dana/availability",
        {"headers": ADMIN, "content": b'{"reason": "\xff"}'},
        422,
        "/problems/invalid-fields",
    ),
    (
        "PUT",
        "/v1/agents/dana/availability",
        {"headers": ADMIN, "content": b" " * (1024 * 1024 + 1)},
        413,
        "/problems/body-too-large",
    ),
)


async def test_every_error_is_a_problem(world: World) -> None:
    for method, path, call, status, kind in PROBLEMS:
        answer = await world.http.request(method, path, **call)
        assert (path, answer.status_code) == (path, status)
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert (body["type"], body["status"]) == (kind, status)
        assert body["title"]
        assert body["detail"]


@pytest.mark.expects_errors("request.failed")
async def test_a_mistake_of_ours_is_a_problem_that_tells_nothing(world: World) -> None:
    async def broken() -> dict[str, str]:
        raise ValueError("quoted@example.com")

    world.app.state.serving = replace(world.app.state.serving, troubles=broken)
    transport = httpx.ASGITransport(world.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.get("/readyz")

    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/our-mistake")
    assert "quoted" not in answer.text
