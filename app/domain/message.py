"""One thing to tell one person over one channel, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.lead import LeadId


class MessageKind(StrEnum):
    """Why the message exists."""

    AUTO_RESPONSE = "auto_response"
    OWNER_ALERT = "owner_alert"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    FOLLOW_UP = "follow_up"
    HANDSHAKE = "handshake"
    FETCH = "fetch"
    """Said to nobody: a lead of which only an id came is asked for at its source."""
    ALERT = "alert"
    """Something is wrong with a source: no lead is meant, and it may have cost some."""
    NOTICE = "notice"
    """What became of a lead that somebody had, was offered, or looks after. Sent whatever
    becomes of the lead afterwards, unless the person is erased."""

    @property
    def is_to_lead(self) -> bool:
        return self in {MessageKind.AUTO_RESPONSE, MessageKind.FOLLOW_UP}


class NoticeCause(StrEnum):
    """What a notice tells: its words are chosen by this."""

    TAKEN = "taken"
    """To those it was offered to: somebody else claimed it."""
    MISSED = "missed_the_deadline"
    """To its former owner: they did not answer in time, and somebody else has it."""
    OFF_DUTY = "went_off_duty"
    """To its former owner: they went off duty without an answer, and somebody else has it."""
    UNASSIGNED = "unassigned_by_a_person"
    """To its former owner: a person took it off them."""
    NOBODY_ELSE = "nobody_else"
    """To the manager: its owner gave it back, and nobody else can take it now."""


class MessageClass(StrEnum):
    """A queue each, so that no kind of work can starve a more urgent one."""

    ESCALATION = "escalation"
    AUTO_RESPONSE = "auto_response"
    FETCH = "fetch"
    WEBHOOK_OUT = "webhook_out"
    BULK = "bulk"


CLASS_OF = {
    MessageKind.AUTO_RESPONSE: MessageClass.AUTO_RESPONSE,
    MessageKind.OWNER_ALERT: MessageClass.ESCALATION,
    MessageKind.REMINDER: MessageClass.ESCALATION,
    MessageKind.ESCALATION: MessageClass.ESCALATION,
    MessageKind.FOLLOW_UP: MessageClass.BULK,
    MessageKind.HANDSHAKE: MessageClass.WEBHOOK_OUT,
    MessageKind.FETCH: MessageClass.FETCH,
    MessageKind.ALERT: MessageClass.ESCALATION,
    MessageKind.NOTICE: MessageClass.ESCALATION,
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


TO_LEAD = "lead"
"""The recipient of what goes to the person who asked; otherwise an agent's id."""


OFFERED = "offered"
"""The cause of an alert to somebody who may claim the lead, and does not own it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it is stored: what must be said, and how far it has come."""

    id: UUID
    key: str
    """Unique: the same cause never makes a second message, whoever tries."""
    kind: MessageKind
    cls: MessageClass
    recipient: str
    channel: str
    config_version: int
    created_at: datetime
    lead_id: LeadId | None = None
    clock_id: UUID | None = None
    epoch: int = 0
    about: Mapping[str, Any] = field(default_factory=dict)
    """What the words are made from: ids, template names, a step. No personal data."""
    state: MessageState = MessageState.PENDING
    next_at: datetime | None = None
    """Not before this instant; `None` once nothing more is to be done."""
    deadline_at: datetime | None = None
    fence: int = 0
    attempts: int = 0
    crashes: int = 0
    lease_until: datetime | None = None
    leased_by: UUID | None = None
    sending_at: datetime | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    provider_id: str | None = None
    is_sandbox: bool = False
    reason: str | None = None
    subject: str | None = None
    body: str | None = None

    @property
    def is_offer(self) -> bool:
        """Whether it tells of a lead that whoever claims it first has."""
        return self.kind is MessageKind.OWNER_ALERT and self.about.get("cause") == OFFERED
