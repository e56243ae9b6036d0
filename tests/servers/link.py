"""One client's connection through a proxy, and the one opened for it to the server."""

import asyncio
import socket
import struct
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from tests.servers.faults import LONGEST_WORDS, Cut, Faults, Trigger

_PIECE = 65_536
# Lingering for no time: closing sends a reset, as a crashed peer's kernel would.
_NO_LINGER = struct.pack("ii", 1, 0)


class Link:
    """Lives from a client's connection until either side, or a fault, ends it."""

    def __init__(
        self,
        faults: Faults,
        target: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.ended = asyncio.Event()
        self._faults = faults
        self._target = target
        self._from_client, self._to_client = reader, writer
        self._writers = [writer]
        self._cut = asyncio.Event()
        self._doom: Trigger | None = None

    def cut(self) -> None:
        """Have both sides reset."""
        self._cut.set()

    async def run(self) -> None:
        """Carry bytes both ways until the end."""
        try:
            await _first_of(self._converse(), self._cut.wait())
        except OSError:
            self.cut()
        finally:
            await self._close()

    async def _converse(self) -> None:
        await self._faults.hold()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers.append(writer)
        await _first_of(self._carry_up(writer), self._carry_down(reader))

    async def _carry_up(self, writer: asyncio.StreamWriter) -> None:
        said = b""
        while piece := await self._from_client.read(_PIECE):
            await self._faults.hold()
            if trigger := self._faults.notice(said, piece):
                self._heed(trigger)
            said = (said + piece)[-LONGEST_WORDS:]
            writer.write(piece)
            await writer.drain()

    def _heed(self, trigger: Trigger) -> None:
        match trigger.cut:
            case Cut.NEVER:
                trigger.fired.set()
            case Cut.BEFORE_ANSWER:
                self._doom = trigger
            case Cut.BEFORE_DELIVERY:
                self._doom = trigger
                raise ConnectionResetError

    async def _carry_down(self, reader: asyncio.StreamReader) -> None:
        while piece := await reader.read(_PIECE):
            await self._faults.hold()
            if self._doom is not None:
                raise ConnectionResetError
            allowed = self._faults.spend(len(piece))
            self._to_client.write(piece[:allowed])
            await self._to_client.drain()
            if allowed < len(piece):
                raise ConnectionResetError

    async def _close(self) -> None:
        for writer in self._writers:
            if self._cut.is_set():
                _reset(writer)
            await _close(writer)
        if self._doom is not None:
            self._doom.fired.set()
        self.ended.set()


async def _first_of(*works: Coroutine[Any, Any, object]) -> None:
    """Do all at once until the first ends, cancel the others, and raise what the first raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    # A socket that is closed already needs no reset, and knows no options.
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()


async def _close(writer: asyncio.StreamWriter) -> None:
    """Deliver what is on its way and close; a peer that takes too long is let go."""
    writer.close()
    try:
        with suppress(OSError):
            await asyncio.wait_for(writer.wait_closed(), 1)
    except TimeoutError:
        writer.transport.abort()
