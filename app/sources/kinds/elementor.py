"""Forms of Elementor Pro, a page builder for WordPress, sent by its webhook action.

Known from the plug-in's own source. It posts a form while the visitor waits (WordPress gives
up after five seconds), takes exactly 200 for success, never tries again, does not sign, and
has no id for a submission. Without `Advanced Data` a field is called by its label, and by
`No Label message` where it has none: labels that are equal overwrite each other, before we
see them. With `Advanced Data` each field has its id, type, title and value.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.config.sources import PostedForm
from app.domain.delivery import Reading, Webhook
from app.sources import compose, field_names, forms
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import read_any_form
from app.sources.normalise import texts
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH

_FIELD = re.compile(r"fields(?:\[([^\[\]]+)\]|\.([^.]+))(?:\[|\.)(\w+)\]?(.*)", re.DOTALL)
_BESIDE = frozenset(
    {"form_id", "form_name", "Date", "Time", "Page URL", "User Agent", "Remote IP", "Powered by"}
)
_TYPES = {"email": "email", "tel": "phone", "textarea": "message"}
"""Elementor's types of field that say what is in it."""
_LONGEST_NAME = 200


def parse(webhook: Webhook, settings: PostedForm, now: datetime) -> Reading:
    members, identity = read_any_form(webhook)
    fields = _fields(members)
    if fields:
        answers, beside = _advanced(fields, members, forms.named_in(settings))
    else:
        answers = {name: value for name, value in members.items() if name not in _BESIDE}
        beside = {name: value for name, value in members.items() if name in _BESIDE}
    sent = forms.submission(answers, identity, settings, now=now, beside=beside)
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


def _fields(members: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Id of a field → its attributes → the names of the members that hold them."""
    fields: dict[str, dict[str, str]] = {}
    for name in members:
        found = _FIELD.fullmatch(name) if len(name) <= _LONGEST_NAME else None
        if found:
            fields.setdefault(found[1] or found[2], {})[f"{found[3]}{found[4]}"] = name
    return fields if any("value" in each for each in fields.values()) else {}


def _advanced(
    fields: Mapping[str, Mapping[str, str]], members: Mapping[str, Any], named: frozenset[str]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The answers by telling names, and what stands beside them."""
    beside = dict(members)
    answers: dict[str, Any] = {}
    for field, attributes in fields.items():
        if "value" not in attributes:
            continue
        name = attributes["value"]
        told = {each: members[theirs] for each, theirs in attributes.items()}
        telling = _telling(field, told, named)
        answers[telling if telling and telling not in answers else name] = beside.pop(name)
        for each, same in (("id", field), ("raw_value", told["value"])):
            if told.get(each) == same:
                beside.pop(attributes[each])
    return answers, beside


def _telling(field: str, told: Mapping[str, Any], named: frozenset[str]) -> str | None:
    """A name that says more than the id: the title, or what the type says. `None`: the id."""
    title = (texts.line(told.get("title")) or "")[:_LONGEST_NAME]
    if field in named:
        return field
    if title in named or field_names.is_of_somebody_else(title):
        return title
    if field_names.has_meaning(field) or field_names.is_of_somebody_else(field):
        return None
    meaning = _TYPES.get(texts.line(told.get("type")) or "")
    if meaning and not field_names.has_meaning(title):
        return f"fields[{field}][{meaning}]"
    return title or None


ABOUT = About(
    title="Elementor Pro forms",
    format="urlencoded: fields by their labels, or with `Advanced Data` by id, title and value.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="In the form widget, under Actions After Submit, add Webhook; as Webhook URL type"
    " {url}/SECRET, with the value of secret in the place of SECRET, and turn Advanced Data on."
    " Fields in the config are named by their IDs.",
    config="{kind: elementor, secret: '${ELEMENTOR_SECRET}'}",
)
SOURCE: SourceKind[PostedForm] = SourceKind(
    kind="elementor", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
