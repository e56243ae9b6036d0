"""Meta's Graph API on the loopback, as far as leads are read from it.

    with FakeLeadApi() as api:
        api.put("140000000000001", full_name="Grace Kim", email="grace@example.com")
        api.refuses = 503
        ... api.url, api.asked

Rules after https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving.
What nobody should ask of it is written to `complaints`; leaving the block with a complaint
fails the test.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import h11

from tests.fakes.background import Background

Mode = Literal["answer", "drop", "hang", "half an answer", "no end", "garbage"]

TOKEN = "page-token-of-tests"  # 19 characters

_INSTEAD: dict[str, bytes] = {
    "garbage": b"<html>We will be back soon",
    "no end": b" " * (2 * 1024 * 1024),
}
_HEADERS = {"host", "accept", "accept-encoding", "connection", "user-agent", "authorization"}


class FakeLeadApi(Background):
    """See the module. Every token of `tokens` may read every lead."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = {TOKEN}
        self.leads: dict[str, dict[str, Any]] = {}
        self.gone: set[str] = set()
        self.mode: Mode = "answer"
        self.refuses: int | None = None
        """A status that everything is answered with."""
        self.headers: dict[str, str] = {}
        """Sent with a refusal."""
        self.asked: list[str] = []
        """The leads that were asked for, in order, whatever became of it."""
        self.complaints: list[str] = []
        self._meanwhile: Callable[[], Awaitable[None]] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, lead_id: str, **answers: str) -> None:
        """There is a lead, and this is what its person answered."""
        self.leads[lead_id] = {
            "id": lead_id,
            "created_time": "2026-03-16T15:59:50+0000",
            "form_id": "130000000000001",
            "is_organic": False,
            "platform": "fb",
            "field_data": [{"name": name, "values": [text]} for name, text in answers.items()],
        }

    def before_next_answer(self, do: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have `do` done in the caller's event loop, once, while somebody waits for an answer."""
        loop = asyncio.get_running_loop()

        async def meanwhile() -> None:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(do(), loop))

        self._meanwhile = meanwhile

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        if error is None and self.complaints:
            raise AssertionError(f"nobody asks for leads like this: {self.complaints}")

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, sock=self.socket)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
        request = await self._read(connection, reader)
        if request is None:
            return False
        status, body = self._answer(request)
        if self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            await meanwhile()
        if self.mode == "drop":
            return False
        if self.mode == "hang":
            await asyncio.sleep(60)
        body = _INSTEAD.get(self.mode, body)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        headers |= self.headers if status >= 300 else {}
        writer.write(
            connection.send(h11.Response(status_code=status, headers=list(headers.items()))) or b""
        )
        if self.mode == "half an answer":
            writer.write(body[: len(body) // 2])
            await writer.drain()
            return False
        for event in (h11.Data(data=body), h11.EndOfMessage()):
            writer.write(connection.send(event) or b"")
        await writer.drain()
        return connection.our_state is h11.DONE and connection.their_state is h11.DONE

    async def _read(
        self, connection: h11.Connection, reader: asyncio.StreamReader
    ) -> h11.Request | None:
        request: h11.Request | None = None
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(65536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                self.complaints.append("a GET with a body")
            elif isinstance(event, h11.EndOfMessage):
                return request
            else:
                return None

    def _answer(self, request: h11.Request) -> tuple[int, bytes]:
        headers = {name.decode().lower(): value.decode() for name, value in request.headers}
        parts = urlsplit(request.target.decode())
        query = parse_qs(parts.query)
        lead_id = parts.path.removeprefix("/")
        self._look_at(request.method, lead_id, query, headers)
        self.asked.append(lead_id)
        if self.refuses is not None:
            return self.refuses, _error(2, "told to")
        [token] = query.get("access_token", [""])
        if token not in self.tokens:
            return 400, _error(190, "Invalid OAuth access token.")
        if lead_id in self.gone:
            return 404, _error(100, "Object does not exist")
        if lead_id not in self.leads:
            return 400, _error(100, "Unsupported get request.")
        return 200, json.dumps(self.leads[lead_id]).encode()

    def _look_at(
        self,
        method: bytes,
        lead_id: str,
        query: Mapping[str, list[str]],
        headers: Mapping[str, str],
    ) -> None:
        if method != b"GET" or not lead_id.isdigit():
            self.complaints.append(f"{method!r} of {lead_id!r}")
        if query.keys() - {"access_token", "fields"} or headers.keys() - _HEADERS:
            self.complaints.append(f"unexpected: {sorted(query)}, {sorted(headers)}")
        if headers.get("authorization") != f"Bearer {query.get('access_token', [''])[0]}":
            self.complaints.append("two different tokens")
        if headers.get("accept-encoding") != "identity":
            self.complaints.append("what is packed may swell")


def _error(code: int, message: str) -> bytes:
    return json.dumps({"error": {"message": message, "code": code}}).encode()
