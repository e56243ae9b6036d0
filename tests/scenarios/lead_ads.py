"""A world whose leads come from lead ads: ids by webhook, the rest from a lead API.

async with lead_ads_world(database_url, smtp, ntfy, api) as world:
    taken = await notified(world, "140000000000001")
"""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import yaml

from tests.fakes.lead_api import TOKEN, FakeLeadApi
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.world import ADMIN, World, a_config, open_world

APP_SECRET = "invented-app-secret"  # 19 characters
PAGE = "100000000000001"
FORM_ID = "130000000000001"
PATH = "/webhooks/facebook"


def lead_ads_config(api: FakeLeadApi, **tokens: str) -> dict[str, Any]:
    """The config of all tests, with lead ads as one more source. Tokens by `page_PAGE`."""
    config = a_config()
    config["sources"]["facebook"] = {
        "kind": "meta-lead-ads",
        "app_secret": APP_SECRET,
        "verify_token": "invented-verify-token",
        "access_tokens": {PAGE: TOKEN}
        | {page.removeprefix("page_"): token for page, token in tokens.items()},
        "graph_url": api.url,
        "medium": "paid-social",
        "consent": {"email": "implied"},
    }
    return config


@asynccontextmanager
async def lead_ads_world(
    database_url: str,
    smtp: FakeSmtp,
    ntfy: FakeNtfy,
    api: FakeLeadApi,
    config: dict[str, Any] | None = None,
) -> AsyncIterator[World]:
    async with open_world(database_url, smtp, ntfy, config=config or lead_ads_config(api)) as world:
        yield world


async def put_config(world: World, config: dict[str, Any]) -> None:
    answer = await world.http.put(
        "/v1/config", content=yaml.safe_dump(config), headers={**ADMIN, "Content-Type": "text/yaml"}
    )
    assert answer.status_code == 200, answer.text


def notification(*lead_ids: str, page: str = PAGE) -> bytes:
    return notifications([(page, lead_ids)])


def notifications(pages: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """What Meta posts when people have filled in forms of these pages."""
    return json.dumps(
        {
            "object": "page",
            "entry": [
                {
                    "id": page,
                    "time": 1773676800,
                    "changes": [
                        {
                            "field": "leadgen",
                            "value": {
                                "leadgen_id": lead_id,
                                "page_id": page,
                                "form_id": FORM_ID,
                                "created_time": 1773676790,
                            },
                        }
                        for lead_id in lead_ids
                    ],
                }
                for page, lead_ids in pages
            ],
        }
    ).encode()


async def post(world: World, body: bytes, **headers: str) -> httpx.Response:
    """Deliver, signed as Meta signs. Nothing that was rung for is waited for."""
    digest = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    signed = {"X-Hub-Signature-256": f"sha256={digest}", **headers}
    return await world.http.post(PATH, content=body, headers=signed)


async def notified(world: World, *lead_ids: str, page: str = PAGE) -> dict[str, Any]:
    """Deliver these leads, and let everything that was rung for be done."""
    answer = await post(world, notification(*lead_ids, page=page))
    assert answer.status_code == 200, answer.text
    await everything(world)
    taken: dict[str, Any] = answer.json()
    return taken


async def everything(world: World) -> None:
    """Fetches, and then the messages that came of them."""
    await world.settle()
    await world.tick()


async def lead_of(world: World, taken: dict[str, Any], place: int = 0) -> dict[str, Any]:
    """The lead of an answer to a delivery, as it stands now."""
    lead: dict[str, Any] = await world.get(f"/v1/leads/{taken['leads'][place]['id']}")
    return lead


async def delivery_of(world: World, taken: dict[str, Any]) -> dict[str, Any]:
    """The delivery as it stands now."""
    listed = await world.get("/v1/deliveries", limit=500)
    [found] = [each for each in listed["items"] if each["id"] == taken["delivery_id"]]
    delivery: dict[str, Any] = found
    return delivery
