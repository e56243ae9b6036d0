"""Forms of WordPress sites, sent by the Webhooks add-on of WPForms.

https://wpforms.com/docs/how-to-install-and-use-the-webhooks-addon-with-wpforms/ says how to
set it up; the format is that of the add-on's source. It sends once, in the background,
follows no redirects, waits up to 60 s, takes a 2xx for success and does not try again.

The form's owner chooses the names of fields and between JSON and form encoding. Form-encoded
deliveries are signed over a JSON text that they do not hold, so that only JSON can be
checked. There is no id: `X-WPForms-Webhook-Id` is that of the webhook's settings.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.config.sources import SigningForm
from app.domain.delivery import Reading, Webhook
from app.domain.errors import BadCredentials
from app.sources import compose, forms
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import is_json, read_any_form
from app.sources.proofs import credentials
from app.sources.proofs.proof import Proof
from app.sources.proofs.signatures import Scheme, signature_or_secret, whole_number

_HEADER = "x-wpforms-webhook-signature"
_SIGNED_AT = re.compile(r"(?:^|,)\s*t=([0-9]{1,12})\s*(?:,|$)")
_LIST = "||"


def _write(webhook: Webhook, key: bytes, at: int) -> Mapping[str, str]:
    seconds = str(at // 1000)
    signed = hmac.new(key, f"{seconds}.".encode() + webhook.body, hashlib.sha256)
    return {_HEADER: f"t={seconds},v={signed.hexdigest()}"}


def _instant(webhook: Webhook) -> int | None:
    found = _SIGNED_AT.search(webhook.headers.get(_HEADER, ""))
    seconds = whole_number(found[1]) if found else None
    return None if seconds is None else seconds * 1000


_JSON = signature_or_secret(Scheme(_HEADER, _write, _instant))


def check(webhook: Webhook, settings: SigningForm, now: datetime) -> None:
    """A signature that nobody can check counts for nothing; a secret in the path does."""
    if settings.signing_secret is None or _HEADER not in webhook.headers or is_json(webhook):
        _JSON.check(webhook, settings, now)
    elif settings.secret is not None:
        credentials.check_secret(webhook, settings.secret)
    else:
        raise BadCredentials(
            webhook.source,
            "what WPForms signs in form encoding cannot be checked: choose JSON as request format",
        )


def sign(webhook: Webhook, settings: SigningForm, now: datetime) -> Webhook:
    if settings.secret is not None and not is_json(webhook):
        return credentials.with_secret(webhook, settings.secret)
    return _JSON.sign(webhook, settings, now)


def parse(webhook: Webhook, settings: SigningForm, now: datetime) -> Reading:
    members, identity = read_any_form(webhook)
    told = {name: _listed(value) for name, value in members.items()}
    sent = forms.submission(told, identity, settings, now=now)
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


def _listed(value: Any) -> Any:
    """Several choices arrive as `Buy||Refinance`; a text of several lines is one text."""
    is_list = isinstance(value, str) and _LIST in value and "\n" not in value
    return [each.strip() for each in value.split(_LIST) if each.strip()] if is_list else value


ABOUT = About(
    title="WPForms",
    format="JSON or urlencoded, with the names of fields that the form's owner chose.",
    proof="X-WPForms-Webhook-Signature over time and body (JSON only), or a secret.",
    setup="In the form, `Settings`, `Webhooks`: Request URL {url}, method POST, Request Format"
    " JSON, Secret the value of signing_secret; name each field in the Request Body. Whoever"
    " must send FORM gives `secret` and uses {url}/SECRET instead.",
    config="{kind: wpforms, signing_secret: '${WPFORMS_SECRET}', consent: {email: implied}}",
    reference="https://wpforms.com/docs/how-to-install-and-use-the-webhooks-addon-with-wpforms/",
)
SOURCE: SourceKind[SigningForm] = SourceKind(
    kind="wpforms", about=ABOUT, proof=Proof(check, sign), parse=parse
)
