"""Mailgun's signature, which stands in the form itself and covers a time and a token.

https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks:
`signature` is the hex HMAC-SHA256 of `timestamp` and `token` by the webhook signing key. It
does not cover the mail: whoever has one signature could put it onto any other mail, so a
token is good for one delivery, and a time for a few minutes.
"""

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import SecretStr

from app.config.sources import Mailgun
from app.domain.delivery import Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.sources.bodies.multipart import read_parts
from app.sources.bodies.posted_mail import read_posted
from app.sources.proofs.credentials import is_same
from app.sources.proofs.proof import CannotSign, Proof
from app.sources.proofs.signatures import TOLERANCE, milliseconds, whole_number

_FIELDS = ("timestamp", "token", "signature")


def check(webhook: Webhook, settings: Mailgun, now: datetime) -> None:
    timestamp, token, signature = _given(webhook)
    if not (timestamp and token and signature):
        raise BadCredentials(webhook.source, "timestamp, token or signature is missing")
    if settings.signing_key is None or not settings.signing_key.get_secret_value():
        raise BadCredentials(webhook.source, "signing_key is not set")
    if not is_same(signature, _signature(settings.signing_key, timestamp, token)):
        raise BadCredentials(webhook.source, "the signature is wrong")
    at = whole_number(timestamp, at_most_digits=12)
    if at is None:
        raise BadCredentials(webhook.source, "the signature's timestamp is no number")
    age = timedelta(milliseconds=milliseconds(now) - at * 1000)
    if not -TOLERANCE <= age <= settings.max_age:
        raise BadCredentials(
            webhook.source,
            "the signature is older than max_age, or ahead: if this goes on, compare clocks",
        )


def sign(webhook: Webhook, settings: Mailgun, now: datetime) -> Webhook:
    """Made from the body and the instant, so that the same test is signed the same."""
    if settings.signing_key is None:
        raise CannotSign("signing_key is not set")
    timestamp = str(milliseconds(now) // 1000)
    token = hashlib.sha256(webhook.body + timestamp.encode()).hexdigest()[:50]
    signature = _signature(settings.signing_key, timestamp, token)
    added = dict(zip(_FIELDS, (timestamp, token, signature), strict=True))
    return replace(webhook, body=_with_fields(webhook, added))


def token_of(webhook: Webhook) -> str | None:
    return _given(webhook)[1] or None


PROOF: Proof[Mailgun] = Proof(check, sign)


def _given(webhook: Webhook) -> tuple[str, str, str]:
    try:
        fields = read_posted(webhook).fields
    except Unreadable:
        return "", "", ""
    timestamp, token, signature = (fields.get(each, b"").decode("latin-1") for each in _FIELDS)
    return timestamp, token, signature


def _signature(key: SecretStr, timestamp: str, token: str) -> str:
    signed = f"{timestamp}{token}".encode("utf-8", "surrogatepass")
    return hmac.new(key.get_secret_value().encode(), signed, hashlib.sha256).hexdigest()


def _with_fields(webhook: Webhook, added: dict[str, str]) -> bytes:
    if webhook.content_type.startswith("multipart/"):
        return _with_parts(webhook, added)
    others = [
        each
        for each in webhook.body.split(b"&")
        if each.partition(b"=")[0] not in map(str.encode, _FIELDS)
    ]
    return b"&".join([*others, *(f"{name}={value}".encode() for name, value in added.items())])


def _with_parts(webhook: Webhook, added: dict[str, str]) -> bytes:
    """The form with the fields as its first parts; one that is no form stays as it is."""
    try:
        read_parts(webhook.body, webhook.headers["content-type"])
    except Unreadable:
        return webhook.body
    first = webhook.body.partition(b"\r\n")[0]
    parts = [
        b'%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (first, name.encode(), value.encode())
        for name, value in added.items()
    ]
    return b"".join(parts) + webhook.body
