"""An ntfy server on the loopback: speaks its wire format, and takes nothing it would not.

    with FakeNtfy() as server:
        server.mode = "refuse"
        ... server.url, server.messages

Rules after https://docs.ntfy.sh/publish/ and /subscribe/api/. What a real ntfy would
refuse is refused here and written to `complaints`; leaving the block with a complaint
fails the test.
"""

import asyncio
import json
import re
import time
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import h11

from tests.fakes.background import Background

Mode = Literal[
    "accept", "refuse", "accept and hang", "accept without id", "accept and drop", "drop"
]

_NAME = re.compile(r"[-_A-Za-z0-9]{1,64}")
_TRANSPORT = {
    *("host", "accept", "accept-encoding", "connection", "user-agent", "content-length"),
    *("content-type", "authorization"),
}
_PUBLISHING = {"x-title", "x-priority", "x-tags", "x-click", "x-actions", "x-sequence-id"}
_ACTION_KEYS = {
    "view": {"action", "label", "url", "clear"},
    "http": {"action", "label", "url", "clear", "method", "headers", "body"},
}


@dataclass(frozen=True, slots=True)
class ReceivedPush:
    """One stored message. `at` is `time.time()` when its last byte was read."""

    at: float
    id: str
    topic: str
    message: str
    title: str = ""
    priority: int = 3
    tags: tuple[str, ...] = ()
    click: str = ""
    actions: tuple[Mapping[str, Any], ...] = ()
    sequence_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        shown = {
            "id": self.id,
            "time": int(self.at),
            "event": "message",
            "topic": self.topic,
            "message": self.message,
            "title": self.title,
            "priority": self.priority,
            "tags": list(self.tags),
            "click": self.click,
            "actions": list(self.actions),
            "sequence_id": self.sequence_id,
        }
        return {name: value for name, value in shown.items() if value}


class _Refused(Exception):
    def __init__(self, status: int, why: str) -> None:
        self.status = status
        self.why = why


class FakeNtfy(Background):
    """See the module. With a `token`, requests without it get 401."""

    def __init__(self, *, token: str | None = None) -> None:
        super().__init__()
        self.token = token
        self.mode: Mode = "accept"
        self.refusal = 500
        """The status of mode `refuse`."""
        self.retry_after: int | None = None
        self.messages: list[ReceivedPush] = []
        self.complaints: list[str] = []
        self.connections = 0
        self.bytes_read = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self, topic: str) -> list[ReceivedPush]:
        return [each for each in self.messages if each.topic == topic]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        if error is None and self.complaints:
            raise AssertionError(f"ntfy would have refused: {self.complaints}")

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, sock=self.socket)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            connection = h11.Connection(h11.SERVER)
            while await self._one_request(connection, reader, writer):
                connection.start_next_cycle()
        except (ConnectionError, h11.RemoteProtocolError):
            pass
        finally:
            writer.close()

    async def _one_request(
        self,
        connection: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        request, body = await self._read(connection, reader)
        if request is None or self.mode == "drop":
            return False
        status, said = self._answer(request, body)
        if self.mode == "accept and drop":
            return False
        if self.mode == "accept and hang":
            await asyncio.sleep(60)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(said)))]
        if self.retry_after is not None:
            headers.append(("Retry-After", str(self.retry_after)))
        for event in (
            h11.Response(status_code=status, headers=headers),
            h11.Data(data=said),
            h11.EndOfMessage(),
        ):
            writer.write(connection.send(event) or b"")
        await writer.drain()
        return connection.our_state is h11.DONE and connection.their_state is h11.DONE

    async def _read(
        self, connection: h11.Connection, reader: asyncio.StreamReader
    ) -> tuple[h11.Request | None, bytes]:
        request: h11.Request | None = None
        body = bytearray()
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                data = await reader.read(65536)
                self.bytes_read += len(data)
                connection.receive_data(data)
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return request, bytes(body)
            else:
                return None, b""

    def _answer(self, request: h11.Request, body: bytes) -> tuple[int, bytes]:
        headers = {name.decode().lower(): value.decode() for name, value in request.headers}
        try:
            self._let_in(headers)
            if request.method == b"GET":
                return 200, self._list(request.target.decode())
            return 200, self._publish(request, headers, body)
        except _Refused as refused:
            if refused.status == 400:
                self.complaints.append(refused.why)
            said = {"code": refused.status * 100 + 1, "http": refused.status, "error": refused.why}
            return refused.status, json.dumps(said).encode()

    def _let_in(self, headers: Mapping[str, str]) -> None:
        if self.mode == "refuse":
            raise _Refused(self.refusal, "told to")
        if self.token and headers.get("authorization") != f"Bearer {self.token}":
            raise _Refused(401, "unauthorized")

    def _list(self, target: str) -> bytes:
        parts = urlsplit(target)
        topic, _, rest = parts.path.removeprefix("/").partition("/")
        query = parse_qs(parts.query)
        if rest != "json" or query.get("poll") != ["1"] or not _is_since(query.get("since")):
            raise _Refused(400, f"nothing is read by GET {target}")
        return b"".join(json.dumps(each.as_json()).encode() + b"\n" for each in self.on(topic))

    def _publish(self, request: h11.Request, headers: dict[str, str], body: bytes) -> bytes:
        topic = request.target.decode().removeprefix("/")
        if request.method != b"POST" or not _NAME.fullmatch(topic):
            raise _Refused(400, f"nothing is published by {request.method!r} {request.target!r}")
        if unexpected := headers.keys() - _TRANSPORT - _PUBLISHING:
            raise _Refused(400, f"unexpected headers {sorted(unexpected)}")
        stored = ReceivedPush(
            at=time.time(),
            id=f"push{len(self.messages):08d}",
            topic=topic,
            message=_text(body),
            title=_decoded(headers.get("x-title", "")),
            priority=_priority(headers.get("x-priority", "3")),
            tags=tuple(filter(None, headers.get("x-tags", "").split(","))),
            click=_decoded(headers.get("x-click", "")),
            actions=_actions(_decoded(headers.get("x-actions", "[]"))),
            sequence_id=_sequence_id(headers.get("x-sequence-id")),
            headers=headers,
        )
        self.messages.append(stored)
        said = stored.as_json()
        if self.mode == "accept without id":
            del said["id"]
        return json.dumps(said).encode()


def _is_since(values: list[str] | None) -> bool:
    return (
        bool(values) and re.fullmatch(r"all|latest|\d+[smh]?", str((values or [""])[0])) is not None
    )


def _text(body: bytes) -> str:
    if not 0 < len(body) <= 4096:
        raise _Refused(400, f"a message of {len(body)} bytes is empty, or becomes an attachment")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise _Refused(400, "message must be UTF-8 encoded") from None


def _priority(value: str) -> int:
    if value not in {"1", "2", "3", "4", "5"}:
        raise _Refused(400, f"invalid priority {value}")
    return int(value)


def _sequence_id(value: str | None) -> str:
    if value is not None and not _NAME.fullmatch(value):
        raise _Refused(400, f"sequence ID invalid: {value}")
    return value or ""


def _actions(value: str) -> tuple[Mapping[str, Any], ...]:
    actions = json.loads(value)
    if len(actions) > 3:
        raise _Refused(400, "too many actions")
    for action in actions:
        allowed = _ACTION_KEYS.get(action.get("action"), set())
        if not action.keys() <= allowed or not action.get("label") or not action.get("url"):
            raise _Refused(400, f"actions invalid: {sorted(action)}")
    return tuple(actions)


_WORD = re.compile(r"=\?utf-8\?b\?([A-Za-z0-9+/=]*)\?=", re.IGNORECASE)


def _decoded(value: str) -> str:
    """RFC 2047 as Go's `mime.WordDecoder` reads it: blanks between two words vanish."""
    if any(len(word[0]) > 75 for word in _WORD.finditer(value)):
        raise _Refused(400, "an encoded word is longer than 75 characters")
    joined = re.sub(r"(?<=\?=) +(?==\?)", "", value)
    return _WORD.sub(lambda word: b64decode(word[1]).decode(), joined)
