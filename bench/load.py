"""The load generator: a process of its own that posts leads and notes when.

It speaks just enough HTTP to cost little, since it shares the cores with what it measures.
`closed`: so many connections, each posting its next lead as soon as the last is answered.
`open`: so many leads a second whatever the answers take; times count from the instant at
which a lead was meant to be posted, so that a slow answer cannot hide the wait of others.
The last line of its output is one JSON object.
"""

import argparse
import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import uvloop

from bench.payload import request

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

Done = Callable[["Connection", int, bytes], None]
"""Called with the status and the body of each answer."""


class Connection(asyncio.Protocol):
    """One connection that is kept, with one request on its way at most."""

    def __init__(self, done: Done) -> None:
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._heard = b""
        self.lead = 0
        self.posted_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None

    def post(self, lead: int, port: int, at: float) -> None:
        """Post a lead that was to be posted at `at`, by the monotonic clock."""
        if self._transport is None:
            raise ConnectionError("the server hung up")
        self.lead, self.posted_at = lead, at
        self._transport.write(request(lead, port))

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, end, body = self._heard.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or length is None or len(body) < int(length[1]):
            return
        self._heard = b""
        self._done(self, int(head[9:12]), body)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


@dataclass(slots=True)
class Figures:
    """What a run measured. Latencies are seconds."""

    seconds: float = 0.0
    answered: int = 0
    refused: int = 0
    """Answers that were not 200 with status `accepted`."""
    refusal: str = ""
    """The first of those answers, in short."""
    latencies: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    """What the generator itself used."""
    leads: list[dict[str, Any]] = field(default_factory=list)
    """In the open loop: number, `posted_at` by the wall clock, and what was answered."""

    def note(self, status: int, body: bytes, latency: float) -> None:
        if status == 200 and b'"status":"accepted"' in body.replace(b" ", b""):
            self.answered += 1
            self.latencies.append(latency)
        else:
            self.refused += 1
            self.refusal = self.refusal or f"{status} {body[:300]!r}"


async def closed(port: int, *, connections: int, warm_up: float, seconds: float) -> Figures:
    """Post as fast as the answers come; the warm-up is not counted."""
    figures = Figures(seconds=seconds)
    start = time.monotonic() + warm_up
    end = start + seconds
    numbers = iter(range(1, 10_000_000))
    over = asyncio.get_running_loop().create_future()
    posting = 0

    def done(connection: Connection, status: int, body: bytes) -> None:
        nonlocal posting
        now = time.monotonic()
        if start <= now < end:
            figures.note(status, body, now - connection.posted_at)
        if now < end:
            connection.post(next(numbers), port, now)
            return
        posting -= 1
        if not posting:
            over.set_result(None)

    opened = await _connect(port, connections, done)
    for connection in opened:
        posting += 1
        connection.post(next(numbers), port, time.monotonic())
    await asyncio.wait_for(over, warm_up + seconds + 30)
    _close(opened)
    return figures


async def steady(port: int, *, rate: float, seconds: float) -> Figures:
    """Post `rate` leads a second, evenly."""
    figures = Figures(seconds=seconds)
    count = round(rate * seconds)
    idle: list[Connection] = []
    over = asyncio.Event()
    wall = time.time() - time.monotonic()

    def done(connection: Connection, status: int, body: bytes) -> None:
        figures.note(status, body, time.monotonic() - connection.posted_at)
        answer = json.loads(body) if status == 200 else {}
        posted_at = wall + connection.posted_at
        figures.leads.append({"number": connection.lead, "posted_at": posted_at, "said": answer})
        idle.append(connection)
        if len(figures.leads) == count:
            over.set()

    opened = await _connect(port, 32, done)
    idle.extend(opened)
    start = time.monotonic() + 0.1
    for number in range(1, count + 1):
        meant = start + (number - 1) / rate
        await asyncio.sleep(max(0.0, meant - time.monotonic()))
        if not idle:
            idle.extend(await _connect(port, 8, done))
        idle.pop(0).post(number, port, meant)
    await asyncio.wait_for(over.wait(), 30)
    _close(opened)
    return figures


async def _connect(port: int, count: int, done: Done) -> list[Connection]:
    loop = asyncio.get_running_loop()
    return [
        (await loop.create_connection(lambda: Connection(done), "127.0.0.1", port))[1]
        for _ in range(count)
    ]


def _close(connections: list[Connection]) -> None:
    for connection in connections:
        connection.close()


async def _run(wanted: argparse.Namespace) -> Figures:
    before = time.process_time()
    if wanted.rate:
        figures = await steady(wanted.port, rate=wanted.rate, seconds=wanted.seconds)
    else:
        figures = await closed(
            wanted.port,
            connections=wanted.connections,
            warm_up=wanted.warm_up,
            seconds=wanted.seconds,
        )
    figures.cpu_seconds = time.process_time() - before
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--connections", type=int, default=64, help="closed loop")
    parser.add_argument("--warm-up", type=float, default=1.0, help="closed loop")
    parser.add_argument("--rate", type=float, default=0.0, help="leads a second: open loop")
    wanted = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(_run(wanted))
    print(json.dumps(asdict(figures)))


if __name__ == "__main__":
    main()
