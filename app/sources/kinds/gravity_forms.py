"""Submissions by the Webhooks add-on of Gravity Forms, a form builder for WordPress.

https://docs.gravityforms.com/category/add-ons-gravity-forms/webhooks-add-on/. The add-on
posts JSON or a form, from a background job, and does not sign. With all fields its body is
the raw entry: the keys are numbers, which mean nothing by themselves. `fields` in the config
says what they are; what it leaves open is told by what was typed in (`entries`). With
selected fields the keys are the administrator's own, and no ids are sent.

Whether it retries, and how long it waits, is not documented.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from app.config.sources import PostedForm
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.sources import compose, entries, forms, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import read_any_form
from app.sources.bodies.json import read_json
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH
from app.sources.repeats import Identity
from app.sources.taking import take_instant

_ANSWER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,4})?")
"""The number of a field, and of a part of it."""

_OF_THE_ENTRY_WORDS = (
    "id form_id post_id date_created date_updated is_starred is_read ip source_id source_url"
    " user_agent currency payment_status payment_date payment_amount payment_method"
    " transaction_id transaction_type is_fulfilled created_by status"
)
_OF_THE_ENTRY = frozenset(_OF_THE_ENTRY_WORDS.split())
"""What Gravity Forms itself writes beside the answers."""


def parse(webhook: Webhook, settings: PostedForm, now: datetime) -> Reading:
    members, identity = read_any_form(webhook)
    entry = Fields({name: value for name, value in members.items() if name in _OF_THE_ENTRY})
    answers = {
        name: _decoded(value) for name, value in members.items() if name not in _OF_THE_ENTRY
    }
    entry_id, form_id = texts.line(entry.look("id")), texts.line(entry.look("form_id"))
    if entry_id and form_id:
        identity = _identity(entry, entry_id, form_id)
        entry.drop("id")
    asked_at = take_instant(entry, "date_created", now=now)
    is_spam = entry.look("status") == "spam"
    told = _told(answers, settings)
    sent = forms.submission(
        {name: value for name, value in answers.items() if name not in told.fields},
        identity,
        settings,
        now=now,
        known=told.texts,
        beside=entry.left(),
    )
    if entry_id and form_id:
        sent = replace(sent, external_id=sent.external_id or entry_id)
    if is_spam and sent.spam is None:
        sent = replace(sent, spam="Gravity Forms marked it as spam")
    sent = replace(sent, occurred_at=sent.occurred_at or asked_at)
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


def _decoded(value: Any) -> Any:
    """Several choices in one field come as the text of a JSON list."""
    if not isinstance(value, str) or not value.startswith("["):
        return value
    try:
        chosen = read_json(value.encode("utf-8", "surrogatepass"))
    except Unreadable:
        return value
    is_plain = isinstance(chosen, list) and not any(isinstance(it, dict | list) for it in chosen)
    return chosen if is_plain else value


def _told(answers: Mapping[str, Any], settings: PostedForm) -> entries.Told:
    named = forms.named_in(settings)
    numbered = {
        name: value
        for name, value in answers.items()
        if _ANSWER.fullmatch(name) and name not in named
    }
    return entries.told(numbered, but=forms.meanings_in(settings))


def _identity(entry: Fields, entry_id: str, form_id: str) -> Identity:
    """Each site counts its entries from one, and a site restored from a backup goes back.

    So the site and the instant belong to the id: both stay the same when an entry is sent
    again, and another person's lead must never be taken for a repeat.
    """
    try:
        site = urlsplit(texts.line(entry.look("source_url")) or "").hostname or ""
    except ValueError:
        site = ""
    created = texts.line(entry.look("date_created")) or ""
    return repeats.by_id(form_id, entry_id, *filter(None, (created, site)))


ABOUT = About(
    title="Gravity Forms",
    format="JSON or a form: an entry with numbered fields, or selected fields by name.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="In the form's settings, under Webhooks: request URL {url}, method POST, format JSON,"
    " a request header X-Webhook-Secret with the value of secret, and as request body All"
    " Fields. Its fields are numbers: write them into the config, as in `fields: {email: '2',"
    " phone: '3', first_name: '1.3', last_name: '1.6', message: '4'}`.",
    config="{kind: gravity-forms, secret: '${GRAVITY_FORMS_SECRET}'}",
    reference="https://docs.gravityforms.com/category/add-ons-gravity-forms/webhooks-add-on/",
)
SOURCE: SourceKind[PostedForm] = SourceKind(
    kind="gravity-forms", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
