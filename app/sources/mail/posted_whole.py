"""What a portal without a specification posts: a whole mail, XML, JSON or a form."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import MappedSource
from app.domain.delivery import Reading, Webhook
from app.domain.lead import Kind
from app.sources import compose, mapped, several
from app.sources.bodies.any_form import is_json, read_document
from app.sources.bodies.mail import read_mail
from app.sources.bodies.posted_xml import posted_xml
from app.sources.fields import kept
from app.sources.mail import documents, reading

_HEADER = re.compile(
    rb"\s*(?:from|to|subject|date|received|return-path|delivered-to|message-id|mime-version"
    rb"|content-type|reply-to|x-[a-z0-9-]{1,40}|dkim-signature|arc-[a-z-]{1,40})[ \t]*:",
    re.IGNORECASE,
)
_XML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:<|&lt;)")


def parse(webhook: Webhook, settings: MappedSource, now: datetime, *, kind: Kind) -> Reading:
    """Read whichever of them it is. Raises `Unreadable`.

    `kind` is what the portal's people want who do not say so.
    """
    if _is_mail(webhook):
        mail = read_mail(webhook.body, now=now)
        return _of_kind(reading.read(mail, webhook, settings, now=now), kind)
    document = None if _XML.match(webhook.body) else read_document(webhook)
    if document is None or _holds_xml(document):
        return _of_kind(_of_xml(webhook, settings, now), kind)
    return _of_kind(mapped.reading(document, webhook, settings, now), kind)


def _is_mail(webhook: Webhook) -> bool:
    if webhook.content_type == "message/rfc822":
        return True
    is_form = webhook.content_type.startswith("multipart/") or is_json(webhook)
    return not is_form and _HEADER.match(webhook.body) is not None


def _holds_xml(document: Any) -> bool:
    values = document.values() if isinstance(document, Mapping) else ()
    texts = (each.encode("utf-8", "replace") for each in values if isinstance(each, str))
    return any(documents.looks_like_one(each) for each in texts)


def _of_xml(webhook: Webhook, settings: MappedSource, now: datetime) -> Reading:
    xml, beside = posted_xml(webhook)
    found = [
        replace(each, extra={**kept(beside), **each.extra})
        for each in documents.read_document(xml, now=now)
    ]
    return Reading(
        inquiries=several.read_each(
            found, lambda _, each: compose.from_provider(each, webhook, settings)
        )
    )


def _of_kind(read: Reading, kind: Kind) -> Reading:
    return replace(
        read,
        inquiries=tuple(
            replace(each, kind=kind) if each.kind is Kind.UNKNOWN else each
            for each in read.inquiries
        ),
    )
