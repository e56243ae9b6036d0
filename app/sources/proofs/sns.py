"""Amazon SNS over HTTPS: the envelope. `sns_signature` has what Amazon puts on it.

Format: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html.
SNS gives up on a 4xx, tries three times, 20 s apart, on anything else but 2xx, and waits
15 s for an answer. Every host that it names is checked, or a forged message could make us
fetch any address.
"""

import re
from collections.abc import Mapping
from typing import Any

Envelope = Mapping[str, Any]

NOTIFICATION = "Notification"
CONFIRMATIONS = frozenset({"SubscriptionConfirmation", "UnsubscribeConfirmation"})

_AMAZON = r"https://sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?"
_CERTIFICATE_URL = re.compile(_AMAZON + r"/[A-Za-z0-9._-]{1,200}\.pem")
_SUBSCRIBE_URL = re.compile(_AMAZON + r"/\?[!-~]{1,2000}")


class NotSigned(Exception):
    """The signature does not hold; `str()` says why, and quotes nothing of the message."""


def certificate_url(envelope: Envelope) -> str | None:
    """Where the certificate is, if Amazon could have said so."""
    url = envelope.get("SigningCertURL")
    is_amazons = isinstance(url, str) and _CERTIFICATE_URL.fullmatch(url)
    return url if is_amazons else None


def subscribe_url(envelope: Envelope) -> str | None:
    """What to fetch once to confirm a subscription, if Amazon could have said so."""
    url = envelope.get("SubscribeURL")
    is_amazons = isinstance(url, str) and _SUBSCRIBE_URL.fullmatch(url)
    return url if is_amazons else None
