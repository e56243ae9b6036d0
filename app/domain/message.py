"""One thing to tell one person over one channel, and how far it has come."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class MessageKind(StrEnum):
    """Why the message exists."""

    AUTO_RESPONSE = "auto_response"
    OWNER_ALERT = "owner_alert"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    FOLLOW_UP = "follow_up"
    HANDSHAKE = "handshake"

    @property
    def is_to_lead(self) -> bool:
        return self in {MessageKind.AUTO_RESPONSE, MessageKind.FOLLOW_UP}


class MessageClass(StrEnum):
    """A queue each, so that no kind of work can starve a more urgent one."""

    ESCALATION = "escalation"
    AUTO_RESPONSE = "auto_response"
    WEBHOOK_OUT = "webhook_out"
    BULK = "bulk"


CLASS_OF = {
    MessageKind.AUTO_RESPONSE: MessageClass.AUTO_RESPONSE,
    MessageKind.OWNER_ALERT: MessageClass.ESCALATION,
    MessageKind.REMINDER: MessageClass.ESCALATION,
    MessageKind.ESCALATION: MessageClass.ESCALATION,
    MessageKind.FOLLOW_UP: MessageClass.BULK,
    MessageKind.HANDSHAKE: MessageClass.WEBHOOK_OUT,
}


class MessageState(StrEnum):
    """Where a message is. `leased` and `sending` are held by one worker, for a while."""

    PENDING = "pending"
    LEASED = "leased"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Action:
    """A button under a push, or a link in a text."""

    label: str
    url: str
    posts: bool = False
    """Acts when tapped, by POST. A link only opens: a GET never changes anything."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message, rendered and addressed: all that a channel needs to send it."""

    id: UUID
    key: str
    """The same for every attempt: what a provider may deduplicate by."""
    kind: MessageKind
    to: str
    """An e-mail address, a phone number, or an agent's id where the channel knows it."""
    to_name: str | None
    subject: str
    text: str
    html: str | None = None
    urgent: bool = False
    actions: tuple[Action, ...] = field(default=())
