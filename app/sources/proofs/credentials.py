"""Secrets that both sides know and the sender shows, compared in constant time."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pydantic import SecretStr

from app.config.sources import ApiKeySource, BasicAuth, SecretUrlSource
from app.domain.delivery import Webhook
from app.domain.errors import BadCredentials
from app.sources.proofs.proof import CannotSign, Proof

SECRET_HEADER = "x-webhook-secret"  # noqa: S105 - the name of a header, not a secret.


def is_same(given: str | bytes | None, expected: str | SecretStr | None) -> bool:
    """Whether two secrets are equal, in a time that does not tell how far they agree.

    Nothing is ever equal to a secret that is not set.
    """
    wanted = _revealed(expected)
    if not wanted or given is None:
        return False
    return hmac.compare_digest(_octets(given), _octets(wanted))


def check_headers(webhook: Webhook, required: Mapping[str, str | None]) -> None:
    """The headers that the config requires on each call of a source."""
    wrong = [
        name
        for name, value in required.items()
        if not is_same(webhook.headers.get(name.lower()), value)
    ]
    if wrong:
        names = ", ".join(wrong)
        raise BadCredentials(webhook.source, f"required header missing or wrong: {names}")


def check_secret_header(webhook: Webhook, name: str, expected: SecretStr | None) -> None:
    given = webhook.headers.get(name)
    if not is_same(given, expected):
        raise BadCredentials(webhook.source, f"header {name} is {_what_is_wrong(given)}")


def check_basic_auth(webhook: Webhook, expected: BasicAuth) -> None:
    given = _user_and_password(webhook.headers.get("authorization", ""))
    if given is None:
        raise BadCredentials(webhook.source, "HTTP Basic credentials are missing")
    # Both are compared, always: the time must not tell whether the name was right.
    if not is_same(given[0], expected.username) & is_same(given[1], expected.password):
        raise BadCredentials(webhook.source, "HTTP Basic credentials are wrong")


def check_secret(webhook: Webhook, expected: SecretStr | None) -> None:
    """A secret in the path or in `X-Webhook-Secret`."""
    given = _secret_given(webhook)
    if not is_same(given, expected):
        raise BadCredentials(webhook.source, f"the secret is {_what_is_wrong(given)}")


def with_secret(webhook: Webhook, secret: SecretStr | None) -> Webhook:
    return _with(webhook, SECRET_HEADER, _needed(secret, "secret"))


def with_basic_auth(webhook: Webhook, expected: BasicAuth) -> Webhook:
    pair = f"{expected.username or ''}:{_needed(expected.password, 'password')}"
    return _with(webhook, "authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")


def _check_secret_or_basic_auth(webhook: Webhook, settings: SecretUrlSource, _: datetime) -> None:
    given = _secret_given(webhook)
    if settings.basic_auth is not None and (given is None or settings.secret is None):
        check_basic_auth(webhook, settings.basic_auth)
    else:
        check_secret(webhook, settings.secret)


def _sign_secret_or_basic_auth(webhook: Webhook, settings: SecretUrlSource, _: datetime) -> Webhook:
    if settings.secret is None and settings.basic_auth is not None:
        return with_basic_auth(webhook, settings.basic_auth)
    return with_secret(webhook, settings.secret)


SECRET_OR_BASIC_AUTH: Proof[SecretUrlSource] = Proof(
    _check_secret_or_basic_auth, _sign_secret_or_basic_auth
)
"""For senders that cannot sign: a secret in the path or a header, or Basic auth."""


def key_in_header(name: str) -> Proof[ApiKeySource]:
    """For senders that show the key we gave them in the header `name` (lower case)."""

    def check(webhook: Webhook, settings: ApiKeySource, _: datetime) -> None:
        check_secret_header(webhook, name, settings.api_key)

    def sign(webhook: Webhook, settings: ApiKeySource, _: datetime) -> Webhook:
        return _with(webhook, name, _needed(settings.api_key, "api_key"))

    return Proof(check, sign)


def _secret_given(webhook: Webhook) -> str | None:
    return webhook.path_secret or webhook.headers.get(SECRET_HEADER)


def _with(webhook: Webhook, header: str, value: str) -> Webhook:
    return replace(webhook, headers={**webhook.headers, header: value})


def _needed(secret: SecretStr | None, name: str) -> str:
    if secret is None:
        raise CannotSign(f"{name} is not set")
    return secret.get_secret_value()


def _what_is_wrong(given: str | None) -> str:
    return "wrong" if given else "missing"


def _user_and_password(header: str) -> tuple[bytes, bytes] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip()).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return (user, password) if colon else None


def _revealed(secret: str | SecretStr | None) -> str | None:
    return secret.get_secret_value() if isinstance(secret, SecretStr) else secret


def _octets(text: str | bytes) -> bytes:
    # Whatever a stranger sends must be comparable, halves of characters included.
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
