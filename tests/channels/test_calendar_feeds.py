"""Asking for a calendar: what is answered, what is followed, and where nobody is led."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from app.channels import calendar_feed
from app.channels.calendar_feed import LARGEST, Body, NoFeed, Unchanged, get_feed
from app.channels.request import Patience
from tests.fakes.calendars import FakeCalendars, Page

FEED = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
MODIFIED = "Wed, 04 Mar 2026 10:00:00 GMT"


@pytest.fixture
def server() -> Iterator[FakeCalendars]:
    with FakeCalendars() as calendars:
        yield calendars


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(follow_redirects=False) as client:
        yield client


async def test_a_feed_is_had_with_what_to_ask_next_time(
    server: FakeCalendars, http: httpx.AsyncClient
) -> None:
    server.put("/a", Page(FEED, etag='"one"'))

    assert await get_feed(http, server.url("/a")) == Body(FEED, '"one"')
    assert await get_feed(http, server.url("/a"), validator='"one"') == Unchanged()
    assert await get_feed(http, server.url("/a"), validator='"two"') == Body(FEED, '"one"')


async def test_a_date_is_asked_with_as_a_date(
    server: FakeCalendars, http: httpx.AsyncClient
) -> None:
    server.put("/a", Page(FEED, modified=MODIFIED))

    assert await get_feed(http, server.url("/a")) == Body(FEED, MODIFIED)
    assert await get_feed(http, server.url("/a"), validator=MODIFIED) == Unchanged()


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (Page(status=404), NoFeed("it was answered 404")),
        (
            Page(status=503, headers={"Retry-After": "120"}),
            NoFeed("it was answered 503", timedelta(minutes=2)),
        ),
        (Page(b" " * (LARGEST + 1)), NoFeed(f"it is longer than {LARGEST} bytes")),
        (
            Page(FEED, headers={"Content-Encoding": "gzip"}),
            NoFeed("it came packed, although it was asked for as it is"),
        ),
        (Page(FEED, etag='"' + "x" * 400 + '"'), Body(FEED, None)),
    ],
    ids=["404", "503", "too long", "packed", "a long etag"],
)
async def test_what_else_may_be_answered(
    server: FakeCalendars, http: httpx.AsyncClient, page: Page, expected: object
) -> None:
    server.put("/a", page)

    assert await get_feed(http, server.url("/a")) == expected


async def test_a_server_that_hangs_is_not_waited_for(
    server: FakeCalendars, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_feed, "PATIENCE", Patience(connect=1, read=0.05, whole=0.1))
    server.put("/a", Page(FEED, hangs=True))

    assert isinstance(await get_feed(http, server.url("/a")), NoFeed)


async def test_nobody_there_is_a_reason_without_the_address(http: httpx.AsyncClient) -> None:
    answer = await get_feed(http, "http://127.0.0.1:9/private-token/feed")

    assert isinstance(answer, NoFeed)
    assert "private-token" not in answer.because


async def test_a_redirect_at_home_is_followed(
    server: FakeCalendars, http: httpx.AsyncClient
) -> None:
    server.put("/a", Page(status=302, headers={"Location": "/b"}))
    server.put("/b", Page(FEED))

    assert await get_feed(http, server.url("/a")) == Body(FEED, None)


async def test_a_circle_ends(server: FakeCalendars, http: httpx.AsyncClient) -> None:
    server.put("/a", Page(status=301, headers={"Location": "/a"}))

    assert await get_feed(http, server.url("/a")) == NoFeed("it is redirected again and again")
    assert len(server.asked) < 10


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://127.0.0.1:{other}/secrets", "not public"),
        ("http://localhost:{other}/secrets", "not public"),
        ("http://[::1]:{other}/secrets", "not public"),
        ("http://[::ffff:127.0.0.1]:{other}/secrets", "not public"),
        ("http://0.0.0.0:{other}/secrets", "not public"),
        ("http://2130706433:{other}/secrets", "not public"),
        ("http://169.254.169.254/latest/meta-data", "not public"),
        ("http://10.0.0.1/", "not public"),
        ("file:///etc/passwd", "no web address"),
        ("gopher://127.0.0.1/", "no web address"),
    ],
)
async def test_a_redirect_never_leads_into_the_house(
    server: FakeCalendars, http: httpx.AsyncClient, location: str, why: str
) -> None:
    with FakeCalendars() as inside:
        inside.put("/secrets", Page(FEED))
        server.put("/a", Page(status=307, headers={"Location": location.format(other=inside.port)}))

        answer = await get_feed(http, server.url("/a"))

    assert isinstance(answer, NoFeed)
    assert why in answer.because
    assert not inside.asked


async def test_a_public_name_is_connected_to_by_the_address_that_was_looked_at(
    server: FakeCalendars, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look-up and the connection a name may come to mean another address."""
    monkeypatch.setattr(calendar_feed, "_is_public", lambda _: True)
    with FakeCalendars() as elsewhere:
        elsewhere.put("/b", Page(FEED))
        to = f"http://localhost:{elsewhere.port}/b"
        server.put("/a", Page(status=302, headers={"Location": to}))
        asked: list[httpx.Request] = []

        async def note(request: httpx.Request) -> None:
            asked.append(request)

        http.event_hooks = {"request": [note]}
        answer = await get_feed(http, server.url("/a"))

    assert answer == Body(FEED, None)
    assert asked[-1].url.host in {"127.0.0.1", "::1"}
    assert asked[-1].headers["host"] == f"localhost:{elsewhere.port}"


async def test_a_stranger_does_not_lead_back_to_where_it_began(
    server: FakeCalendars, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator's own server may be asked for what the operator named, and nothing else."""
    with FakeCalendars() as stranger:
        public = f"http://localhost:{stranger.port}/b"
        monkeypatch.setattr(calendar_feed, "_public_address", _only(stranger.port))
        server.put("/a", Page(status=302, headers={"Location": public}))
        server.put("/admin", Page(FEED))
        stranger.put("/b", Page(status=302, headers={"Location": server.url("/admin")}))

        answer = await get_feed(http, server.url("/a"))

    assert answer == NoFeed("it is redirected to an address that is not public")
    assert [path for path, _ in server.asked] == ["/a"]


def _only(port: int) -> Callable[[httpx.URL], Awaitable[str]]:
    """A look-up by which one port alone is in public."""

    async def look_up(url: httpx.URL) -> str:
        if url.port != port:
            raise calendar_feed._Refused("it is redirected to an address that is not public")
        return "127.0.0.1"

    return look_up
