"""`POST /v1/events`: a sender that knows only Follow Up Boss finds its source by its key."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.fakes.ntfy import FakeNtfy
from tests.fakes.smtp import FakeSmtp
from tests.world import ADMIN_KEY, World, a_config, open_world

SOURCES = {
    "sierra-site": {"kind": "follow-up-boss", "api_key": "key-of-the-sierra-site"},
    "ylopo": {"kind": "follow-up-boss", "api_key": "key-of-ylopo-for-tests", "medium": "idx"},
}


@pytest.fixture
async def agency(database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy) -> AsyncIterator[World]:
    config = a_config(sources=SOURCES)
    async with open_world(database_url, smtp, ntfy, config=config) as opened:
        yield opened


def an_event(number: int = 1, **event: Any) -> dict[str, Any]:
    person = {
        "firstName": "Canary",
        "lastName": f"Number{number}",
        "emails": [{"value": f"canary{number}@example.com"}],
    }
    return {"source": "Website", "type": "Registration", "person": person} | event


def key(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{text}:'.encode()).decode()}"}


YLOPO = key("key-of-ylopo-for-tests")


async def post(
    world: World, body: Any, *, to: str = "/v1/events", headers: dict[str, str] = YLOPO
) -> httpx.Response:
    answer = await world.http.post(to, json=body, headers=headers)
    await world.settle()
    return answer


async def test_the_key_says_which_source_it_is(agency: World) -> None:
    answer = await post(agency, an_event())

    assert answer.status_code == 201
    [lead] = answer.json()["leads"]
    told = await agency.get(f"/v1/leads/{lead['id']}")
    assert (told["source"], told["medium"], lead["owner"]) == ("ylopo", "idx", told["owner"])
    assert told["owner"] is not None


@pytest.mark.parametrize("to", ["/v1/events", "/webhooks/ylopo", "/webhooks/ylopo/v1/events"])
async def test_each_address_answers_as_follow_up_boss_does(agency: World, to: str) -> None:
    new = await post(agency, an_event(), to=to)
    same = await post(agency, an_event(), to=to)
    more = await post(agency, an_event(message="And the garden?"), to=to)
    looked = await post(agency, an_event(type="Viewed Page"), to=to)
    unread = await post(agency, {"type": "Registration"}, to=to)

    assert [each.status_code for each in (new, same, more, looked, unread)] == [
        201,
        200,
        200,
        204,
        200,
    ]
    assert [each.json()["status"] for each in (new, same, more, unread)] == [
        "accepted",
        "duplicate",
        "updated",
        "quarantined",
    ]
    assert looked.content == b""
    kept = (await agency.get("/v1/deliveries"))["items"]
    assert len(kept) == 5
    assert len({lead["id"] for each in (new, same, more) for lead in each.json()["leads"]}) == 1


async def test_who_unsubscribes_is_not_mailed_and_keeps_their_owner(agency: World) -> None:
    new = await post(agency, an_event())
    gone = await post(agency, an_event(type="Unsubscribed"))

    [lead] = gone.json()["leads"]
    assert (gone.status_code, lead["status"]) == (200, "updated")
    told = await agency.get(f"/v1/leads/{lead['id']}")
    assert told["owner"] == new.json()["leads"][0]["owner"]
    assert told["consent"]["email"] is False


async def test_an_unsubscription_of_a_stranger_greets_nobody(agency: World) -> None:
    answer = await post(agency, an_event(type="Unsubscribed"))

    assert (answer.status_code, answer.content) == (204, b"")
    assert agency.smtp.messages == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        key("key-of-nobody-in-particular"),
        key(ADMIN_KEY),
        {"Authorization": f"Bearer {ADMIN_KEY}"},
        key(""),
    ],
)
async def test_a_stranger_is_refused_in_follow_up_bosss_shape(
    agency: World, headers: dict[str, str]
) -> None:
    for answer in (
        await post(agency, an_event(), headers=headers),
        await agency.http.get("/v1/identity", headers=headers),
    ):
        assert answer.status_code == 401
        assert answer.json()["errorMessage"] == answer.json()["detail"]
        assert answer.headers["www-authenticate"].startswith("Basic ")
    assert (await agency.get("/v1/deliveries"))["items"] == []


async def test_the_key_of_one_source_opens_no_other(agency: World) -> None:
    answer = await post(agency, an_event(), to="/webhooks/sierra-site")

    assert answer.status_code == 401
    assert answer.json()["errorMessage"] == "Source sierra-site: the API key is wrong."


async def test_a_client_can_try_its_key_first(agency: World) -> None:
    answer = await agency.http.get("/v1/identity", headers=YLOPO)

    assert answer.status_code == 200
    assert answer.json() == {
        "account": {"name": "ylopo", "domain": "ylopo"},
        "user": {"name": "ylopo"},
    }


async def test_a_key_that_may_be_that_of_a_source_still_off_is_told_to_come_again(
    database_url: str, smtp: FakeSmtp, ntfy: FakeNtfy
) -> None:
    sources = SOURCES | {"off": {"kind": "follow-up-boss", "api_key": "${NOT_SET_IN_TESTS}"}}
    async with open_world(database_url, smtp, ntfy, config=a_config(sources=sources)) as agency:
        unknown = await post(agency, an_event(), headers=key("key-of-nobody-in-particular"))
        nothing = await post(agency, an_event(), headers={})
        known = await post(agency, an_event())

    assert (unknown.status_code, unknown.headers["retry-after"]) == (503, "60")
    assert nothing.status_code == 401
    assert known.status_code == 201


async def test_a_body_that_is_too_large_is_refused(agency: World) -> None:
    answer = await post(agency, an_event(message="x" * 1024 * 1024))

    assert answer.status_code == 413
