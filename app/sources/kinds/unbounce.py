"""Leads of Unbounce, a builder of landing pages.

There is no public specification any more; the body is known from the vendor's own sample
and from what others have seen. It is a form: the page's ids, and the visitor's fields as
JSON in `data.json` and as XML in `data.xml`. PHP that passes it on makes `data_json` of that.
Every value in the JSON is a list. It is not signed, and has no id for a lead; whether it is
retried, what is taken for success, and its time limit are not documented.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import PostedForm
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.sources import compose, forms
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import read_any_form
from app.sources.bodies.element import left_over
from app.sources.bodies.form import flattened
from app.sources.bodies.json import read_object
from app.sources.bodies.xml import read_xml
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.normalise.times import read_instant
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH

_JSON = ("data.json", "data_json")
_XML = ("data.xml", "data_xml")
_BESIDE = ("page_id", "page_uuid", "page_name", "page_url", "variant", "page_variant")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*(AM|PM)\s*UTC", re.IGNORECASE)


def parse(webhook: Webhook, settings: PostedForm, now: datetime) -> Reading:
    members, identity = read_any_form(webhook)
    page = Fields(members)
    answers = _in_json(page) or _in_xml(page)
    if not answers:
        answers = {name: page.look(name) for name in page if name not in _BESIDE}
    sent = forms.submission(answers, identity, settings, now=now, beside=page.left())
    if sent.occurred_at is None:
        sent = replace(sent, occurred_at=_submitted_at(answers, now))
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


def _in_json(page: Fields) -> Mapping[str, Any]:
    """The visitor's fields; a list of one is what stands in it. The XML says the same again."""
    for name in _JSON:
        text = page.look(name)
        try:
            found = read_object(text.encode("utf-8", "surrogatepass")) if text else {}
        except (Unreadable, AttributeError):
            continue
        if found:
            page.drop(name)
            _drop_repeated_xml(page, found)
            return flattened({name: _single(value) for name, value in found.items()})
    return {}


def _drop_repeated_xml(page: Fields, found: Mapping[str, Any]) -> None:
    """The XML is kept if it says anything that the JSON does not."""
    said = {texts.line(_single(value)) for value in found.values()}
    for name in _XML:
        if set(_xml(page.look(name)).values()) <= said:
            page.drop(name)


def _in_xml(page: Fields) -> Mapping[str, Any]:
    for name in _XML:
        found = _xml(page.look(name))
        if found:
            page.drop(name)
            return found
    return {}


def _xml(text: Any) -> Mapping[str, str]:
    """The fields of `<form_data><first_name>Alice</first_name>…`."""
    if not isinstance(text, str):
        return {}
    try:
        tree = read_xml(text.encode("utf-8", "surrogatepass"))
    except Unreadable:
        return {}
    return {
        name.removeprefix("form_data."): value
        for name, value in left_over(tree).items()
        if texts.line(value)
    }


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _submitted_at(answers: Mapping[str, Any], now: datetime) -> datetime | None:
    """`date_submitted` and `time_submitted` (`08:21 PM UTC`), which stay in `extra`, too."""
    day = texts.line(answers.get("date_submitted"))
    clock = _CLOCK.fullmatch(texts.line(answers.get("time_submitted")) or "")
    if day is None or clock is None:
        return None
    hour = int(clock[1]) % 12 + (12 if clock[3].upper() == "PM" else 0)
    return read_instant(f"{day}T{hour:02}:{clock[2]}:00Z", now=now)


ABOUT = About(
    title="Unbounce landing pages",
    format="urlencoded: page_id, page_name, page_url, and the fields in `data.json`.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="In the page's overview, under Integrations, Webhooks: add a webhook with the URL"
    " {url}/SECRET, with the value of secret in the place of SECRET.",
    config="{kind: unbounce, secret: '${UNBOUNCE_SECRET}'}",
)
SOURCE: SourceKind[PostedForm] = SourceKind(
    kind="unbounce", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
