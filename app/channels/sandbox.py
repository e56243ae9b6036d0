"""A channel that sends nothing: the message's own row keeps it for /board to show."""

from dataclasses import dataclass

from app.channels.base import Gate
from app.domain.message import Outgoing
from app.domain.outcome import Accepted, GiveUp, Outcome, Withheld


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Stands in for a channel that is missing, switched off or unusable."""

    name: str
    why_sandbox: str
    """For the operator: what would make this a real channel."""
    is_sandbox: bool = True
    keyed: bool = True

    async def send(self, message: Outgoing, gate: Gate) -> Outcome:
        return _kept(message) if await gate() else Withheld()

    async def look_up(self, message: Outgoing) -> Accepted | GiveUp | None:
        return _kept(message)

    async def close(self) -> None:
        """Nothing is open."""


def _kept(message: Outgoing) -> Accepted:
    return Accepted(f"sandbox:{message.id}")
