"""XML that was posted: as the body under any name, in a form's parameter, or as a file."""

import codecs
from collections.abc import Mapping
from typing import Any, NamedTuple

from app.domain.delivery import Webhook
from app.domain.errors import Unreadable
from app.sources.bodies.any_form import read_any_form
from app.sources.bodies.form import gathered
from app.sources.bodies.multipart import read_multipart, read_parts

_STARTS = (b"<", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\0<", b"&lt;")
_SECRETS = frozenset({"apikey", "api_key", "password", "secret", "token"})
"""Credentials that a sender made for another receiver puts beside the XML."""


class Posted(NamedTuple):
    """The document, and what stood beside it."""

    xml: bytes
    beside: Mapping[str, Any]


def posted_xml(webhook: Webhook) -> Posted:
    """The XML of a delivery. Raises `Unreadable`: there is none, or its form is broken."""
    if _is_xml(webhook.body):
        return Posted(webhook.body, {})
    if webhook.content_type.startswith("multipart/"):
        return _in_parts(webhook)
    members, _ = read_any_form(webhook)
    name = next((each for each, value in members.items() if _holds_xml(value)), None)
    if name is not None:
        return Posted(members[name].encode("utf-8", "replace"), _beside(members, name))
    if b"<" in webhook.body:
        # A document with words before it is still a document.
        return Posted(webhook.body, {})
    raise Unreadable("There is no XML in this delivery", "byte 0")


def _in_parts(webhook: Webhook) -> Posted:
    """The first part that is XML, be it a field or a file."""
    content_type = webhook.headers["content-type"]
    members = gathered(read_multipart(webhook.body, content_type))
    for part in read_parts(webhook.body, content_type):
        xml = bytes(part.body)
        if _is_xml(xml):
            text = xml.decode("utf-8", "replace")
            return Posted(xml, {n: v for n, v in _beside(members).items() if v != text})
    raise Unreadable("There is no XML in any part of this form", "byte 0")


def _beside(members: Mapping[str, Any], *but: str) -> dict[str, Any]:
    return {
        name: value
        for name, value in members.items()
        if name not in but and name.lower() not in _SECRETS
    }


def _holds_xml(value: Any) -> bool:
    return isinstance(value, str) and _is_xml(value[:100].encode("utf-8", "replace"))


def _is_xml(body: bytes) -> bool:
    return body[:100].removeprefix(codecs.BOM_UTF8).lstrip().startswith(_STARTS)
