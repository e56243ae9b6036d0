"""Confirming a subscription: which URLs are fetched, and what the answer means."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Self

import httpx
import pytest

from app.channels.handshake import Handshake, is_sns_confirmation
from app.channels.request import Patience
from app.domain.message import MessageKind
from app.domain.outcome import Accepted, GiveUp, Outcome, TryAgain, Withheld
from tests.channels.outgoing import A_MESSAGE, Gate

IMPATIENT = Patience(connect=0.5, read=0.2, whole=0.5)
SNS = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn&Token=t"


@pytest.mark.parametrize(
    "url",
    [
        SNS,
        SNS.replace(".com/", ".com:443/"),
        SNS.replace("us-east-1.amazonaws.com", "cn-north-1.amazonaws.com.cn"),
    ],
)
def test_a_confirmation_of_sns_is_fetched(url: str) -> None:
    assert is_sns_confirmation(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sns.us-east-1.amazonaws.com",
        SNS.replace("https", "http"),
        SNS.replace("https", "file"),
        SNS.replace("sns.", "s3."),
        SNS.replace("https://", "https://user:password@"),
        SNS.replace("https://sns", "https://evil.example\\@sns"),
        SNS.replace(".com/", ".com:8443/"),
        SNS.replace(".com/", ".com:port/"),
        SNS.replace(".com/", ".com.evil.example/"),
        SNS.replace("us-east-1", "us-east-1.evil"),
        SNS.replace("us-east-1", ""),
        SNS.replace("sns.us-east-1.amazonaws.com", "169.254.169.254"),
        SNS.replace("sns.us-east-1.amazonaws.com", "[::1"),
        SNS.replace("https://", "https://evil.example#"),
        SNS.replace("ConfirmSubscription", "DeleteTopic"),
        SNS + "&Action=DeleteTopic",
        "https://sns.us-east-1.amazonaws.com/",
    ],
)
async def test_no_other_url_is_fetched(url: str) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise AssertionError("fetched")

    gate = Gate()
    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse)) as http:
        message = replace(A_MESSAGE, kind=MessageKind.HANDSHAKE, to=url)
        outcome = await Handshake(http).send(message, gate)

    assert outcome == GiveUp("not a confirmation URL of Amazon SNS")
    assert gate.asked == 0


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(follow_redirects=True) as client:
        yield client


class Provider:
    """Answers every request with the same bytes, and keeps what it was asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.asked: list[bytes] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/confirm?a=b"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if request := await reader.read(65536):
                self.asked.append(request.split(b"\r\n")[0])
                writer.write(self.answer)
                await asyncio.sleep(0.3 if not self.answer else 0)
        finally:
            writer.close()


def answer(status: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", "Content-Length: 0", *headers, "", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (answer(200), Accepted("confirmed")),
        (answer(302, "Location: http://127.0.0.1:1/"), GiveUp("the provider answered 302")),
        (answer(403), GiveUp("the provider answered 403")),
        (
            answer(429, "Retry-After: 9"),
            TryAgain("the provider answered 429", timedelta(seconds=9)),
        ),
        (
            answer(503, "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"),
            TryAgain("the provider answered 503"),
        ),
        (b"what?\r\n\r\n", TryAgain("no answer: RemoteProtocolError")),
        (b"", TryAgain("no answer: ReadTimeout")),
    ],
)
async def test_what_the_answer_means(
    http: httpx.AsyncClient, said: bytes, outcome: Outcome
) -> None:
    async with Provider(said) as provider:
        channel = Handshake(http, may_fetch=lambda _: True, patience=IMPATIENT)
        message = replace(A_MESSAGE, kind=MessageKind.HANDSHAKE, to=provider.url)
        assert await channel.send(message, Gate()) == outcome

    assert provider.asked == [b"GET /confirm?a=b HTTP/1.1"]


async def test_a_closed_gate_fetches_nothing(http: httpx.AsyncClient) -> None:
    async with Provider(answer(200)) as provider:
        channel = Handshake(http, may_fetch=lambda _: True)
        message = replace(A_MESSAGE, kind=MessageKind.HANDSHAKE, to=provider.url)
        assert await channel.send(message, Gate(opens=False)) == Withheld()
        await asyncio.sleep(0.02)

    assert provider.asked == []
