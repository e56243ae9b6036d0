"""Mails received by Mailgun, posted by a route's `forward()` or `store(notify=…)`.

https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http.
Nothing but a 200 is success; a 406 ends it, anything else is tried again after 10, 15, 30
minutes, 1, 2 and 4 hours. How long it waits is not documented. Fields are urlencoded, or
multipart where there are files, in UTF-8; to an address that ends in `mime` the whole mail
comes in `body-mime`. Whether a repeat is signed anew is not documented: others have seen
mails fail for good that came late (beyondcode/laravel-mailbox#93), so `max_age` can be set.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import Mailgun
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.sources.base import About, SourceKind
from app.sources.bodies import mail_headers
from app.sources.bodies.charsets import text_in
from app.sources.bodies.json import read_json
from app.sources.bodies.mail import Mail, from_headers, read_mail
from app.sources.bodies.mail_headers import read_headers
from app.sources.bodies.posted_mail import Posted, read_posted
from app.sources.fields import kept
from app.sources.mail import reading
from app.sources.proofs import mailgun

_READ = frozenset(
    {"timestamp", "token", "signature", "message-headers", "recipient", "sender", "from", "subject"}
    | {"body-plain", "body-html", "body-mime", "attachment-count", "content-id-map", "message-id"}
)
_STRIPPED = ("stripped-text", "stripped-html", "stripped-signature")
"""The same text once more, without what Mailgun takes for quotations."""

_CHECKS = {"x-mailgun-spf": "spf", "x-mailgun-dkim-check-result": "dkim"}


def parse(webhook: Webhook, settings: Mailgun, now: datetime) -> Reading:
    posted = read_posted(webhook)
    read = reading.read(_mail(posted, now), webhook, settings, now=now, mail_rules=settings.rules)
    return replace(read, nonce=mailgun.token_of(webhook))


def _mail(posted: Posted, now: datetime) -> Mail:
    field = _texts(posted)
    headers = read_headers(_headers(posted.fields.get("message-headers")))
    raw = posted.fields.get("body-mime")
    mail = read_mail(raw, now=now) if raw else from_headers(headers, now=now)
    names = _READ | {name for name, _ in headers} | set(_STRIPPED)
    recipient = mail_headers.address(field.get("recipient"))
    return replace(
        mail,
        sender=mail_headers.address(field.get("from")) or mail.sender,
        recipient=recipient.plain if recipient else mail.recipient,
        envelope_sender=field["sender"].strip().lower() if "sender" in field else None,
        subject=mail_headers.readable(field.get("subject", "")) or mail.subject,
        text=mail.text or field.get("body-plain", ""),
        html=mail.html or field.get("body-html", ""),
        message_id=mail.message_id or mail_headers.identifier(field.get("Message-Id")),
        attachments=mail.attachments or posted.files,
        failed_checks=_failed(mail),
        others=kept({each: text for each, text in field.items() if each.lower() not in names}),
    )


def _texts(posted: Posted) -> dict[str, str]:
    return {name: text_in(value, "utf-8") for name, value in posted.fields.items()}


def _headers(raw: bytes | None) -> Iterator[tuple[str, str]]:
    """A JSON list of pairs."""
    try:
        pairs = read_json(raw or b"[]")
    except Unreadable:
        return
    for each in pairs if isinstance(pairs, list) else []:
        if _is_pair(each):
            yield each[0], each[1]


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) for each in value)
    )


def _failed(mail: Mail) -> tuple[str, ...]:
    """As Mailgun writes it into headers: `Pass`, `Fail`, `SoftFail`, `Neutral`."""
    return tuple(
        check for name, check in _CHECKS.items() if "fail" in (mail.header(name) or "").lower()
    )


ABOUT = About(
    title="Mails received by Mailgun",
    format="A form, urlencoded or multipart: from, subject, body-plain, message-headers, files;"
    " or the raw mail.",
    proof="`signature` in the form: HMAC-SHA256 of timestamp and token. A token counts once.",
    setup="At Mailgun, under Receiving, Create Route: an expression such as"
    ' match_recipient("leads@in.example.com"), and as action Forward to {url}. signing_key is the'
    " HTTP webhook signing key, under Settings, API Security. Then let each portal send its leads"
    " to that address, or forward them there. Mails with large files need a larger max_body.",
    config="{kind: email-mailgun, signing_key: '${MAILGUN_SIGNING_KEY}', max_body: 26214400}",
    reference="https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/"
    "receive-http",
)
SOURCE: SourceKind[Mailgun] = SourceKind(
    kind="email-mailgun", about=ABOUT, proof=mailgun.PROOF, parse=parse
)
