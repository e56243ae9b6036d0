"""A message to send, and gates to send it through: what every channel's tests begin with."""

from dataclasses import dataclass, field
from uuid import UUID

from app.domain.message import MessageKind, Outgoing

A_MESSAGE = Outgoing(
    id=UUID("01930000-0000-7000-8000-000000000001"),
    key="lead-1-nudge-push",
    kind=MessageKind.OWNER_ALERT,
    to="dana@harborline.example.com",
    to_name="Dana Okafor",
    subject="New lead: Maria Lopez",
    text="Maria Lopez asks about 1 Bay Street.\n\nCall: +1 941 555 0123",
)


@dataclass(slots=True)
class Gate:
    """Answers what it is told to, and counts how often it was asked."""

    opens: bool = True
    asked: int = 0
    fails_with: Exception | None = field(default=None)

    async def __call__(self) -> bool:
        self.asked += 1
        if self.fails_with is not None:
            raise self.fails_with
        return self.opens
