"""Every kind of source through the front door: its own sample, as its provider sends it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from app.domain.delivery import Webhook
from app.sources.files import read_delivery, sample_file
from app.sources.registry import SOURCES
from app.sources.trying import STAND_IN, recommended, settings_to_try
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.sources.examples import OTHER_SETTINGS
from tests.world import World, a_config, open_world

TAKEN = {"accepted", "held"}


@pytest.fixture
async def agency(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    """An agency with a source of every kind there is, each named like its kind."""
    entries = {kind: recommended(SOURCES[kind], **OTHER_SETTINGS.get(kind, {})) for kind in SOURCES}
    config = a_config(sources=entries)
    async with open_world(database_url, smtp, ntfy, config=config) as opened:
        yield opened


def sample(world: World, kind: str, *, secret: str = STAND_IN) -> Webhook:
    """The kind's own sample, signed at this instant with a secret."""
    source = SOURCES[kind]
    url = f"http://test/webhooks/{kind}"
    webhook = replace(read_delivery(sample_file(kind), source=kind), urls=(url,))
    settings = settings_to_try(source, secret=secret, **OTHER_SETTINGS.get(kind, {}))
    return source.sign(webhook, settings, now=world.clock())


async def post(world: World, webhook: Webhook) -> httpx.Response:
    return await world.http.post(
        webhook.urls[0], content=webhook.body, headers=dict(webhook.headers)
    )


async def test_each_kind_is_taken_once_and_kept_byte_for_byte(agency: World) -> None:
    for kind in SOURCES:
        webhook = sample(agency, kind)
        first = await post(agency, webhook)
        again = await post(agency, webhook)

        assert first.status_code in {200, 201}, (kind, first.text)
        assert first.json()["status"] in TAKEN, (kind, first.text)
        assert again.status_code == 200, (kind, again.text)
        assert again.json()["status"] == "duplicate", (kind, again.text)
        ids = [[lead["id"] for lead in each.json()["leads"]] for each in (first, again)]
        assert ids[0], kind
        assert ids[0] == ids[1], kind
        delivery = first.json()["delivery_id"]
        kept = await agency.http.get(
            f"/v1/deliveries/{delivery}/body",
            headers={"Authorization": "Bearer an-admin-key-for-tests-only"},
        )
        assert kept.content == webhook.body, kind
        await agency.settle()


async def test_each_kind_refuses_a_stranger_with_401_and_keeps_nothing(agency: World) -> None:
    for kind in SOURCES:
        forged = sample(agency, kind, secret="somebody-else-s-secret-of-32-letters")
        answer = await post(agency, forged)

        assert answer.status_code == 401, (kind, answer.text)
        assert "www-authenticate" in answer.headers

    assert (await agency.get("/v1/deliveries"))["items"] == []


async def test_a_test_of_each_kind_is_kept_and_nobody_is_told(agency: World) -> None:
    for kind in SOURCES:
        webhook = sample(agency, kind)
        marked = replace(webhook, headers={**webhook.headers, "x-lead-router-test": "1"})
        answer = await post(agency, marked)

        assert answer.status_code in {200, 201}, (kind, answer.text)
        assert answer.json()["status"] == "test", (kind, answer.text)
        assert {lead["status"] for lead in answer.json()["leads"]} == {"test"}, kind
        assert {lead["owner"] for lead in answer.json()["leads"]} == {None}, kind
        await agency.settle()

    assert (await agency.get("/v1/messages"))["items"] == []


async def test_each_kind_in_pieces_is_kept_and_never_an_error(agency: World) -> None:
    for kind in SOURCES:
        whole = sample(agency, kind)
        settings = settings_to_try(SOURCES[kind], **OTHER_SETTINGS.get(kind, {}))
        # Google's key stands in the body: without it there is nobody to believe.
        expected = {401} if kind == "google-ads" else {200, 201, 204}
        for body in (b"", whole.body[: len(whole.body) // 2], b"\xff\x00" * 50):
            broken = SOURCES[kind].sign(replace(whole, body=body), settings, now=agency.clock())
            answer = await post(agency, broken)

            assert answer.status_code in expected, (kind, answer.text)
        await agency.settle()
