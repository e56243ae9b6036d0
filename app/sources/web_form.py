"""A form on a website, in any encoding a browser or a plug-in sends.

Such senders do not sign, have no id for a submission, and mostly do not retry; several
make the visitor wait for the answer, and take nothing but a 200 for success.
"""

import codecs
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import WebForm
from app.domain.delivery import Reading, Webhook
from app.domain.lead import Consent
from app.sources import campaigns, compose, consents, credentials, guesses, overrides, repeats
from app.sources.base import SourceKind
from app.sources.fields import Fields
from app.sources.form_body import gathered, read_form, read_json_form
from app.sources.multipart_body import read_multipart
from app.sources.normalise import texts
from app.sources.repeats import Identity
from app.sources.sent import Sent
from app.sources.taking import take_instant

_PROOFS = {
    "xxTrustedFormCertUrl": "trustedform",
    "xxTrustedFormToken": "trustedform",
    "universal_leadid": "jornaya",
    "leadid_token": "jornaya",
    "jornaya_lead_id": "jornaya",
}
"""Hidden fields of the services that certify consent."""


def check(webhook: Webhook, settings: WebForm) -> None:
    credentials.check_secret_or_basic_auth(webhook, settings)


def parse(webhook: Webhook, settings: WebForm, now: datetime) -> Reading:
    members, identity = _form(webhook)
    fields = Fields(members)
    spam = _spam(fields, settings)
    consent = consents.with_configured(Consent(), fields, settings.consent)
    told = _told(fields, settings)
    campaign, others = campaigns.read_campaign(fields)
    sent = Sent(
        identity,
        occurred_at=take_instant(fields, "submitted_at", "submittedAt", now=now),
        medium=campaign.medium,
        consent=_proven(consent, fields),
        campaign=campaign,
        spam=spam,
        extra={**others, **fields.left()},
    )
    sent = overrides.applied(sent, told)
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


def _told(fields: Fields, settings: WebForm) -> Mapping[str, str]:
    """What the config names comes first; only what is then still unknown is guessed."""
    by_config = overrides.told(fields, settings.fields)
    known = set(by_config)
    if "full_name" in known:
        known |= {"first_name", "last_name"}
    return guesses.take_known(fields, but=known) | by_config


def _form(webhook: Webhook) -> tuple[Mapping[str, Any], Identity]:
    """The fields, and what makes this form the same as another.

    A multipart form has a new boundary each time it is sent, so its fields are compared.
    """
    if webhook.content_type.startswith("multipart/"):
        pairs = read_multipart(webhook.body, webhook.headers["content-type"])
        return gathered(pairs), repeats.by_content(repr(pairs).encode("utf-8", "replace"))
    identity = repeats.by_content(webhook.body)
    # Plug-ins and command lines send JSON under any content type.
    start = webhook.body[:64].removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    is_json = webhook.content_type.endswith("json") or start in {b"{", b"["}
    if is_json:
        return read_json_form(webhook.body), identity
    return read_form(webhook.body), identity


def _spam(fields: Fields, settings: WebForm) -> str | None:
    """People cannot see the honeypot. Some browsers fill it in for them: kept, not dropped."""
    name = settings.honeypot and fields.find(settings.honeypot)
    is_filled = name and texts.line(fields.look(name)) is not None
    return "the form's hidden field was filled in" if is_filled else None


def _proven(consent: Consent, fields: Fields) -> Consent:
    proofs = [
        f"{service}: {text}" for name, service in _PROOFS.items() if (text := fields.line(name))
    ]
    evidence = [consent.evidence, *proofs] if consent.evidence else proofs
    return replace(consent, evidence="; ".join(evidence) or None)


SOURCE = SourceKind(kind="web-form", check=check, parse=parse)
