"""CloudEvents 1.0 over HTTP, in each of the ways its JSON and binary modes know."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from app.domain.delivery import Webhook
from app.domain.errors import Unreadable
from app.sources import repeats
from app.sources.bodies.any_form import read_document
from app.sources.bodies.json import read_json
from app.sources.events import Event
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.taking import take_instant

_BATCH = "application/cloudevents-batch"
_STRUCTURED = "application/cloudevents"


def read_events(webhook: Webhook, *, now: datetime) -> list[Event]:
    """Each event of a delivery. Raises `Unreadable`: no JSON, or no CloudEvent."""
    content_type = webhook.content_type
    if content_type.startswith(_STRUCTURED) and not content_type.endswith("json"):
        raise Unreadable("Of the formats of CloudEvents, only JSON can be read", "content-type")
    if not content_type.startswith(_STRUCTURED) and "ce-id" in webhook.headers:
        return [_event(_attributes(webhook), _data(webhook), webhook.body, now)]
    document = read_json(webhook.body)
    if isinstance(document, list):
        return [_of_batch(each, now) for each in document]
    if content_type.startswith(_BATCH):
        raise Unreadable("This batch of CloudEvents is no list", "byte 0")
    return [_structured(document, now)]


def _attributes(webhook: Webhook) -> dict[str, Any]:
    """`ce-` headers, which are percent-encoded."""
    return {
        name[3:]: unquote(value, errors="replace")
        for name, value in webhook.headers.items()
        if name.startswith("ce-")
    }


def _data(webhook: Webhook) -> Any:
    return read_document(webhook) if webhook.body.strip() else None


def _of_batch(document: Any, now: datetime) -> Event:
    """One event, or why it is none: the others must not wait for it."""
    try:
        return _structured(document, now)
    except Unreadable as error:
        return Event(type=None, identity=repeats.by_content(b""), data=error)


def _structured(document: Any, now: datetime) -> Event:
    if not isinstance(document, Mapping) or "specversion" not in document:
        raise Unreadable("This is no CloudEvent: it has no specversion", "$")
    attributes = dict(document)
    data = attributes.pop("data", None)
    if data is None and "data_base64" in attributes:
        data = _from_base64(attributes)
    content = json.dumps(document, sort_keys=True).encode()
    return _event(attributes, data, content, now)


def _from_base64(attributes: dict[str, Any]) -> Any:
    content_type = texts.line(attributes.get("datacontenttype")) or "application/json"
    try:
        body = base64.b64decode(texts.line(attributes["data_base64"]) or "", validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("The data of this CloudEvent is no base64", "$.data_base64") from None
    del attributes["data_base64"]
    return _data(Webhook(source="", body=body, headers={"content-type": content_type}))


def _event(attributes: Mapping[str, Any], data: Any, content: bytes, now: datetime) -> Event:
    fields = Fields(attributes)
    fields.drop("specversion")
    told = [texts.line(fields.look(name)) for name in ("source", "id")]
    # With one of them alone, an event is not told from others of the same number.
    is_told = None not in told
    key = [each or "" for each in told]
    return Event(
        type=texts.line(fields.look("type")),
        identity=repeats.by_id(*key) if is_told else repeats.by_content(content),
        data=data,
        occurred_at=take_instant(fields, "time", now=now),
        about=fields.left(),
    )
