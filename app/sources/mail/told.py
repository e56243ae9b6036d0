"""What one mail says of a person, from its labels, its subject and its sender."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from app.config.sources import SourceBase
from app.domain.lead import Kind
from app.sources import forms, repeats
from app.sources.bodies.mail import Mail
from app.sources.bodies.mail_headers import Address
from app.sources.fields import Fields
from app.sources.mail import people, portals
from app.sources.mail.beside import apart, beside
from app.sources.mail.labels import Labelled, is_message_label, read_labels
from app.sources.mail.rules import Names, Rule, canonical, is_answer
from app.sources.mail.words import own_words
from app.sources.normalise import texts
from app.sources.repeats import Identity
from app.sources.sent import Sent

_SENDER = re.compile(r"(?P<name>[^<>]{0,200}?)\s*<(?P<email>[^<>\s@]+@[^<>\s@]+)>")
_SENDER_LABELS = frozenset({"from", "sender", "name", "contact", "customer", "lead"})


class Told(NamedTuple):
    sent: Sent
    is_reachable_by_labels: bool
    """Whether the text itself says how to reach somebody, as the notes of forms do."""


def read_told(
    mail: Mail, text: str, rule: Rule | None, settings: SourceBase, *, now: datetime
) -> Told:
    """The mail as a lead. It may name nobody: see `reading.read`."""
    labelled = read_labels(text)
    members = dict(_with_senders(labelled.members))
    fields = _fields(rule, settings)
    as_form = settings.model_copy(update={"fields": fields})
    sent = forms.submission(members, identity(mail), as_form, now=now)
    is_reachable = bool(sent.email or sent.phone)
    is_a_form = is_reachable or names_somebody(sent) or (rule is not None and rule.is_certain)
    sent = _from_subject(sent, rule, mail.subject)
    sent = _from_sender(sent, people.who_asks(mail))
    sent = _of_rule(sent, rule, mail)
    return Told(_in_words(sent, mail, text, labelled, is_a_form=is_a_form), is_reachable)


def names_somebody(sent: Sent) -> bool:
    """Whether there is somebody whom we could answer, or at least ask for."""
    return any((sent.email, sent.phone, sent.full_name, sent.first_name, sent.last_name))


def identity(mail: Mail) -> Identity:
    """By the id that the mail got from its sender, or from who received it; else by content."""
    known = mail.message_id or mail.provider_id
    if known is not None:
        return repeats.by_id(known)
    sender = mail.sender.plain if mail.sender else ""
    # Services break lines and trim texts in ways of their own.
    words = " ".join((mail.text if mail.text.strip() else mail.html).split())
    content = f"{sender}\0{mail.subject}\0{words}"
    return repeats.by_content(content.encode("utf-8", "replace"))


def _fields(rule: Rule | None, settings: SourceBase) -> Names:
    """Labels by our field: those of the config's rule, of its source, of our rule, of all."""
    ours = rule.fields if rule else {}
    of_source = canonical(settings.fields)
    is_configured = rule is not None and rule.is_configured
    layers = (ours, of_source) if is_configured else (of_source, ours)
    merged: dict[str, tuple[str, ...]] = {}
    for layer in (*layers, portals.FIELDS):
        for name, labels in layer.items():
            merged[name] = merged.get(name, ()) + labels
    return merged


def _with_senders(members: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """`From: Ana Prieto <ana@example.com>`, as website forms begin their mails."""
    for label, value in members.items():
        found = _SENDER.fullmatch(value) if isinstance(value, str) else None
        if found is None or label.lower() not in _SENDER_LABELS:
            yield label, value
            continue
        yield "name", found["name"].strip("\"' ")
        yield "email", found["email"]


def _from_subject(sent: Sent, rule: Rule | None, subject: str) -> Sent:
    found = rule.in_subject.fullmatch(subject.strip()) if rule and rule.in_subject else None
    if found is None:
        return sent
    told = {name: texts.line(value) for name, value in found.groupdict().items()}
    name = None if sent.first_name or sent.last_name else told.get("full_name")
    address = sent.property.address or told.get("address")
    return replace(
        sent,
        full_name=sent.full_name or name,
        email=sent.email or told.get("email"),
        phone=sent.phone or told.get("phone"),
        property=replace(sent.property, address=address),
    )


def _from_sender(sent: Sent, person: Address | None) -> Sent:
    """The sender's address, and their name if the address given is theirs."""
    if person is None:
        return sent
    email = sent.email or person.address
    is_nameless = not (sent.full_name or sent.first_name or sent.last_name)
    is_theirs = email.lower() == person.plain or portals.is_relay(person)
    return replace(
        sent, email=email, full_name=person.name if is_nameless and is_theirs else sent.full_name
    )


def _of_rule(sent: Sent, rule: Rule | None, mail: Mail) -> Sent:
    is_reply = is_answer(mail.subject) and bool(
        mail.header("in-reply-to") or mail.header("references")
    )
    sent = replace(sent, is_update=is_reply, occurred_at=sent.occurred_at or mail.sent_at)
    if rule is None:
        return sent
    # A link's `utm_medium` tells how the portal's mail was sent, and not whose lead it is.
    own_medium = sent.medium if sent.medium != sent.campaign.medium else None
    is_told = sent.kind is not Kind.UNKNOWN
    is_given = rule.is_configured and rule.kind is not Kind.UNKNOWN
    return replace(
        sent,
        medium=own_medium or rule.medium or sent.medium,
        kind=sent.kind if is_told and not is_given else rule.kind,
        provider_agent=sent.provider_agent or people.agent_addressed(mail),
    )


def _in_words(sent: Sent, mail: Mail, text: str, labelled: Labelled, *, is_a_form: bool) -> Sent:
    """Forms and portals put the message behind a label; in a letter all of it is one."""
    message, rest = sent.message, labelled.others
    fields = Fields(sent.extra)
    if message is None:
        message = fields.paragraphs(*filter(is_message_label, fields))
    if message is None and not is_a_form:
        message = own_words(text) or None
        rest = text if message != text.strip() else ""
    extra = {**apart(fields.left()), **beside(mail, text=texts.paragraphs(rest))}
    return replace(sent, message=texts.paragraphs(message), extra=extra)
