"""Forms of Webflow sites: version 2 of its webhooks, and version 1.

https://developers.webflow.com/data/reference/webhooks/events/form-submission (version 2)
and https://developers.webflow.com/data/v1.0.0/reference/form_submission (version 1). Only
webhooks made by an OAuth app are signed; those made in the dashboard know nothing but our
URL. Success is a 200. That it tries three times, ten minutes apart, is not confirmed; nor
is its time limit. That the id of a submission stays the same on a retry is believed.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import SigningForm
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.sources import compose, forms, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.form import flattened
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.proofs.signatures import Scheme, signature_or_secret, whole_number
from app.sources.taking import take_instant

_SIGNATURE = "x-webflow-signature"
_TIMESTAMP = "x-webflow-timestamp"
_TRIGGER = "form_submission"


def _write(webhook: Webhook, key: bytes, at: int) -> Mapping[str, str]:
    signed = hmac.new(key, f"{at}:".encode() + webhook.body, hashlib.sha256)
    return {_TIMESTAMP: str(at), _SIGNATURE: signed.hexdigest()}


def _instant(webhook: Webhook) -> int | None:
    return whole_number(webhook.headers.get(_TIMESTAMP))


def parse(webhook: Webhook, settings: SigningForm, now: datetime) -> Reading:
    top = Fields(read_object(webhook.body))
    trigger = texts.line(top.look("triggerType"))
    if trigger is not None and trigger != _TRIGGER:
        return Reading(ignored="an event of Webflow that is no form submission")
    # Version 1 has no envelope.
    form = top.inner("payload") if isinstance(top.look("payload"), Mapping) else top
    data = form.look("data")
    if not isinstance(data, Mapping):
        raise Unreadable("There is no form in this delivery", "$.payload.data")
    form.drop("data")
    top.drop("triggerType")
    submission_id = form.line("id", "_id")
    identity = repeats.by_id(submission_id) if submission_id else repeats.by_content(webhook.body)
    occurred_at = take_instant(form, "submittedAt", "d", now=now)
    sent = forms.submission(_members(data, form), identity, settings, now=now)
    sent = replace(
        sent,
        external_id=sent.external_id or submission_id,
        occurred_at=sent.occurred_at or occurred_at,
        extra={**_about(form), **(top.left() if form is not top else {}), **sent.extra},
    )
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


def _members(data: Mapping[str, Any], form: Fields) -> dict[str, Any]:
    """The visitor's fields; the page's address, if it is told, may have the campaign."""
    page = form.line("pageUrl")
    return flattened(data) | ({"pageUrl": page} if page else {})


def _about(form: Fields) -> dict[str, Any]:
    """What Webflow says of the form. Its `name` must not pass for the visitor's."""
    left = form.left()
    name = left.pop("name", None)
    return left | ({"form_name": name} if name is not None else {})


ABOUT = About(
    title="Webflow forms",
    format="JSON: `payload.data` with the form's fields by label; version 1 without `payload`.",
    proof="x-webflow-signature over time and body, or a secret where the webhook is not signed.",
    setup="A webhook made in the dashboard (`Site settings`, `Apps & integrations`, `Webhooks`,"
    " trigger `Form submission`) is not signed: give `secret` and use {url}/SECRET, with its"
    " value in the place of SECRET. One made by an OAuth app, with the scope forms:read, is"
    " signed with the app's client secret: give it as signing_secret and use {url}.",
    config="{kind: webflow, signing_secret: '${WEBFLOW_CLIENT_SECRET}'}",
    reference="https://developers.webflow.com/data/reference/webhooks/events/form-submission",
)
SOURCE: SourceKind[SigningForm] = SourceKind(
    kind="webflow",
    about=ABOUT,
    proof=signature_or_secret(Scheme(_SIGNATURE, _write, _instant)),
    parse=parse,
)
