"""Signatures and tokens of partners who speak Standard Webhooks 1.0.0 or CloudEvents.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
Signed is `{id}.{timestamp}.{body}`; any good signature among several is enough, made with
any of our secrets or keys, so that both sides can change keys at leisure. Svix sends the
same under names of its own. What the config gives is required: a signature where there are
`secrets` or `public_keys`, the token where there is `bearer`, and both where there are both.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import SecretStr

from app.config.sources import SignedEvents
from app.domain.delivery import Webhook
from app.domain.errors import BadCredentials
from app.sources.proofs import credentials
from app.sources.proofs.proof import CannotSign, Proof
from app.sources.proofs.signatures import TOLERANCE, milliseconds, whole_number

_FAMILIES = ("webhook", "svix")
_MOST_SIGNATURES = 20
_PRIVATE = "only the partner has the private key to public_keys: let the partner send a test"


class _Signed(NamedTuple):
    id: str
    timestamp: str
    signatures: str


def message_id(webhook: Webhook) -> str | None:
    """The sender's id of the message: the same on every retry."""
    found = (webhook.headers.get(f"{family}-id", "").strip() for family in _FAMILIES)
    return next(filter(None, found), None)


def _check(webhook: Webhook, settings: SignedEvents, now: datetime) -> None:
    if settings.bearer is not None or "bearer" in settings.model_fields_set:
        _check_token(webhook, settings.bearer)
    if settings.secrets or settings.public_keys:
        _check_signature(webhook, settings, now)


def _check_token(webhook: Webhook, expected: SecretStr | None) -> None:
    """The header, or `?access_token=` as the CloudEvents webhook allows."""
    scheme, _, token = webhook.headers.get("authorization", "").partition(" ")
    given = token.strip() if scheme.lower() == "bearer" else webhook.query.get("access_token")
    if not credentials.is_same(given, expected):
        raise BadCredentials(webhook.source, f"the token is {'wrong' if given else 'missing'}")


def _check_signature(webhook: Webhook, settings: SignedEvents, now: datetime) -> None:
    signed = _signed(webhook)
    at = whole_number(signed.timestamp, at_most_digits=12)
    if at is None:
        raise BadCredentials(webhook.source, "the signature's timestamp is no number")
    if abs(milliseconds(now) - at * 1000) > TOLERANCE // timedelta(milliseconds=1):
        raise BadCredentials(
            webhook.source,
            "the signature is more than five minutes old or ahead: if this goes on, compare clocks",
        )
    content = _content(signed, webhook.body)
    versions = (entry.partition(",") for entry in signed.signatures.split()[:_MOST_SIGNATURES])
    for version, _, encoded in versions:
        signature = _decoded(encoded)
        if version == "v1" and signature and _is_by_secret(signature, content, settings):
            return
        if version == "v1a" and signature and _is_by_key(signature, content, settings):
            return
    raise BadCredentials(webhook.source, "no signature in webhook-signature is right")


def _signed(webhook: Webhook) -> _Signed:
    names = ("id", "timestamp", "signature")
    for family in _FAMILIES:
        told = [webhook.headers.get(f"{family}-{name}", "").strip() for name in names]
        if all(told):
            return _Signed(*told)
    raise BadCredentials(
        webhook.source, "header webhook-id, webhook-timestamp or webhook-signature is missing"
    )


def _content(signed: _Signed, body: bytes) -> bytes:
    return f"{signed.id}.{signed.timestamp}.".encode("latin-1", "replace") + body


def _is_by_secret(signature: bytes, content: bytes, settings: SignedEvents) -> bool:
    matches = [
        hmac.compare_digest(hmac.digest(key, content, hashlib.sha256), signature)
        for secret in settings.secrets
        for key in _keys(secret)
    ]
    return any(matches)


def _keys(secret: SecretStr | None) -> Iterator[bytes]:
    """The key in a secret: base64 behind `whsec_`; without it, people also write the text."""
    text = secret.get_secret_value() if secret is not None else ""
    plain = text.removeprefix("whsec_")
    decoded = _decoded(plain)
    if decoded:
        yield decoded
    if plain and (plain == text or not decoded):
        yield plain.encode("utf-8", "surrogatepass")


def _is_by_key(signature: bytes, content: bytes, settings: SignedEvents) -> bool:
    return any(_has_signed(_decoded(key), signature, content) for key in _public(settings))


def _public(settings: SignedEvents) -> Iterator[str]:
    for key in settings.public_keys:
        yield (key or "").strip().removeprefix("whpk_")


def _has_signed(key: bytes | None, signature: bytes, content: bytes) -> bool:
    # Only who has a partner with keys pays for the library.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    if key is None or len(key) != 32:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _decoded(text: str) -> bytes | None:
    """Base64, its padding given or not; `None` if it is something else."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _sign(webhook: Webhook, settings: SignedEvents, now: datetime) -> Webhook:
    """The first secret signs. A delivery that has an id keeps it."""
    headers = dict(webhook.headers)
    if settings.bearer is not None:
        headers["authorization"] = f"Bearer {settings.bearer.get_secret_value()}"
    elif "bearer" in settings.model_fields_set:
        raise CannotSign("bearer is not set")
    if settings.secrets or settings.public_keys:
        headers |= _signature(webhook, settings, now)
    return replace(webhook, headers=headers)


def _signature(webhook: Webhook, settings: SignedEvents, now: datetime) -> dict[str, str]:
    keys = [key for secret in settings.secrets for key in _keys(secret)]
    if not keys:
        raise CannotSign("none of secrets is set" if settings.secrets else _PRIVATE)
    its_id = message_id(webhook) or f"msg_{hashlib.sha256(webhook.body).hexdigest()[:24]}"
    signed = _Signed(its_id, str(milliseconds(now) // 1000), "")
    digest = hmac.digest(keys[0], _content(signed, webhook.body), hashlib.sha256)
    return {
        "webhook-id": signed.id,
        "webhook-timestamp": signed.timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


SIGNATURE_OR_TOKEN: Proof[SignedEvents] = Proof(_check, _sign)
