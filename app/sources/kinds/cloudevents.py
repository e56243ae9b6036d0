"""Leads as CloudEvents 1.0, posted by the rules of its HTTP webhook.

https://github.com/cloudevents/spec: formats structured, binary and batch in JSON; the
handshake and the token of `http-webhook.md`. `source` and `id` together say whether two
events are the same. A sender may retry what did not get a 2xx; when, and how long it waits,
is its own affair. The specification knows no signature: where the config has `secrets` or
`public_keys`, one by Standard Webhooks is required, besides the token if there is one.
"""

import re
from datetime import datetime

from app.config.sources import SignedEvents
from app.domain.delivery import Greeting, Reading, Webhook
from app.sources import events
from app.sources.base import About, SourceKind
from app.sources.cloud_events import read_events
from app.sources.proofs.standard_webhooks import SIGNATURE_OR_TOKEN

_ORIGIN = re.compile(r"[!-~]{1,253}")
_RATE = re.compile(r"[0-9]{1,9}")


def parse(webhook: Webhook, settings: SignedEvents, now: datetime) -> Reading:
    return events.reading(read_events(webhook, now=now), webhook, settings, now)


def greet(webhook: Webhook, _: SignedEvents) -> Greeting:
    """Allow a sender to deliver. That gives no rights: each delivery proves itself."""
    if webhook.method != "OPTIONS":
        return Greeting(405, headers={"Allow": "POST, OPTIONS"})
    origin = webhook.headers.get("webhook-request-origin", "")
    headers = {"Allow": "POST"}
    if _ORIGIN.fullmatch(origin):
        rate = webhook.headers.get("webhook-request-rate", "")
        headers["WebHook-Allowed-Origin"] = origin
        headers["WebHook-Allowed-Rate"] = rate if _RATE.fullmatch(rate) else "*"
    return Greeting(headers=headers)


ABOUT = About(
    title="CloudEvents",
    format="CloudEvents 1.0: structured, binary or batch; `data` is a lead as in"
    " `POST /v1/leads`, or any object with a person in it.",
    proof="`Authorization: Bearer …`, or `?access_token=…`. With secrets or public_keys also a"
    " signature by Standard Webhooks.",
    setup="At the partner, as the sink or webhook: {url}, with the header `Authorization: Bearer`"
    " and the value of bearer. The handshake by OPTIONS is answered.",
    config="{kind: cloudevents, bearer: '${PARTNER_TOKEN}'}",
    reference="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md",
)
SOURCE: SourceKind[SignedEvents] = SourceKind(
    kind="cloudevents", about=ABOUT, proof=SIGNATURE_OR_TOKEN, parse=parse, greet=greet
)
