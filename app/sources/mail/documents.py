"""Leads that a mail carries as XML: ADF or MITS, attached, as its text, or inside its HTML."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from app.domain.errors import Unreadable
from app.sources import repeats
from app.sources.bodies import adf, mits
from app.sources.bodies.mail import Mail
from app.sources.sent import Sent

_DECLARATION = re.compile(r"<\?xml[^>]{0,200}\?>", re.IGNORECASE)

Reader = Callable[..., list[Sent]]


def prospects(mail: Mail, text: str, *, now: datetime) -> list[Sent]:
    """Each prospect, once; none if there is no such document, or none that can be read."""
    attached = [each.content for each in mail.attachments]
    for documents in (attached, *_written(mail, text)):
        found = [each for document in documents for each in _read(document, now)]
        if found:
            alone = {each.identity.key: each for each in found}
            return [_of_mail(each, mail, at) for at, each in enumerate(alone.values())]
    return []


def read_document(xml: bytes, *, now: datetime) -> list[Sent]:
    """The prospects of one document. Raises `Unreadable`: none there, or neither format."""
    for looks_right, read in _FORMATS:
        if looks_right(xml):
            return read(xml, now=now)
    raise Unreadable("This XML is neither ADF nor MITS", "byte 0")


def looks_like_one(data: bytes) -> bool:
    return any(looks_right(data) for looks_right, _ in _FORMATS)


_FORMATS: tuple[tuple[Callable[[bytes], bool], Reader], ...] = (
    (adf.looks_like_adf, adf.read_prospects),
    (mits.looks_like_mits, mits.read_prospects),
)


def _written(mail: Mail, text: str) -> Iterator[list[bytes]]:
    """The text has been decoded, so its XML must not name an encoding of its own."""
    for source in dict.fromkeys((text, mail.text, mail.html)):
        yield [_DECLARATION.sub("", source).encode("utf-8", "replace")]


def _read(document: bytes, now: datetime) -> list[Sent]:
    """Only those that tell something: the mail around them may say it in words."""
    try:
        return [each for each in read_document(document, now=now) if _tells_something(each)]
    except Unreadable:
        return []


def _tells_something(sent: Sent) -> bool:
    told = (sent.email, sent.phone, sent.full_name, sent.first_name, sent.last_name, sent.message)
    return any(told)


def _of_mail(sent: Sent, mail: Mail, at: int) -> Sent:
    """Without an id of its own, a prospect is known by the mail it came in."""
    known = mail.message_id or mail.provider_id
    if sent.identity.window is None or known is None:
        return sent
    return replace(sent, identity=repeats.by_id(known, str(at)) if at else repeats.by_id(known))
