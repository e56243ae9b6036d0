"""Runs a server of asyncio in a thread of its own, so that no test can slow it down."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self


class Background:
    """A TCP server on a free port of the loopback, while the `with` block lasts.

    `async with` does the same. Whatever `serving` answers is listened on and closed.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._listening = threading.Event()

    async def listen(self) -> asyncio.Server:
        """Listen on `self.socket`. What each fake does."""
        raise NotImplementedError

    def in_loop(self, call: Callable[[], Awaitable[None]]) -> None:
        """Run `call` among the server's own tasks, and wait for it."""

        async def run() -> None:
            await call()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=5)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._listening.wait(timeout=5):
            raise TimeoutError("the fake server did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self.listen())
        self._listening.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(_stop_everything())
        self._loop.close()


async def _stop_everything() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    # Transports that were told to close do so in the loop's next rounds.
    for _ in range(3):
        await asyncio.sleep(0)
