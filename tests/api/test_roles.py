"""Who may do what: every route of the app, with every role of a key."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.domain.identifiers import new_id
from app.main import create_app
from app.settings import Settings
from app.store.api_keys import ROLES, Role
from tests.api.callers import a_key
from tests.world import NOON, World

ANYBODY = None
READ = {"ops", "viewer", "agent"}
OVERSEE = {"ops", "viewer"}
WORK = {"ops", "agent"}
OPERATE = {"ops"}
SEND = {"ops", "intake"}
ADMINISTER: set[str] = set()

TABLE: dict[str, set[str] | None] = {
    # Providers prove themselves by their source's own credentials.
    "POST /webhooks/{source_id}": ANYBODY,
    "GET /webhooks/{source_id}": ANYBODY,
    "GET /webhooks/{source_id}/{secret:path}": ANYBODY,
    "OPTIONS /webhooks/{source_id}": ANYBODY,
    "OPTIONS /webhooks/{source_id}/{secret:path}": ANYBODY,
    "POST /webhooks/{source_id}/{secret:path}": ANYBODY,
    # Follow Up Boss's addresses: their callers show the key of a source.
    "POST /v1/events": ANYBODY,
    "GET /v1/identity": ANYBODY,
    "GET /healthz": ANYBODY,
    "GET /readyz": ANYBODY,
    "GET /metrics": ANYBODY,
    # The pages hold no data, and their scripts ask for a key.
    "GET /board": ANYBODY,
    "GET /board/{name}": ANYBODY,
    "GET /docs": ANYBODY,
    "GET /docs/{name}": ANYBODY,
    "POST /v1/leads": SEND,
    "GET /v1/leads": READ,
    "GET /v1/leads/{lead_id}": READ,
    "GET /v1/leads/{lead_id}/timeline": READ,
    "GET /v1/leads/{lead_id}/decisions": READ,
    "POST /v1/leads/{lead_id}/attempts": WORK,
    "POST /v1/leads/{lead_id}/acknowledge": WORK,
    "POST /v1/leads/{lead_id}/claim": WORK,
    "POST /v1/leads/{lead_id}/assign": OPERATE,
    "POST /v1/leads/{lead_id}/decline": WORK,
    "POST /v1/leads/{lead_id}/unassign": OPERATE,
    "POST /v1/leads/{lead_id}/status": WORK,
    "DELETE /v1/leads/{lead_id}/personal-data": OPERATE,
    "GET /v1/sla": READ,
    "GET /v1/sla/summary": OVERSEE,
    "GET /v1/messages": READ,
    "GET /v1/agents": OVERSEE,
    "GET /v1/agents/{agent_id}": OVERSEE,
    "PUT /v1/agents/{agent_id}/availability": WORK,
    "GET /v1/reports/fairness": OVERSEE,
    "GET /v1/routing/rules": OVERSEE,
    "GET /v1/deliveries": OVERSEE,
    "GET /v1/deliveries/{delivery_id}/body": OVERSEE,
    "POST /v1/deliveries/{delivery_id}/replay": OPERATE,
    "POST /v1/deliveries/replay": OPERATE,
    "GET /v1/sources": OVERSEE,
    "GET /v1/config": ADMINISTER,
    "PUT /v1/config": ADMINISTER,
    "POST /v1/config/check": ADMINISTER,
    "POST /v1/simulations": ADMINISTER,
    "POST /v1/config/plan": ADMINISTER,
}
"""Which roles may, besides `admin`, who may do everything."""

BODIES = {
    "attempts": {"channel": "call", "outcome": "no_answer", "by": "dana"},
    "acknowledge": {"by": "dana"},
    "claim": {"by": "dana"},
    "assign": {"owner": "dana"},
    "decline": {"by": "dana", "reason": "at a closing"},
    "unassign": {"reason": "on holiday"},
    "status": {"status": "contacted"},
    "availability": {"available": True},
}


def calls_of(app: FastAPI) -> Iterator[str]:
    for route in app.routes:
        yield from calls_of_route(route)


def calls_of_route(route: object) -> Iterator[str]:
    if isinstance(route, APIRoute):
        yield from (f"{method} {route.path}" for method in route.methods or ())
    for inner in getattr(getattr(route, "original_router", None), "routes", ()):
        yield from calls_of_route(inner)


def test_every_route_of_the_app_has_its_line_in_the_table(tmp_path: Path) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'unused.db'}"))

    assert sorted(calls_of(app)) == sorted(TABLE)


async def asked(world: World, call: str, headers: dict[str, str]) -> httpx.Response:
    """Make a call that is right in every way but, perhaps, who makes it."""
    method, path = call.split()
    known = {"agent_id": "dana", "name": "board.js", "source_id": "website"}
    filled = re.sub(r"{(\w+)(:path)?}", lambda it: known.get(it[1], str(new_id(NOON))), path)
    body = BODIES.get(path.rpartition("/")[2], {})
    return await world.http.request(method, filled, json=body, headers=headers)


async def test_without_a_key_nothing_is_answered(world: World) -> None:
    strangers: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer lr_admin_0000000000000000000000000000000000000000"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
        {"Authorization": "an-admin-key-for-tests-only"},
        {"X-Api-Key": "an-admin-key-for-tests-only"},
    ]
    for call in (call for call, roles in TABLE.items() if roles is not ANYBODY):
        for headers in strangers:
            answer = await asked(world, call, headers)
            assert (call, answer.status_code) == (call, 401)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["type"] == "/problems/wrong-key"


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_do_what_the_contract_says_and_no_more(world: World, role: Role) -> None:
    headers = await a_key(world, role, agent="dana" if role == "agent" else None)
    for call, roles in TABLE.items():
        if roles is ANYBODY:
            continue
        answer = await asked(world, call, headers)
        may = role == "admin" or role in roles
        # What is asked for often does not exist, which only those hear who may ask.
        assert (call, answer.status_code == 403) == (call, not may), answer.text
        assert answer.status_code < 500
        if not may:
            assert answer.json()["type"] == "/problems/wrong-role"
            assert answer.json()["role"] == role
