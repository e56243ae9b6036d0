"""A mail inside a mail: what somebody of ours passed on by hand."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from app.domain.errors import Unreadable
from app.sources.bodies import mail_headers
from app.sources.bodies.mail import Mail, read_mail
from app.sources.mail.rules import is_answer

_SUBJECT = re.compile(r"\s*(?:fwd?|wg|rv|tr|enc|i|vs)\s*:\s*", re.IGNORECASE)
_MARKER = re.compile(
    r"^[> \t]*(?:-{2,}\s*(?:forwarded message|original message|weitergeleitete nachricht"
    r"|urspr\u00fcngliche nachricht|mensaje reenviado|mensaje original|message transf\u00e9r\u00e9)"
    r"\s*-*|begin forwarded message:|anfang der weitergeleiteten nachricht:|_{10,})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_NAMES = {
    "from": "from",
    "von": "from",
    "de": "from",
    "reply-to": "reply-to",
    "antwort an": "reply-to",
    "to": "to",
    "an": "to",
    "para": "to",
    "\u00e0": "to",
    "cc": "cc",
    "subject": "subject",
    "betreff": "subject",
    "asunto": "subject",
    "objet": "subject",
    "date": "date",
    "sent": "date",
    "datum": "date",
    "gesendet": "date",
    "fecha": "date",
    "enviado": "date",
}
_HEADER = re.compile(r"[>\s]*\*{0,2}(?P<name>[^\W\d_]{1,12}(?:[ -][^\W\d_]{1,8})?)\s?:\*{0,2}\s*")
_QUOTE = re.compile(r"^>[ ]?", re.MULTILINE)
_LONGEST = 200_000


def is_forward(mail: Mail) -> bool:
    return _SUBJECT.match(mail.subject) is not None or bool(mail.enclosed)


def inner_mails(mail: Mail, text: str, *, now: datetime) -> Iterator[Mail]:
    """The mails that were passed on: attached whole, or quoted in `text` with their headers.

    Each keeps of the outer one when and where it arrived, and by which id it is known.
    """
    for inner in (*mail.enclosed, *_attached(mail, now)):
        yield replace(
            inner,
            recipient=mail.recipient,
            message_id=mail.message_id,
            provider_id=mail.provider_id,
            attachments=inner.attachments or mail.attachments,
            failed_checks=mail.failed_checks,
            others=mail.others,
        )
    quoted = _quoted(mail, text[:_LONGEST], now)
    if quoted is not None:
        yield quoted


def _attached(mail: Mail, now: datetime) -> Iterator[Mail]:
    for each in mail.attachments:
        if each.content_type == "message/rfc822" or (each.name or "").lower().endswith(".eml"):
            try:
                yield read_mail(each.content, now=now)
            except Unreadable:
                continue  # The mail around it can be read, and names it.


def _quoted(mail: Mail, text: str, now: datetime) -> Mail | None:
    if is_answer(mail.subject):
        return None  # It quotes what it answers, which has come before.
    marker = _MARKER.search(text)
    if marker is None and not is_forward(mail):
        return None
    headers, body = _split(text[marker.end() :] if marker else text)
    sender = mail_headers.address(headers.get("from"))
    if sender is None:
        return None
    return replace(
        mail,
        sender=sender,
        reply_to=mail_headers.address(headers.get("reply-to")),
        recipients=mail_headers.addresses(headers.get("to")),
        subject=mail_headers.readable(headers.get("subject", "")),
        sent_at=mail_headers.instant(headers.get("date"), now=now) or mail.sent_at,
        text=_QUOTE.sub("", body).strip(),
        html="",
        headers=(),
        envelope_sender=None,
        enclosed=(),
    )


def _split(text: str) -> tuple[dict[str, str], str]:
    """The first run of header lines, and what follows it."""
    lines = text.split("\n")
    headers: dict[str, str] = {}
    for at, line in enumerate(lines[:400]):
        found = _HEADER.match(line)
        name = _NAMES.get(found["name"].lower()) if found else None
        if found and name:
            headers.setdefault(name, line[found.end() :].strip(" *>\r"))
        elif headers.keys() >= {"from", "subject"} or (headers and not line.strip(" >\r")):
            if "from" in headers and len(headers) > 1:
                return headers, "\n".join(lines[at:])
            headers.clear()
    return (headers, "") if len(headers) > 1 else ({}, text)
