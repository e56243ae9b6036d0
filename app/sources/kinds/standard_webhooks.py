"""Leads from partners who speak Standard Webhooks 1.0.0, or Svix, which is the same.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
A body is `{"type", "timestamp", "data"}` by advice only: an object without `data` is a lead
itself. Any 2xx is a success, a 410 ends the deliveries for good; a sender waits 15 to 30
seconds and retries for days, with the same `webhook-id` and a new timestamp and signature.
"""

from datetime import datetime

from app.config.sources import SignedEvents
from app.domain.delivery import Reading, Webhook
from app.sources import events, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.json import read_object
from app.sources.events import Event
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.proofs.standard_webhooks import SIGNATURE_OR_TOKEN, message_id
from app.sources.taking import take_instant


def parse(webhook: Webhook, settings: SignedEvents, now: datetime) -> Reading:
    return events.reading([_event(webhook, now)], webhook, settings, now)


def _event(webhook: Webhook, now: datetime) -> Event:
    body = read_object(webhook.body)
    envelope = Fields(body)
    envelope.drop("data")
    its_id = message_id(webhook)
    kind_of_event = texts.line(envelope.look("type"))
    occurred_at = take_instant(envelope, "timestamp", now=now)
    about = envelope.left()
    if "data" in body:
        data = body["data"]
    else:
        data = {name: value for name, value in about.items() if name != "type"}
        about = {"type": kind_of_event}
    return Event(
        type=kind_of_event,
        identity=repeats.by_id(its_id) if its_id else repeats.by_content(webhook.body),
        data=data,
        occurred_at=occurred_at,
        about=about,
    )


ABOUT = About(
    title="Standard Webhooks",
    format="JSON: `type`, `timestamp` and `data`, which is a lead as in `POST /v1/leads`, or any"
    " object with a person in it.",
    proof="`webhook-signature`: HMAC-SHA256 (v1) with one of secrets, or ed25519 (v1a) with one"
    " of public_keys; not more than five minutes old. With bearer also that token.",
    setup="At the partner, as the endpoint: {url}. What the partner then shows as the signing"
    " secret (`whsec_…`) belongs into secrets, a public key (`whpk_…`) into public_keys. To"
    " change it, keep the old one beside the new one for a day.",
    config="{kind: standard-webhooks, secrets: ['${PARTNER_WEBHOOK_SECRET}']}",
    reference="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/"
    "standard-webhooks.md",
)
SOURCE: SourceKind[SignedEvents] = SourceKind(
    kind="standard-webhooks", about=ABOUT, proof=SIGNATURE_OR_TOKEN, parse=parse
)
