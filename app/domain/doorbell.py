"""How somebody is woken to send a message: best effort, and nothing depends on it."""

from collections.abc import Iterable
from typing import Protocol

from app.domain.message import Message


class Doorbell(Protocol):
    """Rings for new messages once they are committed.

    It never raises and never waits long: what nobody hears is found in the rows.
    """

    def ring(self, messages: Iterable[Message]) -> None: ...
