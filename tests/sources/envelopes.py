"""One mail as each of the services that receive mails would post it."""

import base64
import json
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from app.domain.delivery import Reading, Webhook
from app.domain.lead import Inquiry
from tests.sources.examples import delivery, read

MAILS = Path(__file__).parent / "mails"
TO = "leads@in.example.com"


def a_mail(text: str = "", *, html: str | None = None, **headers: str) -> bytes:
    """A whole mail. Header names have `_` for `-`; an empty value leaves a header out."""
    mail = EmailMessage(policy=policy.SMTP)
    standard = {"From": "Ana Prieto <ana@example.com>", "To": TO, "Subject": "A question"}
    for name, value in {**standard, **headers}.items():
        if value:
            mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def in_sendgrid(raw: bytes) -> Webhook:
    mail = _parsed(raw)
    fields = {
        "headers": "".join(f"{name}: {value}\n" for name, value in mail.items()),
        "from": str(mail["From"] or ""),
        "to": str(mail["To"] or ""),
        "subject": str(mail["Subject"] or ""),
        "text": _body(mail, "plain"),
        "html": _body(mail, "html"),
        "envelope": json.dumps({"to": [TO], "from": "bounce@example.net"}),
        "charsets": json.dumps({"text": "UTF-8", "html": "UTF-8"}),
        "SPF": "pass",
    }
    return multipart("email-sendgrid", fields, _files(mail))


def in_sendgrid_raw(raw: bytes) -> Webhook:
    envelope = json.dumps({"to": [TO], "from": "bounce@example.net"})
    return multipart("email-sendgrid", {"email": raw.decode("latin-1"), "envelope": envelope}, [])


def in_mailgun(raw: bytes) -> Webhook:
    mail = _parsed(raw)
    fields = {
        "recipient": TO,
        "sender": "bounce@example.net",
        "from": str(mail["From"] or ""),
        "subject": str(mail["Subject"] or ""),
        "body-plain": _body(mail, "plain"),
        "body-html": _body(mail, "html"),
        "message-headers": json.dumps([[name, str(value)] for name, value in mail.items()]),
    }
    if _files(mail):
        return multipart("email-mailgun", fields, _files(mail))
    return delivery(
        "email-mailgun", urlencode(fields).encode(), "application/x-www-form-urlencoded"
    )


def in_mailgun_raw(raw: bytes) -> Webhook:
    fields = {"recipient": TO, "sender": "bounce@example.net", "body-mime": raw}
    return delivery(
        "email-mailgun", urlencode(fields).encode(), "application/x-www-form-urlencoded"
    )


def in_postmark(raw: bytes) -> Webhook:
    mail = _parsed(raw)
    document = {
        "From": str(mail["From"] or ""),
        "OriginalRecipient": TO,
        "ToFull": [{"Email": each.addr_spec, "Name": each.display_name} for each in _to(mail)],
        "ReplyTo": str(mail["Reply-To"] or ""),
        "Subject": str(mail["Subject"] or ""),
        "Date": str(mail["Date"] or ""),
        "TextBody": _body(mail, "plain"),
        "HtmlBody": _body(mail, "html"),
        "Headers": [{"Name": name, "Value": str(value)} for name, value in mail.items()],
        "Attachments": [
            {"Name": name, "ContentType": kind, "Content": base64.b64encode(data).decode()}
            for name, kind, data in _files(mail)
        ],
    }
    return delivery("email-postmark", json.dumps(document).encode(), "application/json")


def as_a_whole(raw: bytes) -> Webhook:
    return delivery("homes-com", raw, "message/rfc822")


ENVELOPES: dict[str, tuple[str, Callable[[bytes], Webhook]]] = {
    "sendgrid": ("email-sendgrid", in_sendgrid),
    "sendgrid-raw": ("email-sendgrid", in_sendgrid_raw),
    "mailgun": ("email-mailgun", in_mailgun),
    "mailgun-raw": ("email-mailgun", in_mailgun_raw),
    "postmark": ("email-postmark", in_postmark),
}


def arriving(raw: bytes, *, by: str = "postmark", **changes: Any) -> Reading:
    """What is read of a mail that came by one of the services."""
    kind, envelope = ENVELOPES[by]
    return read(envelope(raw), kind, **changes)


def lead(raw: bytes, *, by: str = "postmark", **changes: Any) -> Inquiry:
    """The only lead in a mail."""
    (inquiry,) = arriving(raw, by=by, **changes).inquiries
    return inquiry


def multipart(kind: str, fields: dict[str, str], files: list[tuple[str, str, bytes]]) -> Webhook:
    parts = [
        f'--xYzZY\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode(
            "latin-1" if name == "email" else "utf-8"
        )
        for name, value in fields.items()
    ] + [
        f'--xYzZY\r\nContent-Disposition: form-data; name="attachment{at}"; filename="{name}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for at, (name, content_type, content) in enumerate(files, start=1)
    ]
    body = b"".join(parts) + b"--xYzZY--\r\n"
    return delivery(kind, body, "multipart/form-data; boundary=xYzZY")


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def _body(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body(preferencelist=(cast("Any", subtype),))
    return "" if part is None else str(part.get_content())


def _files(mail: EmailMessage) -> list[tuple[str, str, bytes]]:
    return [
        (each.get_filename() or "", each.get_content_type(), each.get_payload(decode=True) or b"")
        for each in cast("Any", mail.iter_attachments())
    ]


def _to(mail: EmailMessage) -> Any:
    return mail["To"].addresses if mail["To"] else ()
