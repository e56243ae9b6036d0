"""Mails received by SendGrid's Inbound Parse, posted as multipart forms.

https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook
Any 2xx is success, redirects are not followed, a 5xx is tried again (older pages say a 4xx,
too), and after three days the mail is dropped without a word. How long it waits is not
documented. It does not sign unless a security policy is set up, so a secret stands in the
address. Each field is in an encoding of its own, named in `charsets`; with `Send Raw` the
whole mail comes in `email`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import PostedMail
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.sources.base import About, SourceKind
from app.sources.bodies import mail_headers
from app.sources.bodies.charsets import text_in
from app.sources.bodies.json import read_object
from app.sources.bodies.mail import Mail, from_headers, header_block, read_mail
from app.sources.bodies.posted_mail import Posted, read_posted
from app.sources.fields import kept
from app.sources.mail import reading
from app.sources.normalise import texts
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH

_READ = frozenset(
    {"headers", "from", "to", "cc", "subject", "text", "html", "email", "envelope", "charsets"}
    | {"attachments", "attachment-info", "content-ids"}
)
_FAILED = re.compile(r"fail", re.IGNORECASE)
_PASSED = re.compile(r":\s*pass", re.IGNORECASE)


def parse(webhook: Webhook, settings: PostedMail, now: datetime) -> Reading:
    mail = _mail(read_posted(webhook), now)
    return reading.read(mail, webhook, settings, now=now, mail_rules=settings.rules)


def _mail(posted: Posted, now: datetime) -> Mail:
    field = _Decoded(posted)
    raw = posted.fields.get("email")
    headers = header_block(field.text("headers"))
    mail = read_mail(raw, now=now) if raw else from_headers(headers, now=now)
    envelope = _object(posted.fields.get("envelope"))
    recipient = mail_headers.address(_first(envelope.get("to")))
    to = mail_headers.addresses(field.text("to")) + mail_headers.addresses(field.text("cc"))
    return replace(
        mail,
        sender=mail_headers.address(field.text("from")) or mail.sender,
        recipients=mail.recipients or to,
        recipient=recipient.plain if recipient else mail.recipient,
        envelope_sender=_envelope_sender(envelope, mail),
        subject=mail_headers.readable(field.text("subject")) or mail.subject,
        text=mail.text or field.text("text"),
        html=mail.html or field.text("html"),
        attachments=mail.attachments or posted.files,
        failed_checks=_failed(field),
        others=kept({name: field.text(name) for name in posted.fields if name not in _READ}),
    )


class _Decoded:
    """The fields as text, each in the encoding that `charsets` names for it."""

    def __init__(self, posted: Posted) -> None:
        self._fields = posted.fields
        self._charsets = _object(posted.fields.get("charsets"))

    def text(self, name: str) -> str:
        charset = self._charsets.get(name)
        return text_in(self._fields.get(name, b""), charset if isinstance(charset, str) else None)


def _object(raw: bytes | None) -> Mapping[str, Any]:
    try:
        return read_object(raw or b"")
    except Unreadable:
        return {}


def _first(value: Any) -> str | None:
    return texts.line(value[0] if isinstance(value, list) and value else value)


def _envelope_sender(envelope: Mapping[str, Any], mail: Mail) -> str | None:
    told = envelope.get("from")
    return told.strip().lower() if isinstance(told, str) else mail.envelope_sender


def _failed(field: _Decoded) -> tuple[str, ...]:
    """`dkim` lists a result for each signature: `{@a.example : pass}`. One that holds is enough."""
    dkim = field.text("dkim")
    failed = {
        "spf": _FAILED.search(field.text("SPF")) is not None,
        "dkim": _FAILED.search(dkim) is not None and not _PASSED.search(dkim),
    }
    return tuple(name for name, has_failed in failed.items() if has_failed)


ABOUT = About(
    title="Mails received by SendGrid Inbound Parse",
    format="multipart/form-data: from, to, subject, text, html, headers, files; or the raw mail.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="At SendGrid, under Settings, Inbound Parse, Add Host & URL: the domain whose MX record"
    " is mx.sendgrid.net, and as destination URL {url}/SECRET, with the value of secret in the"
    " place of SECRET. Then let each portal send its leads to an address of that domain, or"
    " forward them there. Mails with large files need a larger max_body.",
    config="{kind: email-sendgrid, secret: '${SENDGRID_SECRET}', max_body: 20971520}",
    reference="https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/"
    "setting-up-the-inbound-parse-webhook",
)
SOURCE: SourceKind[PostedMail] = SourceKind(
    kind="email-sendgrid", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
