"""A mail as it travels (RFC 5322), and as one value, whoever received it for us."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Any, cast

from app.domain.errors import Unreadable
from app.sources.bodies import mail_headers
from app.sources.bodies.charsets import text_in
from app.sources.bodies.mail_headers import Address, Headers

_MOST_PARTS = 200
_MOST_BOUNDARIES = 40
_MOST_DELIMITERS = 10_000
_TOO_LONG = re.compile(
    rb"(?:^|[\r\n])content-(?:type|disposition)[ \t]*:(?:[^\r\n]|\r?\n[ \t]|\r[ \t]){4000}",
    re.IGNORECASE,
)
"""Python reads the parameters of a header in a time that grows with the square of them."""
_DEEPEST = 4
"""Mails enclosed in mails. People forward what was forwarded to them."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str | None
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. Its text and HTML say the same where there are both."""

    sender: Address | None = None
    reply_to: Address | None = None
    recipients: tuple[Address, ...] = ()
    """To and Cc, as the mail itself names them."""
    recipient: str | None = None
    """At which of our addresses it arrived, by the envelope."""
    envelope_sender: str | None = None
    """Empty for bounces, which answer nobody. `None`: not told."""
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: Headers = ()
    message_id: str | None = None
    provider_id: str | None = None
    sent_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    enclosed: tuple["Mail", ...] = ()
    """Whole mails attached to this one."""
    failed_checks: tuple[str, ...] = ()
    """Which of `spf`, `dkim` and `dmarc` did not hold, as the receiving server saw it."""
    others: Mapping[str, Any] = field(default_factory=dict)
    """What the provider says beside the mail."""

    def header(self, name: str) -> str | None:
        """The first header of that name, as one line."""
        raw = next((value for each, value in self.headers if each == name), None)
        return None if raw is None else mail_headers.readable(raw)


def read_mail(raw: bytes, *, now: datetime) -> Mail:
    """A whole mail. Raises `Unreadable`: no headers, or more parts than any mail has."""
    if _is_made_to_be_slow(raw):
        raise Unreadable("This mail is made of more parts than a mail has", "byte 0")
    try:
        message = BytesParser(policy=compat32).parsebytes(raw.lstrip(b"\r\n"))
        mail = _mail(message, now, depth=0)
    except RecursionError:
        raise Unreadable("The parts of this mail are nested too deep", "byte 0") from None
    if mail.sender is None and not mail.subject and not mail.recipients:
        raise Unreadable("This is no mail: no From, To or Subject", "byte 0")
    return mail


def _is_made_to_be_slow(raw: bytes) -> bool:
    boundaries = raw.count(b"boundary")
    has_too_many = boundaries > _MOST_BOUNDARIES or (
        boundaries > 0 and raw.count(b"\n--") > _MOST_DELIMITERS
    )
    return has_too_many or _TOO_LONG.search(raw) is not None


def from_headers(headers: Headers, *, now: datetime) -> Mail:
    """What the headers alone say of a mail."""

    def first(*names: str) -> str | None:
        return next((value for name, value in headers if name in names and value.strip()), None)

    return_path = next((value for name, value in headers if name == "return-path"), None)
    arrived = mail_headers.address(first("delivered-to", "x-original-to", "envelope-to"))
    sender = mail_headers.address(return_path)
    return Mail(
        sender=mail_headers.address(first("from") or first("sender")),
        reply_to=mail_headers.address(first("reply-to")),
        recipients=mail_headers.addresses(first("to")) + mail_headers.addresses(first("cc")),
        recipient=arrived.plain if arrived else None,
        envelope_sender=sender.plain if sender else _null(return_path),
        subject=mail_headers.readable(first("subject") or ""),
        headers=headers,
        message_id=mail_headers.identifier(first("message-id")),
        sent_at=mail_headers.instant(first("date"), now=now),
    )


def header_block(text: str) -> Headers:
    """Headers that came as one text."""
    message = BytesParser(policy=compat32).parsebytes(
        text.encode("utf-8", "surrogatepass"), headersonly=True
    )
    return _headers(message)


def _null(return_path: str | None) -> str | None:
    return "" if return_path is not None and return_path.strip() == "<>" else None


def _mail(message: Message, now: datetime, *, depth: int) -> Mail:
    mail = from_headers(_headers(message), now=now)
    texts_: list[str] = []
    htmls: list[str] = []
    attachments: list[Attachment] = []
    enclosed: list[Mail] = []
    for part in _parts(message):
        kind = part.get_content_type()
        if part.is_multipart():
            if kind == "message/rfc822" and depth < _DEEPEST:
                enclosed.append(_mail(_inside(part)[0], now, depth=depth + 1))
        elif kind in {"text/plain", "text/html"} and not _is_file(part):
            (texts_ if kind == "text/plain" else htmls).append(_text(part))
        else:
            attachments.append(Attachment(_file_name(part), kind, _content(part)))
    return replace(
        mail,
        text="\n".join(texts_),
        html="\n".join(htmls),
        attachments=tuple(attachments),
        enclosed=tuple(enclosed),
    )


def _headers(message: Message) -> Headers:
    return mail_headers.read_headers(message.raw_items())


def _parts(message: Message) -> Iterator[Message]:
    """The parts that hold something, those inside of others included; not inside of mails."""
    left = [message]
    for _ in range(_MOST_PARTS):
        if not left:
            return
        part = left.pop(0)
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            left[:0] = _inside(part)
        else:
            yield part


def _inside(part: Message) -> list[Message]:
    # Not asked of anything else: it would decode a text by whatever codec the mail names.
    return cast("list[Message]", part.get_payload())


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or _file_name(part) is not None


def _file_name(part: Message) -> str | None:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError, AttributeError):
        return None  # A parameter that nobody can read names no file.
    return mail_headers.readable(name) or None if name else None


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: Message) -> str:
    try:
        charset = part.get_content_charset()
    except (ValueError, LookupError, TypeError, AttributeError):
        charset = None  # A parameter that nobody can read names no encoding.
    return text_in(_content(part), charset)
