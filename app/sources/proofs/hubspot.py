"""How HubSpot signs: version 3 with a timestamp, and two older versions without.

https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests. A
delivery with version 3 is judged by that alone. The older ones, for events (1) and for
workflows (2), cannot be protected from replays; that a repeat changes nothing has to do.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from app.config.sources import SigningBase
from app.domain.delivery import Webhook
from app.sources.proofs.proof import Proof
from app.sources.proofs.signatures import Scheme, signature_or_secret, whole_number

_V3 = "x-hubspot-signature-v3"
_TIMESTAMP = "x-hubspot-request-timestamp"
_OLDER = "x-hubspot-signature"
_VERSION = "x-hubspot-signature-version"

_PLAIN = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$",
    "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
"""HubSpot signs an address with these characters as they are."""


def _write_v3(webhook: Webhook, secret: bytes, at: int) -> Mapping[str, str]:
    signed = _address(webhook) + webhook.body + str(at).encode()
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return {_V3: base64.b64encode(digest).decode(), _TIMESTAMP: str(at)}


def _write_v2(webhook: Webhook, secret: bytes, _: int) -> Mapping[str, str]:
    digest = hashlib.sha256(secret + _address(webhook) + webhook.body).hexdigest()
    return {_OLDER: digest, _VERSION: "v2"}


def _write_v1(webhook: Webhook, secret: bytes, _: int) -> Mapping[str, str]:
    return {_OLDER: hashlib.sha256(secret + webhook.body).hexdigest(), _VERSION: "v1"}


def _address(webhook: Webhook) -> bytes:
    url = webhook.urls[0] if webhook.urls else ""
    return f"{webhook.method}{url}".encode("utf-8", "surrogatepass")


def _instant(webhook: Webhook) -> int | None:
    return whole_number(webhook.headers.get(_TIMESTAMP))


_PROOF_V3 = signature_or_secret(
    Scheme(header=_V3, write=_write_v3, instant=_instant, covers_url=True)
)
_PROOF_V2 = signature_or_secret(Scheme(header=_OLDER, write=_write_v2, covers_url=True))
_PROOF_V1 = signature_or_secret(Scheme(header=_OLDER, write=_write_v1))


def _check(webhook: Webhook, settings: SigningBase, now: datetime) -> None:
    addresses = (each for url in webhook.urls for each in (url, _plain(url)))
    _used(webhook).check(replace(webhook, urls=tuple(dict.fromkeys(addresses))), settings, now)


def _used(webhook: Webhook) -> Proof[SigningBase]:
    if _V3 in webhook.headers or _OLDER not in webhook.headers:
        return _PROOF_V3
    return _PROOF_V2 if webhook.headers.get(_VERSION, "").lower() == "v2" else _PROOF_V1


def _plain(url: str) -> str:
    for escaped, character in _PLAIN.items():
        url = url.replace(escaped, character).replace(escaped.lower(), character)
    return url


SIGNATURE_OR_SECRET: Proof[SigningBase] = Proof(_check, _PROOF_V3.sign)
"""One of HubSpot's signatures; or `secret`, where the config gives it."""
