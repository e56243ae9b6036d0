"""What a proxy does to the bytes between a client and a server."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

LONGEST_WORDS = 64
"""Words that set off a fault have at most so many bytes: more is not remembered across pieces."""


class Cut(Enum):
    """When a connection is cut, once the words that trigger it have been seen."""

    BEFORE_DELIVERY = auto()
    """The server never hears the words."""

    BEFORE_ANSWER = auto()
    """The server has heard the words and answered; the client never learns of it."""

    NEVER = auto()
    """The words are only noticed."""


@dataclass(slots=True)
class Trigger:
    """Some bytes on their way to the server, and what their passing sets off, once."""

    words: bytes
    cut: Cut
    then: Callable[[], None] | None = None
    fired: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        if not 0 < len(self.words) <= LONGEST_WORDS:
            raise ValueError(f"a trigger has 1 to {LONGEST_WORDS} bytes")

    def is_set_off(self, before: bytes, piece: bytes) -> bool:
        """Answer whether the words end in `piece`; `before` is what the client said until then."""
        overlap = len(self.words) - 1
        return self.words in (before[-overlap:] if overlap else b"") + piece


@dataclass(slots=True)
class Faults:
    """All faults of one proxy. None at first."""

    latency: float = 0.0
    """Seconds every piece waits before it is passed on, either way."""

    budget: int | None = None
    """How many more bytes may go to clients, of all connections together; `None` is any number."""

    trigger: Trigger | None = None

    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    """Not set while everything hangs."""

    async def hold(self) -> None:
        """Return when the next piece may pass."""
        await asyncio.sleep(self.latency)
        await self.flowing.wait()

    def spend(self, count: int) -> int:
        """Answer how many of `count` bytes may still go to clients, and count them as gone."""
        if self.budget is None:
            return count
        allowed = min(count, self.budget)
        self.budget -= allowed
        return allowed

    def notice(self, before: bytes, piece: bytes) -> Trigger | None:
        """Answer the trigger that `piece` sets off, which is then used up."""
        trigger = self.trigger
        if trigger is None or not trigger.is_set_off(before, piece):
            return None
        self.trigger = None
        if trigger.then is not None:
            trigger.then()
        return trigger
