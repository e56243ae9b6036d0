"""Signatures over the raw bytes, made with a secret that both sides know.

Every vendor writes them in its own way: a `Scheme` says how, and both checking a delivery
and signing a test follow from it. All of them are compared in constant time, over the
bytes as they came: JSON that was parsed and written again is not what was signed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import SecretStr

from app.config.sources import SigningBase
from app.domain.delivery import Webhook
from app.domain.errors import BadCredentials
from app.sources.proofs import credentials
from app.sources.proofs.proof import CannotSign, Proof

TOLERANCE = timedelta(minutes=5)
"""How old a signature may be, and how far ahead. Vendors that name a figure name this one."""

_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


@dataclass(frozen=True, slots=True)
class Scheme:
    """One vendor's way to sign."""

    header: str
    """The header that holds the signature, in lower case."""
    write: Callable[[Webhook, bytes, int], Mapping[str, str]]
    """The headers that the holder of a secret adds at an instant (Unix milliseconds)."""
    instant: Callable[[Webhook], int | None] | None = None
    """When a delivery says it was signed (Unix milliseconds); `None`: it does not say.
    A scheme without it cannot be protected from replays: ids alone can."""
    covers_url: bool = False
    """The address is signed, too, and `write` finds it in `webhook.urls[0]`."""


def check(scheme: Scheme, webhook: Webhook, secret: SecretStr | None, now: datetime) -> None:
    """Raise `BadCredentials` unless the holder of the secret signed this, and lately."""
    given = webhook.headers.get(scheme.header)
    if not given:
        raise BadCredentials(webhook.source, f"header {scheme.header} is missing")
    if secret is None or not secret.get_secret_value():
        raise BadCredentials(webhook.source, "the signing secret is not set")
    at = _instant(scheme, webhook, now)
    key = secret.get_secret_value().encode()
    urls = (webhook.urls or ("",)) if scheme.covers_url else webhook.urls[:1]
    for url in urls or ("",):
        expected = scheme.write(replace(webhook, urls=(url,)), key, at)[scheme.header]
        if credentials.is_same(_plain(given), _plain(expected)):
            return
    raise BadCredentials(webhook.source, f"the signature in {scheme.header} is wrong")


def signed(scheme: Scheme, webhook: Webhook, secret: SecretStr | None, now: datetime) -> Webhook:
    """The delivery with the signature that its sender would add at `now`."""
    if secret is None:
        raise CannotSign("the signing secret is not set")
    written = scheme.write(webhook, secret.get_secret_value().encode(), milliseconds(now))
    return replace(webhook, headers={**webhook.headers, **written})


def signature_or_secret(scheme: Scheme) -> Proof[SigningBase]:
    """Vendors that sign in some of their products, and in others only know our URL.

    What carries a signature is judged by it. A secret in the path or in `X-Webhook-Secret`
    is enough only where the config gives `secret`, because then somebody chose so.
    """

    def check_either(webhook: Webhook, settings: SigningBase, now: datetime) -> None:
        is_signed = settings.signing_secret is not None and scheme.header in webhook.headers
        if is_signed or settings.secret is None:
            check(scheme, webhook, settings.signing_secret, now)
        else:
            credentials.check_secret(webhook, settings.secret)

    def sign_either(webhook: Webhook, settings: SigningBase, now: datetime) -> Webhook:
        if settings.signing_secret is not None:
            return signed(scheme, webhook, settings.signing_secret, now)
        return credentials.with_secret(webhook, settings.secret)

    return Proof(check_either, sign_either)


def milliseconds(instant: datetime) -> int:
    """Unix milliseconds, exactly."""
    return (instant - _EPOCH) // _MILLISECOND


def whole_number(text: str | None, *, at_most_digits: int = 15) -> int | None:
    """A timestamp as senders write it; `None` if it is none."""
    plain = (text or "").strip()
    is_number = plain.isascii() and plain.isdigit() and len(plain) <= at_most_digits
    return int(plain) if is_number else None


def _instant(scheme: Scheme, webhook: Webhook, now: datetime) -> int:
    if scheme.instant is None:
        return 0
    at = scheme.instant(webhook)
    if at is None:
        raise BadCredentials(webhook.source, "the signature's timestamp is missing or no number")
    if abs(milliseconds(now) - at) > TOLERANCE // _MILLISECOND:
        raise BadCredentials(
            webhook.source,
            "the signature is more than five minutes old or ahead: if this goes on, compare clocks",
        )
    return at


def _plain(signature: str) -> str:
    """Some write `t=…, v=…` with a space, some without."""
    return signature.replace(" ", "")
