"""Asking a source for a lead: once, bounded, with nothing followed."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.channels.fetch import LARGEST, fetch
from app.channels.request import Answer, Patience
from app.domain.outcome import TryAgain, Withheld
from tests.channels.outgoing import Gate
from tests.channels.test_handshake import Provider

IMPATIENT = Patience(connect=0.5, read=0.2, whole=0.5)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(follow_redirects=True) as client:
        yield client


def _said(status: int, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def test_an_answer_is_given_as_it_came(http: httpx.AsyncClient) -> None:
    async with Provider(_said(200, b'{"id": 1}', "X-Id: 1")) as provider:
        answer = await fetch(http, provider.url, {"X-Key": "k"}, Gate())

    assert isinstance(answer, Answer)
    assert (answer.status, answer.body, answer.headers["x-id"]) == (200, b'{"id": 1}', "1")


async def test_a_redirect_is_not_followed_with_a_token(http: httpx.AsyncClient) -> None:
    async with Provider(_said(302, b"", "Location: http://127.0.0.1:1/")) as provider:
        answer = await fetch(http, provider.url, {}, Gate())

    assert isinstance(answer, Answer)
    assert answer.status == 302
    assert len(provider.asked) == 1


async def test_of_an_endless_answer_one_byte_too_many_is_read(http: httpx.AsyncClient) -> None:
    async with Provider(_said(200, b" " * (LARGEST + 5))) as provider:
        answer = await fetch(http, provider.url, {}, Gate())

    assert isinstance(answer, Answer)
    assert len(answer.body) == LARGEST + 1


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"what?\r\n\r\n", "no answer: RemoteProtocolError"),
        (b"", "no answer: ReadTimeout"),
        (_said(200, b"whole")[:-2], "no answer: RemoteProtocolError"),
    ],
)
async def test_what_is_unclear_may_be_asked_again(
    http: httpx.AsyncClient, said: bytes, why: str
) -> None:
    async with Provider(said) as provider:
        answer = await fetch(http, provider.url, {}, Gate(), patience=IMPATIENT)

    assert answer == TryAgain(why)


async def test_nobody_there_is_no_answer(http: httpx.AsyncClient) -> None:
    answer = await fetch(http, "http://127.0.0.1:1/", {}, Gate(), patience=IMPATIENT)

    assert answer == TryAgain("no answer: ConnectError")


async def test_a_closed_gate_asks_nobody(http: httpx.AsyncClient) -> None:
    async with Provider(_said(200)) as provider:
        assert await fetch(http, provider.url, {}, Gate(opens=False)) == Withheld()

    assert provider.asked == []


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://[::1", {}),
        ("http://127.0.0.1:99999999/", {}),
        ("http://127.0.0.1/", {"X-Key": "canary\r\nX-Other: 1"}),
        ("http://127.0.0.1/", {"X-Key": "\ud800"}),
    ],
)
async def test_what_cannot_be_written_as_http_is_not_sent(
    http: httpx.AsyncClient, url: str, headers: dict[str, str]
) -> None:
    gate = Gate()

    answer = await fetch(http, url, headers, gate, patience=IMPATIENT)

    assert isinstance(answer, TryAgain)
    assert gate.asked == 0
    assert "canary" not in answer.because
