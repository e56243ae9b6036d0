"""A form in whatever encoding it came: multipart, urlencoded, or JSON under any name."""

import codecs
import re
from collections.abc import Mapping
from typing import Any

from app.domain.delivery import Webhook
from app.sources import repeats
from app.sources.bodies.form import gathered, read_form, read_json_form
from app.sources.bodies.json import read_json
from app.sources.bodies.multipart import read_multipart
from app.sources.repeats import Identity

_FIRST_PART = re.compile(rb"--([!#-\[\]-~]{1,70})\r\nContent-Disposition:", re.IGNORECASE)


def read_any_form(webhook: Webhook) -> tuple[Mapping[str, Any], Identity]:
    """The fields, and what makes this form the same as another. Raises `Unreadable`.

    A multipart form has a new boundary each time it is sent, so its fields are compared.
    """
    multipart = _multipart(webhook)
    if multipart is not None:
        pairs = read_multipart(webhook.body, multipart)
        return gathered(pairs), repeats.by_content(repr(pairs).encode("utf-8", "replace"))
    identity = repeats.by_content(webhook.body)
    if is_json(webhook):
        return read_json_form(webhook.body), identity
    return read_form(webhook.body), identity


def read_document(webhook: Webhook) -> Any:
    """Any JSON value as it stands, or the fields of a form. Raises `Unreadable`."""
    return read_json(webhook.body) if is_json(webhook) else read_any_form(webhook)[0]


def is_json(webhook: Webhook) -> bool:
    """Plug-ins and command lines send JSON under any content type."""
    start = webhook.body[:64].removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    return webhook.content_type.endswith("json") or start in {b"{", b"["}


def _multipart(webhook: Webhook) -> str | None:
    """The content type of a multipart form, made up from its first line if it got lost."""
    if webhook.content_type.startswith("multipart/"):
        return webhook.headers["content-type"]
    first = _FIRST_PART.match(webhook.body)
    return f'multipart/form-data; boundary="{first[1].decode("latin-1")}"' if first else None
