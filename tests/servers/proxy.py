"""A TCP proxy between the service and PostgreSQL, Redis or a mail server, to break what is said.

It runs on a thread of its own, so that it works whether or not the test blocks its event loop.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tests.servers.faults import Cut, Faults, Trigger
from tests.servers.link import Link
from tests.servers.ports import free_port

T = TypeVar("T")


class Proxy:
    """Passes everything on until told otherwise. May be told from any thread but its own."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.accepted = 0
        """Connections taken so far."""
        self._target = target
        self._faults = Faults()
        self._links: set[Link] = set()
        self._listener: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self.heal()

    def close(self) -> None:
        """Reset what is open and be gone."""
        self._call(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def heal(self) -> None:
        """Forget all faults; what hung goes on from where it stood still."""
        self._call(self._heal())

    def refuse(self) -> None:
        """Reset what is open and refuse new connections, as if the server were down."""
        self._call(self._shut())

    def hang(self) -> None:
        """Go on accepting, and say nothing either way: a network that swallows everything."""
        self._call(self._hang())

    def cut(self) -> None:
        """Reset every open connection now; new ones are welcome."""
        self._call(self._cut_all())

    def delay(self, seconds: float) -> None:
        """Keep every piece that long before it is passed on, either way."""
        self._faults.latency = seconds

    def cut_after(self, count: int) -> None:
        """Let `count` more bytes through to clients, all told, then reset whoever gets the next."""
        self._faults.budget = count

    def when_said(
        self,
        words: bytes,
        *,
        cut: Cut = Cut.BEFORE_ANSWER,
        then: Callable[[], None] | None = None,
    ) -> threading.Event:
        """Cut the connection on which `words` go to the server next, once; others go on.

        `then` is called as the words are seen, before they are passed on, on the proxy's thread:
        it may kill a process, but must not talk to this proxy. The event answered is set when all
        of it has happened.
        """
        trigger = Trigger(words, cut, then)
        self._faults.trigger = trigger
        return trigger.fired

    def _call(self, work: Coroutine[None, None, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _heal(self) -> None:
        faults = self._faults
        faults.latency, faults.budget, faults.trigger = 0.0, None, None
        faults.flowing.set()
        if self._listener is None:
            self._listener = await asyncio.start_server(self._take, "127.0.0.1", self.port)

    async def _hang(self) -> None:
        self._faults.flowing.clear()

    async def _shut(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        await self._cut_all()

    async def _cut_all(self) -> None:
        links = list(self._links)
        for link in links:
            link.cut()
        await asyncio.gather(*(link.ended.wait() for link in links))

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        link = Link(self._faults, self._target, reader, writer)
        self._links.add(link)
        try:
            await link.run()
        finally:
            self._links.discard(link)


@contextmanager
def proxy(target: int) -> Iterator[Proxy]:
    """Run a proxy to a port of this machine for the length of a `with` block."""
    between = Proxy(target)
    between.start()
    try:
        yield between
    finally:
        between.close()
