"""A server of calendars on the loopback: answers conditionally, redirects, hangs, never ends.

with FakeCalendars() as calendars:
    calendars.put("/managers.ics", shift("maria", ...))
    ... calendars.url("/managers.ics"), calendars.asked
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fakes.background import Background


@dataclass
class Page:
    """What is answered at a path."""

    body: bytes = b""
    etag: str | None = None
    modified: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False


class FakeCalendars(Background):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        """Path and headers of each request, in order."""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, page: bytes | Page) -> None:
        self.pages[path] = page if isinstance(page, Page) else Page(page)

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, sock=self.socket)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split()[1]
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            self.asked.append((path, headers))
            page = self.pages.get(path, Page(status=404))
            if page.hangs:
                await asyncio.sleep(3600)
            writer.write(_answer(page, headers))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def _answer(page: Page, headers: Mapping[str, str]) -> bytes:
    known = (
        (page.etag, headers.get("if-none-match")),
        (
            page.modified,
            headers.get("if-modified-since"),
        ),
    )
    unchanged = any(mine is not None and mine == theirs for mine, theirs in known)
    status = 304 if unchanged and page.status == 200 else page.status
    body = b"" if status == 304 else page.body
    told = {"Content-Type": "text/calendar", "Connection": "close", **page.headers}
    if status != 304:
        told["Content-Length"] = str(len(body))
    validators = {"ETag": page.etag, "Last-Modified": page.modified}
    told |= {name: value for name, value in validators.items() if value is not None}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def shifts(*turns: tuple[str, datetime, datetime]) -> bytes:
    """A calendar in which each of these is on call from when to when."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for number, (whom, start, end) in enumerate(turns):
        lines += ["BEGIN:VEVENT", f"UID:{number}", f"SUMMARY:On-call: {whom}"]
        lines += [f"DTSTART:{_written(start)}", f"DTEND:{_written(end)}", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
