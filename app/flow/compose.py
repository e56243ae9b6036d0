"""From a message's row to the words themselves: addressed, rendered, ready to leave.

Rendered when it is sent, not when it was decided: the owner's name, the wait and the
opening hours are those of now.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.config.people import Agent
from app.domain.alert import AlertKind
from app.domain.lead import Lead, name_of
from app.domain.message import TO_LEAD, Action, Message, MessageKind, NoticeCause, Outgoing
from app.domain.outcome import GiveUp
from app.domain.sla import SlaClock
from app.sending import schedule_texts, texts
from app.sending.templates import TemplateBroken, as_html, render
from app.sending.texts import AboutLead
from app.snapshot import Snapshot


def compose(
    message: Message,
    lead: Lead | None,
    clocks: list[SlaClock],
    *,
    snapshot: Snapshot,
    now: datetime,
    base_url: str,
) -> Outgoing | GiveUp:
    """Make the message sendable, or say why it never will be."""
    if message.kind is MessageKind.HANDSHAKE:
        return _outgoing(message, to=message.about["url"], subject="", text="")
    if message.kind is MessageKind.ALERT:
        return _alert(message, snapshot=snapshot)
    if lead is None:
        return GiveUp("its lead is gone")
    if message.recipient == TO_LEAD:
        return _to_lead(message, lead, snapshot=snapshot, now=now)
    return _to_staff(message, lead, clocks, snapshot=snapshot, now=now, base_url=base_url)


def _to_lead(
    message: Message, lead: Lead, *, snapshot: Snapshot, now: datetime
) -> Outgoing | GiveUp:
    to = lead.email if message.channel == "email" else lead.phone
    if to is None:
        return GiveUp(f"the lead has no address for {message.channel}")
    name = _template_name(message, snapshot, now)
    template = None if name is None else snapshot.config.templates.get(name)
    if template is None:
        return GiveUp("its template is no longer in the config")
    known = context(lead, snapshot=snapshot, now=now)
    try:
        text = render(template.body, known)
        subject = render(template.subject or "", known)
    except TemplateBroken as error:
        return GiveUp(f"template {name}: {error}")
    text = _apology(message, lead, snapshot, now) + text
    html = as_html(text) if message.channel == "email" else None
    return _outgoing(message, to=to, subject=subject, text=text, to_name=name_of(lead), html=html)


def _template_name(message: Message, snapshot: Snapshot, now: datetime) -> str | None:
    for response in snapshot.config.auto_responses:
        if response.name != message.about.get("auto_response"):
            continue
        night = response.after_hours
        if night is not None and not snapshot.openings[night.calendar].is_open(now):
            for channel, template in night.templates.items():
                if channel == message.channel:
                    return template
        return next((t for c, t in response.templates.items() if c == message.channel), None)
    return None


def _apology(message: Message, lead: Lead, snapshot: Snapshot, now: datetime) -> str:
    """A greeting that was meant to be instant, and is not, says so."""
    for response in snapshot.config.auto_responses:
        if response.name == message.about.get("auto_response"):
            late = now - lead.last_inquiry_at > response.within
            return "We are sorry that you had to wait for this answer.\n\n" if late else ""
    return ""


def context(lead: Lead, *, snapshot: Snapshot, now: datetime) -> Mapping[str, Any]:
    """What templates may speak of."""
    owner = snapshot.people.get(lead.owner or "")
    organization = snapshot.config.organization
    return {
        "lead": {
            "first_name": lead.first_name,
            "last_name": lead.last_name,
            "name": name_of(lead),
            "email": lead.email,
            "phone": lead.phone,
            "message": lead.message,
            "kind": lead.kind.value,
        },
        "property": dict(lead.property),
        "owner": {
            "name": owner.name if owner else organization.name,
            "first_name": owner.name.split()[0] if owner else organization.name,
            "email": owner.email if owner else organization.email,
            "phone": owner.phone if owner else organization.phone,
        },
        "organization": {
            "name": organization.name,
            "phone": organization.phone,
            "email": organization.email,
            "postal_address": organization.postal_address,
        },
        "next_opening": _next_opening(snapshot, now),
    }


def _next_opening(snapshot: Snapshot, now: datetime) -> str:
    """The next time anybody's greeting calendar opens, in the office's own time."""
    for response in snapshot.config.auto_responses:
        if response.after_hours is None:
            continue
        opening = snapshot.openings[response.after_hours.calendar].next_opening(now)
        if opening is not None:
            local = opening.astimezone(snapshot.zone)
            days = (local.date() - now.astimezone(snapshot.zone).date()).days
            day = {0: "today", 1: "tomorrow"}.get(days, f"on {local:%A}")
            return f"{day} at {local:%H:%M}"
    return "soon"


def _to_staff(
    message: Message,
    lead: Lead,
    clocks: list[SlaClock],
    *,
    snapshot: Snapshot,
    now: datetime,
    base_url: str,
) -> Outgoing | GiveUp:
    reached = _addressed(message, snapshot)
    if isinstance(reached, GiveUp):
        return reached
    person, to = reached
    owner = snapshot.people.get(lead.owner or "")
    link = f"{base_url}/board#{lead.id}"
    due = [clock.due_at for clock in clocks if clock.state == "running"]
    about = AboutLead(
        name=name_of(lead),
        wants=lead.kind.value if lead.kind.value != "unknown" else None,
        asks_about=lead.property.get("address"),
        price=lead.property.get("price"),
        source=lead.source,
        message=lead.message,
        phone=lead.phone,
        email=lead.email,
        due_at=min(due).astimezone(snapshot.zone) if due else None,
        waiting=now - lead.last_inquiry_at,
        owner=owner.name if owner else None,
        link=link,
        held=lead.held,
        offered_until=(
            None if lead.offered_until is None else lead.offered_until.astimezone(snapshot.zone)
        ),
    )
    subject, text = _words(message, about)
    actions = (Action("Open the lead", link),)
    return _outgoing(
        message,
        to=to,
        subject=subject,
        text=text,
        to_name=person.name,
        html=as_html(text) if message.channel == "email" else None,
        actions=actions,
    )


def _addressed(message: Message, snapshot: Snapshot) -> tuple[Agent, str] | GiveUp:
    """The person of ours who is meant, and their address on the message's channel."""
    person = snapshot.people.get(message.recipient)
    if person is None:
        return GiveUp("the recipient is no longer in the config")
    to = {"email": person.email, "sms": person.phone, "voice": person.phone}.get(
        message.channel, person.id
    )
    if to is None:
        return GiveUp(f"{person.id} has no address for {message.channel}")
    return person, to


def _alert(message: Message, *, snapshot: Snapshot) -> Outgoing | GiveUp:
    """What is wrong with a source, to whoever looks after the house."""
    reached = _addressed(message, snapshot)
    if isinstance(reached, GiveUp):
        return reached
    person, to = reached
    subject, text = _said_of_source(message.about, snapshot)
    html = as_html(text) if message.channel == "email" else None
    return _outgoing(message, to=to, subject=subject, text=text, to_name=person.name, html=html)


def _said_of_source(about: Mapping[str, Any], snapshot: Snapshot) -> tuple[str, str]:
    source = about["source"]
    match AlertKind(about["alert"]):
        case AlertKind.REFUSED:
            return texts.refused(source, about["why"], about["count"])
        case AlertKind.QUARANTINED:
            return texts.quarantined(source, about["why"], about["delivery_id"])
        case AlertKind.SILENT:
            last_at = datetime.fromisoformat(about["last_at"]).astimezone(snapshot.zone)
            return texts.silent(source, last_at, about["expected"])
        case AlertKind.FEED_FAILING:
            since = _local(about["since"], snapshot)
            return schedule_texts.feed_failing(source, about["why"], since)
        case AlertKind.FEED_ENDING:
            until = None if about["until"] is None else _local(about["until"], snapshot)
            return schedule_texts.feed_ending(source, about["why"], until)


def _local(at: str, snapshot: Snapshot) -> datetime:
    return datetime.fromisoformat(at).astimezone(snapshot.zone)


def _words(message: Message, about: AboutLead) -> tuple[str, str]:
    if message.is_offer:
        return texts.offer(about)
    if message.kind is MessageKind.NOTICE:
        return texts.notice(about, NoticeCause(message.about["cause"]))
    return _WORDS[message.kind](about)


_WORDS = {
    MessageKind.OWNER_ALERT: texts.owner_alert,
    MessageKind.REMINDER: texts.reminder,
    MessageKind.ESCALATION: texts.escalation,
}


def _outgoing(  # noqa: PLR0913 - a message has these parts.
    message: Message,
    *,
    to: str,
    subject: str,
    text: str,
    to_name: str | None = None,
    html: str | None = None,
    actions: tuple[Action, ...] = (),
) -> Outgoing:
    return Outgoing(
        id=message.id,
        key=message.key,
        kind=message.kind,
        to=to,
        to_name=to_name,
        subject=subject,
        text=text,
        html=html,
        urgent=message.kind is MessageKind.ESCALATION,
        actions=actions,
    )
