"""Mails received by Postmark, posted as JSON.

https://postmarkapp.com/developer/webhooks/inbound-webhook. Nothing but a 200 is success; a
403 ends it, anything else is tried again ten times over ten and a half hours. How long it
waits is not documented. It does not sign: HTTP Basic credentials are written into the URL.
Files are base64; `RawEmail` has the whole mail, where the server is set to include it.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import PostedMail
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.sources.base import About, SourceKind
from app.sources.bodies import mail_headers
from app.sources.bodies.json import read_object
from app.sources.bodies.mail import Attachment, Mail, from_headers, read_mail
from app.sources.bodies.mail_headers import Address, read_headers
from app.sources.fields import Fields
from app.sources.mail import reading
from app.sources.normalise import texts
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH


def parse(webhook: Webhook, settings: PostedMail, now: datetime) -> Reading:
    mail = _mail(Fields(read_object(webhook.body)), now)
    return reading.read(mail, webhook, settings, now=now, mail_rules=settings.rules)


def _mail(fields: Fields, now: datetime) -> Mail:
    mail = from_headers(read_headers(_headers(fields.look("Headers"))), now=now)
    raw = _raw(fields.look("RawEmail"), now)
    sender = _person(fields.look("FromFull")) or mail_headers.address(fields.line("From"))
    reply_to = mail_headers.address(fields.line("ReplyTo")) or mail.reply_to
    arrived = mail_headers.address(fields.line("OriginalRecipient"))
    sent_at = mail_headers.instant(texts.line(fields.look("Date")), now=now)
    if sent_at is not None:
        fields.drop("Date")
    mail = replace(
        mail,
        sender=sender or mail.sender or raw.sender,
        reply_to=reply_to or raw.reply_to,
        recipients=_recipients(fields) or mail.recipients or raw.recipients,
        recipient=arrived.plain if arrived else mail.recipient,
        subject=fields.line("Subject") or mail.subject or raw.subject,
        text=texts.paragraphs(fields.look("TextBody")) or raw.text,
        html=texts.paragraphs(fields.look("HtmlBody")) or raw.html,
        message_id=mail.message_id or raw.message_id,
        provider_id=fields.line("MessageID"),
        sent_at=sent_at or mail.sent_at or raw.sent_at,
        attachments=tuple(_files(fields.look("Attachments"))) or raw.attachments,
        enclosed=raw.enclosed,
        failed_checks=_failed(mail),
    )
    for name in _READ:
        fields.drop(name)
    return replace(mail, others=fields.left())


_READ = (
    *("Headers", "RawEmail", "From", "FromName", "FromFull", "ReplyTo", "To", "ToFull", "Cc"),
    *("CcFull", "TextBody", "HtmlBody", "StrippedTextReply", "Attachments"),
)
"""Kept in a form of our own, or the same once more."""


def _headers(value: Any) -> Iterator[tuple[str, str]]:
    for each in value if isinstance(value, list) else []:
        header = Fields(each)
        name, told = header.look("Name"), header.look("Value")
        if isinstance(name, str) and isinstance(told, str):
            yield name, told


def _raw(value: Any, now: datetime) -> Mail:
    if not isinstance(value, str):
        return Mail()
    try:
        return read_mail(value.encode("utf-8", "surrogatepass"), now=now)
    except Unreadable:
        return Mail()  # Postmark has taken it apart already, and better.


def _person(value: Any) -> Address | None:
    person = Fields(value)
    found = mail_headers.address(person.line("Email"))
    return replace(found, name=person.line("Name")) if found else None


def _recipients(fields: Fields) -> tuple[Address, ...]:
    told = [fields.look(name) for name in ("ToFull", "CcFull")]
    people = [each for value in told if isinstance(value, list) for each in value]
    return tuple(person for each in people if (person := _person(each)))


def _files(value: Any) -> Iterator[Attachment]:
    for each in value if isinstance(value, list) else []:
        file = Fields(each)
        content = file.look("Content")
        if isinstance(content, str):
            content_type = (file.line("ContentType") or "").partition(";")[0].strip().lower()
            yield Attachment(file.line("Name"), content_type, _decoded(content))


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content.encode("ascii", "ignore"))
    except binascii.Error:
        return b""


def _failed(mail: Mail) -> tuple[str, ...]:
    """Received-SPF by Postmark itself, and what it wrote of signatures."""
    spf = (mail.header("received-spf") or "").lower()
    others = (mail.header("authentication-results") or "").lower()
    failed = {"spf": spf.startswith(("fail", "softfail"))} | {
        check: f"{check}=fail" in others for check in ("dkim", "dmarc")
    }
    return tuple(check for check, has_failed in failed.items() if has_failed)


ABOUT = About(
    title="Mails received by Postmark",
    format="JSON: FromFull, To, Subject, TextBody, HtmlBody, Headers, Attachments.",
    proof="HTTP Basic credentials, or a secret in the path or in X-Webhook-Secret.",
    setup="At Postmark, in the server's inbound stream, under Settings, Webhook: {url}, with"
    " https://USER:PASSWORD@ in front, by the values of basic_auth. Then let each portal send its"
    " leads to the stream's address, or forward them there. Mails with large files need a larger"
    " max_body.",
    config="{kind: email-postmark, basic_auth: {username: postmark,"
    " password: '${INBOUND_PASSWORD}'}, max_body: 41943040}",
    reference="https://postmarkapp.com/developer/webhooks/inbound-webhook",
)
SOURCE: SourceKind[PostedMail] = SourceKind(
    kind="email-postmark", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
