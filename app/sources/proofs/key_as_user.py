"""A key shown as the user of HTTP Basic, its password empty, or as a Bearer token.

So Follow Up Boss's clients do it. Some of them forget the colon behind the key.
"""

import base64
import binascii
from dataclasses import replace
from datetime import datetime

from app.config.sources import ApiKeySource
from app.domain.delivery import Webhook
from app.domain.errors import BadCredentials
from app.sources.proofs import credentials
from app.sources.proofs.proof import CannotSign, Proof


def key_shown(authorization: str) -> str | bytes | None:
    """The key in an `Authorization` header. The password is not looked at."""
    scheme, _, rest = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(rest.strip()).partition(b":")[0]
    except (binascii.Error, ValueError):
        return None


def _check(webhook: Webhook, settings: ApiKeySource, _: datetime) -> None:
    shown = key_shown(webhook.headers.get("authorization", ""))
    if not credentials.is_same(shown, settings.api_key):
        raise BadCredentials(webhook.source, f"the API key is {'wrong' if shown else 'missing'}")


def _sign(webhook: Webhook, settings: ApiKeySource, _: datetime) -> Webhook:
    if settings.api_key is None:
        raise CannotSign("api_key is not set")
    pair = base64.b64encode(f"{settings.api_key.get_secret_value()}:".encode()).decode()
    return replace(webhook, headers={**webhook.headers, "authorization": f"Basic {pair}"})


KEY_AS_USER: Proof[ApiKeySource] = Proof(_check, _sign)
