"""The messages that a new lead, a new inquiry or a new owner calls for, as rows."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from app.config.condition import Features
from app.domain.clock import rfc3339
from app.domain.identifiers import new_id
from app.domain.lead import AgentId, Lead
from app.domain.message import (
    CLASS_OF,
    OFFERED,
    TO_LEAD,
    Message,
    MessageKind,
    MessageState,
    NoticeCause,
)
from app.snapshot import Snapshot

STALE_GREETING = timedelta(hours=4)
"""An instant answer that comes later than this answers nobody: it is not sent any more."""


def greetings(
    lead: Lead, features: Features, *, snapshot: Snapshot, now: datetime
) -> Iterator[Message]:
    """The auto-response to the person who asked: the first that fits, once per channel.

    A channel without consent or address still gets its row, marked `suppressed`: somebody
    will ask why this person heard nothing.
    """
    for response in snapshot.config.auto_responses:
        if response.when.why_not(features) is not None:
            continue
        for channel in response.send:
            why_not = _why_not(lead, channel)
            yield Message(
                id=new_id(now),
                key=f"auto:{lead.id}:{lead.epoch}:{channel}",
                kind=MessageKind.AUTO_RESPONSE,
                cls=CLASS_OF[MessageKind.AUTO_RESPONSE],
                recipient=TO_LEAD,
                channel=channel,
                config_version=snapshot.version,
                created_at=now,
                lead_id=lead.id,
                epoch=lead.epoch,
                about={"auto_response": response.name},
                state=MessageState.SUPPRESSED if why_not else MessageState.PENDING,
                next_at=None if why_not else now,
                deadline_at=now + STALE_GREETING,
                reason=why_not,
            )
        return


def _why_not(lead: Lead, channel: str) -> str | None:
    consent = lead.consent.get(channel)
    if channel == "sms":
        if not (lead.phone or "").startswith("+"):
            return "the lead has no valid phone number"
        # Law and carriers want a yes before a text message; silence is a no.
        return None if consent is True else "the lead did not agree to text messages"
    if lead.email is None:
        return "the lead has no e-mail address"
    return "the lead does not want e-mail" if consent is False else None


def owner_alert(
    lead: Lead, owner: AgentId, *, about: str, snapshot: Snapshot, now: datetime
) -> Message:
    """Tell the owner, over the channel they are reached by best.

    `about` names the cause, and keeps the message unique: an owner hears of it once.
    """
    said = _Said(MessageKind.OWNER_ALERT, f"owner:{lead.id}:{about}", about.partition(":")[0])
    return _to_one_of_us(lead, owner, _best_channel(owner, snapshot), said, snapshot, now)


def offer(
    lead: Lead, to: AgentId, *, until: datetime, snapshot: Snapshot, now: datetime
) -> Message:
    """Tell somebody that they may claim the lead until then: by push, for it wants speed.

    Its deadline says which offer is meant: the message dies with it.
    """
    person = snapshot.people.get(to)
    wants_push = person is not None and "push" in person.reach
    channel = "push" if wants_push else _best_channel(to, snapshot)
    key = f"owner:{lead.id}:{OFFERED}:{lead.epoch}:{rfc3339(until)}"
    said = _Said(MessageKind.OWNER_ALERT, key, OFFERED, until)
    return _to_one_of_us(lead, to, channel, said, snapshot, now)


def notice(
    lead: Lead, to: AgentId, *, cause: NoticeCause, snapshot: Snapshot, now: datetime
) -> Message:
    """Tell somebody what became of a lead: it is sent even if they have it no more.

    Who has it by then is said in the words, so nobody need be named here.
    """
    said = _Said(MessageKind.NOTICE, f"notice:{lead.id}:{cause}:{rfc3339(now)}", cause)
    return _to_one_of_us(lead, to, _best_channel(to, snapshot), said, snapshot, now)


class _Said(NamedTuple):
    """What is said to one of us about a lead."""

    kind: MessageKind
    key: str
    """Keeps the message unique, with who hears it over which channel."""
    cause: str
    until: datetime | None = None
    """When it is worth nothing any more."""


def _best_channel(to: AgentId, snapshot: Snapshot) -> str:
    person = snapshot.people.get(to)
    return person.reach[0] if person and person.reach else "push"


def _to_one_of_us(
    lead: Lead, to: AgentId, channel: str, said: _Said, snapshot: Snapshot, now: datetime
) -> Message:
    return Message(
        id=new_id(now),
        key=f"{said.key}:{to}:{channel}",
        kind=said.kind,
        cls=CLASS_OF[said.kind],
        recipient=to,
        channel=channel,
        config_version=snapshot.version,
        created_at=now,
        lead_id=lead.id,
        epoch=lead.epoch,
        about={"cause": said.cause},
        next_at=now,
        deadline_at=said.until,
    )
