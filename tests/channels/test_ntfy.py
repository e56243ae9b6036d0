"""Push over ntfy, against a server that speaks its wire format on a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from app.channels.ntfy import Ntfy
from app.channels.request import Patience
from app.domain.message import Action, MessageKind
from app.domain.outcome import Accepted, GiveUp, Outcome, TryAgain, Unknown, Withheld
from tests.channels.outgoing import A_MESSAGE, Gate
from tests.fakes.ntfy import FakeNtfy, Mode, ReceivedPush

IMPATIENT = Patience(connect=0.5, read=0.3, whole=1.0)
A_MINUTE = timedelta(minutes=1)
PUSH = replace(A_MESSAGE, to="dana")


@pytest.fixture
def server() -> Iterator[FakeNtfy]:
    with FakeNtfy() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
def channel(server: FakeNtfy, http: httpx.AsyncClient) -> Ntfy:
    return Ntfy(http=http, url=server.url, patience=IMPATIENT)


async def test_a_push_arrives_as_it_was_written(channel: Ntfy, server: FakeNtfy) -> None:
    gate = Gate()
    actions = (
        Action("Open", "https://leads.example.com/l/1"),
        Action("I have it", "https://leads.example.com/claim/1", posts=True),
    )

    outcome = await channel.send(replace(PUSH, urgent=True, actions=actions), gate)

    [received] = server.messages
    assert (outcome, gate.asked) == (Accepted("push00000000"), 1)
    assert replace(received, at=0, headers={}) == ReceivedPush(
        at=0,
        id="push00000000",
        topic="leads-dana",
        message=PUSH.text,
        title="New lead: Maria Lopez",
        priority=5,
        tags=("house",),
        click="https://leads.example.com/l/1",
        actions=(
            {"action": "view", "label": "Open", "url": "https://leads.example.com/l/1"},
            {
                "action": "http",
                "label": "I have it",
                "url": "https://leads.example.com/claim/1",
                "method": "POST",
                "clear": True,
            },
        ),
        sequence_id="lead-1-nudge-push",
    )
    assert received.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "text",
    [
        "María 李 مرحبا שלום 😀 " * 5,
        "=?UTF-8?B?aGVsbG8=?=",
        "=?",
        "plain",
        "👩‍👩‍👧‍👦",
    ],
)
async def test_any_script_arrives_in_title_text_and_buttons(
    channel: Ntfy, server: FakeNtfy, text: str
) -> None:
    text = text.strip()
    actions = (Action(text, "https://leads.example.com/"),)

    await channel.send(replace(PUSH, subject=text, text=text, actions=actions), Gate())

    [received] = server.messages
    assert (received.title, received.message) == (text, text)
    assert received.actions[0]["label"] == text


async def test_no_name_adds_a_header(channel: Ntfy, server: FakeNtfy) -> None:
    hostile = "Maria\r\nX-Email: victim@example.com\r\n\r\nmore\u202etxt.exe\x00"

    await channel.send(
        replace(PUSH, subject=hostile, text=hostile, actions=(Action(hostile, "https://a\r\nb"),)),
        Gate(),
    )

    [received] = server.messages
    line = "Maria X-Email: victim@example.com moretxt.exe"
    assert received.title == line
    assert received.message == "Maria\nX-Email: victim@example.com\n\nmoretxt.exe"
    assert received.actions[0]["label"] == line
    assert received.click == "https://a b"


async def test_what_is_too_long_is_cut_to_what_ntfy_shows(channel: Ntfy, server: FakeNtfy) -> None:
    actions = tuple(Action(f"Button {n}", "https://leads.example.com/") for n in range(5))

    outcome = await channel.send(
        replace(PUSH, subject="é" * 900, text="é" * 9000, actions=actions), Gate()
    )

    [received] = server.messages
    assert isinstance(outcome, Accepted)
    assert received.message == "é" * 2000
    assert received.title == "é" * 197 + "..."
    assert [each["label"] for each in received.actions] == ["Button 0", "Button 1", "Button 2"]


async def test_an_empty_push_still_says_something(channel: Ntfy, server: FakeNtfy) -> None:
    await channel.send(replace(PUSH, subject="", text=" \n"), Gate())

    assert server.messages[0].message == "-"


async def test_a_key_that_ntfy_would_refuse_is_replaced_by_the_id(
    channel: Ntfy, server: FakeNtfy
) -> None:
    await channel.send(replace(PUSH, key="lead:1/nudge"), Gate())

    assert server.messages[0].sequence_id == "01930000000070008000000000000001"


@pytest.mark.parametrize("to", ["", "dana/../otto", "dana otto", "däna", "d" * 60, "a?b=c"])
async def test_a_recipient_that_makes_no_topic_is_given_up(
    http: httpx.AsyncClient, server: FakeNtfy, to: str
) -> None:
    channel = Ntfy(http=http, url=server.url, topic="leads.{agent}" if not to else "leads-{agent}")
    gate = Gate()

    outcome = await channel.send(replace(PUSH, to=to), gate)

    assert outcome == GiveUp("the recipient's id makes no ntfy topic")
    assert (gate.asked, server.connections) == (0, 0)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (301, TryAgain("ntfy answered 301", A_MINUTE)),
        (400, GiveUp("ntfy answered 400")),
        (401, TryAgain("ntfy answered 401", A_MINUTE)),
        (403, TryAgain("ntfy answered 403", A_MINUTE)),
        (404, GiveUp("ntfy answered 404")),
        (413, GiveUp("ntfy answered 413")),
        (429, TryAgain("ntfy answered 429", timedelta(seconds=7))),
        (500, Unknown("ntfy answered 500")),
        (502, Unknown("ntfy answered 502")),
        (507, Unknown("ntfy answered 507")),
    ],
)
async def test_what_a_refusal_means(http: httpx.AsyncClient, status: int, outcome: Outcome) -> None:
    server = FakeNtfy()
    server.mode, server.refusal, server.retry_after = "refuse", status, 7
    with server:
        sent = await Ntfy(http=http, url=server.url).send(PUSH, Gate())
        server.complaints.clear()

    assert sent == outcome
    assert server.messages == []


@pytest.mark.parametrize(
    ("mode", "outcome", "stored"),
    [
        ("accept and hang", Unknown("no answer: ReadTimeout"), 1),
        ("accept and drop", Unknown("no answer: RemoteProtocolError"), 1),
        ("drop", Unknown("no answer: RemoteProtocolError"), 0),
        ("accept without id", Unknown("ntfy answered 200 without an id"), 1),
    ],
)
async def test_an_unclear_answer_is_unknown(
    channel: Ntfy, server: FakeNtfy, mode: Mode, outcome: Outcome, stored: int
) -> None:
    server.mode = mode

    assert await channel.send(PUSH, Gate()) == outcome
    assert len(server.messages) == stored


async def test_the_token_is_shown(http: httpx.AsyncClient) -> None:
    with FakeNtfy(token="tk_secret") as server:
        channel = Ntfy(http=http, url=server.url + "/", token="tk_secret")
        assert await channel.send(PUSH, Gate()) == Accepted("push00000000")
        assert await channel.look_up(PUSH) == Accepted("push00000000")
        assert "tk_secret" not in repr(channel)


async def test_nobody_listening_is_tried_again(http: httpx.AsyncClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    gate = Gate()

    outcome = await Ntfy(http=http, url=f"http://127.0.0.1:{port}").send(PUSH, gate)

    assert outcome == TryAgain("no answer: ConnectError")
    assert gate.asked == 0


@asynccontextmanager
async def serving(endless: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """A server that begins an answer of a gigabyte, and goes on until the client hangs up."""
    done = asyncio.Event()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                await endless(writer)
                await writer.drain()
        writer.close()
        done.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await asyncio.wait_for(done.wait(), timeout=5)


async def test_a_whole_request_is_bounded_even_if_bytes_trickle(http: httpx.AsyncClient) -> None:
    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(b" ")
        await asyncio.sleep(0.05)

    async with serving(trickle) as url:
        outcome = await Ntfy(http=http, url=url, patience=IMPATIENT).send(PUSH, Gate())

    assert outcome == Unknown("no answer: TimeoutError")


async def test_an_endless_answer_is_read_no_further_than_needed(http: httpx.AsyncClient) -> None:
    async def flood(writer: asyncio.StreamWriter) -> None:
        writer.write(b" " * 65536)

    async with serving(flood) as url:
        outcome = await Ntfy(http=http, url=url).send(PUSH, Gate())

    assert outcome == Unknown("ntfy answered 200 without an id")


async def test_a_closed_gate_sends_no_byte(channel: Ntfy, server: FakeNtfy) -> None:
    gate = Gate(opens=False)

    assert await channel.send(PUSH, gate) == Withheld()
    await asyncio.sleep(0.05)
    assert (gate.asked, server.connections, server.bytes_read) == (1, 1, 0)


async def test_the_gate_is_asked_once_the_connection_stands(
    channel: Ntfy, server: FakeNtfy
) -> None:
    seen: list[tuple[int, int]] = []

    async def gate() -> bool:
        await asyncio.sleep(0.05)
        seen.append((server.connections, server.bytes_read))
        return True

    await channel.send(PUSH, gate)

    assert seen == [(1, 0)]


async def test_a_gate_that_fails_sends_nothing(channel: Ntfy, server: FakeNtfy) -> None:
    with pytest.raises(ConnectionError, match="database"):
        await channel.send(PUSH, Gate(fails_with=ConnectionError("database")))

    await asyncio.sleep(0.05)
    assert server.bytes_read == 0


async def test_what_arrived_is_found_again(channel: Ntfy, server: FakeNtfy) -> None:
    other = replace(PUSH, id=UUID(int=1), key="another")
    await channel.send(other, Gate())
    server.mode = "accept and hang"
    await channel.send(PUSH, Gate())
    server.mode = "accept"

    assert await channel.look_up(PUSH) == Accepted("push00000001")


async def test_what_did_not_arrive_is_not_found(channel: Ntfy) -> None:
    await channel.send(replace(PUSH, key="another"), Gate())

    assert await channel.look_up(PUSH) == GiveUp("not found")


@pytest.mark.parametrize("mode", ["refuse", "drop", "accept and hang"])
async def test_a_look_up_without_an_answer_tells_nothing(
    channel: Ntfy, server: FakeNtfy, mode: Mode
) -> None:
    server.mode = mode

    assert await channel.look_up(PUSH) is None


@pytest.mark.parametrize("listed", ["<html>", "[]", '{"id": "a"}\nnull', "{" * 50_000])
async def test_a_list_that_is_none_tells_nothing(listed: str) -> None:
    stream = httpx.ByteStream(listed.encode())
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=stream))
    async with httpx.AsyncClient(transport=transport) as client:
        assert await Ntfy(http=client, url="http://ntfy.test").look_up(PUSH) is None


@pytest.mark.parametrize("kind", list(MessageKind))
async def test_every_kind_of_message_can_be_pushed(
    channel: Ntfy, server: FakeNtfy, kind: MessageKind
) -> None:
    assert await channel.send(replace(PUSH, kind=kind), Gate()) == Accepted("push00000000")
    assert server.messages[0].priority == 3
