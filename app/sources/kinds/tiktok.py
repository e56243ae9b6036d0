"""Leads from TikTok, direct or by way of an aggregator.

TikTok publishes the signature of its developer portal, `t=…,s=…` over `<t>.<body>`
(seconds, hex HMAC-SHA256 with the app's client secret), but no body of a lead, and whether
leads are signed so is not confirmed. So the body is anything, `mapping` says where things
stand, and `secret` stands in where nobody signs. Retry rule and time limit are not
documented; any 2xx is believed to be success.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

from app.config.sources import TikTok
from app.domain.delivery import Reading, Webhook
from app.sources import mapped
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import read_document
from app.sources.proofs.signatures import Scheme, signature_or_secret, whole_number

_HEADER = "tiktok-signature"
_SIGNED_AT = re.compile(r"(?:^|,)\s*t=([0-9]{1,12})\s*(?:,|$)")


def _write(webhook: Webhook, key: bytes, at: int) -> Mapping[str, str]:
    seconds = str(at // 1000)
    signed = hmac.new(key, f"{seconds}.".encode() + webhook.body, hashlib.sha256)
    return {_HEADER: f"t={seconds},s={signed.hexdigest()}"}


def _instant(webhook: Webhook) -> int | None:
    found = _SIGNED_AT.search(webhook.headers.get(_HEADER, ""))
    seconds = whole_number(found[1]) if found else None
    return None if seconds is None else seconds * 1000


def parse(webhook: Webhook, settings: TikTok, now: datetime) -> Reading:
    return mapped.reading(read_document(webhook), webhook, settings, now)


ABOUT = About(
    title="TikTok lead generation",
    format="JSON or a form, as TikTok or an aggregator sends it; `mapping` says what is where.",
    proof="TikTok-Signature over the body, or a secret where the sender cannot sign.",
    setup="In TikTok's developer portal, or at the aggregator, set the callback URL to {url} and"
    " signing_secret to the app's client secret. Where nobody signs, give `secret` and set the"
    " URL to {url}/SECRET, with its value in the place of SECRET.",
    config="{kind: tiktok, signing_secret: '${TIKTOK_CLIENT_SECRET}', medium: social,"
    " mapping: {external_id: [lead_id, '..lead_id'], occurred_at: '..create_time',"
    " campaign.name: '..campaign_name',"
    " full_name: \"changes[?@.field=='full_name'].value\","
    " email: \"changes[?@.field=='email'].value\","
    " phone: \"changes[?@.field=='phone_number'].value\"}}",
)
SOURCE: SourceKind[TikTok] = SourceKind(
    kind="tiktok",
    about=ABOUT,
    proof=signature_or_secret(Scheme(_HEADER, _write, _instant)),
    parse=parse,
)
