"""The messages that a new lead, a new inquiry or a new owner calls for, as rows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

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
    message = _to_one_of_us(lead, owner, MessageKind.OWNER_ALERT, snapshot, now)
    return replace(
        message,
        key=f"owner:{lead.id}:{about}:{owner}:{message.channel}",
        about={"cause": about.partition(":")[0]},
    )


def offer(
    lead: Lead, to: AgentId, *, until: datetime, snapshot: Snapshot, now: datetime
) -> Message:
    """Tell somebody that they may claim the lead until then: by push, for it wants speed.

    Its deadline says which offer is meant: the message dies with it.
    """
    message = _to_one_of_us(lead, to, MessageKind.OWNER_ALERT, snapshot, now)
    person = snapshot.people.get(to)
    channel = "push" if person and "push" in person.reach else message.channel
    return replace(
        message,
        channel=channel,
        key=f"owner:{lead.id}:{OFFERED}:{lead.epoch}:{rfc3339(until)}:{to}:{channel}",
        about={"cause": OFFERED},
        deadline_at=until,
    )


def notice(
    lead: Lead, to: AgentId, *, cause: NoticeCause, snapshot: Snapshot, now: datetime
) -> Message:
    """Tell somebody what became of a lead: it is sent even if they have it no more.

    Who has it by then is said in the words, so nobody need be named here.
    """
    message = _to_one_of_us(lead, to, MessageKind.NOTICE, snapshot, now)
    return replace(
        message,
        key=f"notice:{lead.id}:{cause}:{rfc3339(now)}:{to}:{message.channel}",
        about={"cause": cause},
    )


def _to_one_of_us(
    lead: Lead, to: AgentId, kind: MessageKind, snapshot: Snapshot, now: datetime
) -> Message:
    """What is the same of all of these; over the channel they are reached by best."""
    person = snapshot.people.get(to)
    return Message(
        id=new_id(now),
        key="",
        kind=kind,
        cls=CLASS_OF[kind],
        recipient=to,
        channel=person.reach[0] if person and person.reach else "push",
        config_version=snapshot.version,
        created_at=now,
        lead_id=lead.id,
        epoch=lead.epoch,
        next_at=now,
    )
