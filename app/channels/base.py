"""What every channel promises: one message, one gate, one of five answers."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from app.domain.message import Outgoing
from app.domain.outcome import Accepted, GiveUp, Outcome

Gate = Callable[[], Awaitable[bool]]
"""Asked once, at the last instant before the bytes that cannot be taken back leave.

False: send nothing, answer `Withheld()`. What the gate itself raises passes through the
channel, which has then sent nothing.
"""


class Channel(Protocol):
    """A way to tell somebody something. Network only: no database, no memory of its own."""

    @property
    def name(self) -> str:
        """The slot in the config: `email`, `sms`, `voice`, `push`."""

    @property
    def is_sandbox(self) -> bool:
        """Whether messages are only kept, because nothing is configured to send them."""

    @property
    def keyed(self) -> bool:
        """Whether the provider recognises our key, so that sending twice is seen once."""

    async def send(self, message: Outgoing, gate: Gate) -> Outcome:
        """Try once. Whatever the network or the provider does is an answer, never raised."""

    async def look_up(self, message: Outgoing) -> Accepted | GiveUp | None:
        """Ask the provider what became of `message`, after an attempt that ended unknown.

        `Accepted`: it had arrived. `GiveUp("not found")`: they do not have it. `None`:
        nobody can tell.
        """

    async def close(self) -> None:
        """Give back the connections. Sending afterwards opens new ones."""
