"""The executor inside this process: a few tasks for each class of message.

Serves the embedded form whole. In the distributed form it is what an engine sends with
when no worker does: any one surviving process is enough.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from uuid import UUID

from app.domain.message import Message, MessageClass

Handler = Callable[[UUID], Awaitable[None]]
"""Does all there is to do about one message. Never raises."""

WIDTH: Mapping[MessageClass, int] = {
    MessageClass.ESCALATION: 4,
    MessageClass.AUTO_RESPONSE: 4,
    MessageClass.FETCH: 4,
    MessageClass.WEBHOOK_OUT: 2,
    MessageClass.BULK: 1,
}
"""How many messages of a class are sent at once: a slow class never holds up another."""


YIELD_FOR = 0.02
MOST_YIELDS = 10
"""A send steps back this often, for this long, while leads are waiting to be stored: never
more than 0.2 s, so that a flood slows sending down and cannot stop it."""


def _never() -> bool:
    return False


class LocalExecutor:
    """Hears the doorbell, and does the work. Start it inside a running event loop."""

    def __init__(self, handler: Handler, *, width: Mapping[MessageClass, int] = WIDTH) -> None:
        self._handler = handler
        self._queues: dict[MessageClass, asyncio.Queue[UUID]] = {
            cls: asyncio.Queue() for cls in MessageClass
        }
        self._waiting: set[UUID] = set()
        self._width = width
        self._tasks: list[asyncio.Task[None]] = []
        self._busy = 0
        self._stopping = False
        self.is_pressed: Callable[[], bool] = _never
        """Whether something more urgent wants the processor and the database: intake."""
        self._idle = asyncio.Event()
        self._idle.set()

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._work(self._queues[cls]), name=f"sends-{cls}-{number}")
            for cls, width in self._width.items()
            for number in range(width)
        ]

    def ring(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if message.next_at is not None:
                self.put(message.cls, message.id)

    def put(self, cls: MessageClass, message_id: UUID) -> None:
        """Queue a message, unless it is queued already."""
        if message_id not in self._waiting:
            self._waiting.add(message_id)
            self._idle.clear()
            self._queues[cls].put_nowait(message_id)

    async def _work(self, queue: asyncio.Queue[UUID]) -> None:
        while True:
            message_id = await queue.get()
            await self._step_back()
            if self._stopping:
                return
            self._waiting.discard(message_id)
            self._busy += 1
            try:
                await self._handler(message_id)
            finally:
                self._busy -= 1
                if not self._busy and not self._waiting:
                    self._idle.set()

    async def _step_back(self) -> None:
        for _ in range(MOST_YIELDS):
            if not self.is_pressed():
                return
            await asyncio.sleep(YIELD_FOR)

    async def settle(self) -> None:
        """Wait until everything queued so far is done."""
        await self._idle.wait()

    async def stop(self, *, grace: float) -> None:
        """Take no new message; give those in flight `grace` seconds to end."""
        self._stopping = True
        self._waiting.clear()
        for queue in self._queues.values():
            while not queue.empty():
                queue.get_nowait()
        if not self._busy:
            self._idle.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
