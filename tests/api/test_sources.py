"""`GET /v1/sources`: what is on, what it brought lately, and what it should have brought."""

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from tests.api.answers import breaches
from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.faults.test_silence_is_told import a_delivery, arrived, hourly
from tests.world import ADMIN, FORM, NOON, World, a_config, a_form, open_world

OF_CONFIG = ("google-ads", "realtor", "website", "zillow")


async def test_every_source_of_the_config_is_listed_with_what_it_brought(world: World) -> None:
    await world.receives(a_form(1))
    await world.receives(a_form(1, message="canary asks again"))
    world.clock.at += timedelta(minutes=5)
    await world.receives({"fld_1": "canary"})
    for _ in range(3):
        await world.http.post("/webhooks/website/wrong", data=a_form(2))

    shown = await world.get("/v1/sources")

    assert shown["next_cursor"] is None
    assert [each["id"] for each in shown["items"]] == list(OF_CONFIG)
    assert breaches(shown) == []
    assert shown["items"][2] == {
        "id": "website",
        "kind": "web-form",
        "title": shown["items"][2]["title"],
        "path": "/webhooks/website",
        "on": True,
        "why_off": None,
        "last_delivery_at": "2026-03-16T16:05:00Z",
        "last_lead_at": "2026-03-16T16:00:00Z",
        "last_day": {"accepted": 1, "updated": 1, "quarantined": 1},
        "refused": 3,
        "silent": None,
        "expected": None,
    }
    google = shown["items"][0]
    assert google["title"] == "Google Ads lead forms"
    assert (google["last_delivery_at"], google["last_lead_at"], google["last_day"]) == (
        None,
        None,
        {},
    )


async def test_a_source_that_is_off_says_what_it_wants(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    sources = {"website": {"kind": "web-form", "secret": "${A_VARIABLE_THAT_IS_NOT_SET}"}}
    async with open_world(database_url, smtp, ntfy, config=a_config(sources=sources)) as world:
        [shown] = (await world.get("/v1/sources"))["items"]

        assert (shown["on"], shown["why_off"]) == (False, "A_VARIABLE_THAT_IS_NOT_SET is not set")
        assert shown["silent"] is None


async def test_silence_is_shown_with_what_would_have_come(world: World) -> None:
    await arrived(world.held.database, hourly(NOON))
    await arrived(world.held.database, [a_delivery(NOON - timedelta(days=70), "realtor")])
    world.clock.at += timedelta(hours=5)
    usual = (await world.get("/v1/sources"))["items"]
    world.clock.at += timedelta(hours=8)
    unusual = (await world.get("/v1/sources"))["items"]

    assert [each["silent"] for each in usual] == [None, None, False, None]
    assert [each["silent"] for each in unusual] == [None, None, True, None]
    assert 4 < usual[2]["expected"] < 5
    assert 11 < unusual[2]["expected"] < 13
    assert usual[1]["last_lead_at"] == "2026-01-05T16:00:00Z"
    assert usual[2]["last_day"] == {"accepted": 19}


async def test_metrics_count_what_came_and_what_was_refused(world: World) -> None:
    await world.receives(a_form(1))
    for _ in range(2):
        await world.http.post("/webhooks/realtor", content=b"canary")
    await world.http.post(f"{FORM}x", data=a_form(2))
    text = (await world.http.get("/metrics")).text

    told = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert told["lead_router_source_deliveries", "website", "accepted"] == 1
    assert told["lead_router_refused_total", "realtor"] == 2
    assert told["lead_router_refused_total", "website"] == 1


async def test_the_list_has_no_secret(world: World) -> None:
    answer = await world.http.get("/v1/sources", headers=ADMIN)

    for secret in ("website-secret-of-tests", "invented-shared-key", "zillow-password"):
        assert secret not in answer.text
