"""What is kept of a mail beside what the person said: in `extra`."""

import re
from collections.abc import Mapping
from typing import Any

from app.sources.bodies import mail_headers
from app.sources.bodies.mail import Mail
from app.sources.bodies.mail_headers import Address
from app.sources.fields import kept

_OF_THE_WAY = re.compile(
    r"(?:from|to|cc|bcc|subject|date|sender|reply-to|message-id|return-path|received|x-received"
    r"|delivered-to|x-original-to|envelope-to|mime-version|content-.*|dkim-.*|domainkey-.*|arc-.*"
    r"|authentication-results|received-spf|x-google-.*|x-gm-.*|x-ms-.*|x-microsoft-.*|x-forefront.*"
    r"|x-mailgun-.*|x-spam-.*|x-ses-.*|x-sg-.*|feedback-id|thread-.*|list-.*|x-proofpoint.*)"
)
"""Headers that tell how a mail travelled. The raw delivery has them."""

_SENSITIVE_WORDS = (
    "credit income pet pets smoker smoking smoke smokes occupant occupants employer employment job"
    " occupation evicted eviction bankruptcy children kids disability voucher vouchers section8"
)
_SENSITIVE = frozenset(_SENSITIVE_WORDS.split())
"""Words of labels that in housing must not decide who is answered, or how fast."""

_WORD = re.compile(r"[a-z0-9]+")


def beside(mail: Mail, *, text: str | None) -> dict[str, Any]:
    """Of the mail itself: where it arrived, its subject, files, headers; `text` is the rest."""
    about = {
        "subject": mail.subject,
        "from": _written(mail.sender),
        "reply_to": _written(mail.reply_to),
        "to": [_written(each) for each in mail.recipients],
        "message_id": mail.message_id,
        "date": mail.header("date") if mail.sent_at is None else None,
        "id": mail.provider_id,
        "text": text,
        "attachments": [
            {"filename": each.name, "type": each.content_type, "bytes": len(each.content)}
            for each in mail.attachments
        ],
        "headers": _others(mail),
        **mail.others,
    }
    return {**_arrival(mail), **_doubts(mail), "mail": kept(about)}


def apart(members: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of a mail's labels, the sensitive ones in a group of their own."""
    sensitive = {name: value for name, value in members.items() if _is_sensitive(name)}
    others = {name: value for name, value in members.items() if name not in sensitive}
    return {**others, "sensitive": sensitive} if sensitive else others


def _arrival(mail: Mail) -> dict[str, str]:
    """At which of our addresses, for rules: `leads+team-a@…`, and what follows its plus."""
    recipient = mail.recipient or (mail.recipients[0].plain if mail.recipients else None)
    if recipient is None:
        return {}
    tag = recipient.rpartition("@")[0].partition("+")[2]
    return {"recipient": recipient} | ({"recipient_tag": tag} if tag else {})


def _doubts(mail: Mail) -> dict[str, str]:
    """A forged sender is no reason to lose a lead, but one to look twice."""
    failed = ", ".join(mail.failed_checks)
    return {"sender_check": f"failed: {failed}"} if failed else {}


def _written(address: Address | None) -> str | None:
    if address is None or address.name is None:
        return address.address if address else None
    return f"{address.name} <{address.address}>"


def _others(mail: Mail) -> dict[str, str]:
    return {
        name: mail_headers.readable(value)
        for name, value in mail.headers
        if not _OF_THE_WAY.fullmatch(name)
    }


def _is_sensitive(label: str) -> bool:
    return not _SENSITIVE.isdisjoint(_WORD.findall(label[:100].lower()))
