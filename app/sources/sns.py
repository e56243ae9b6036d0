"""Amazon SNS over HTTPS: the envelope, and the signature that Amazon puts on it.

Format: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html.
SNS gives up on a 4xx, tries three times, 20 s apart, on anything else but 2xx, and waits
15 s for an answer. Every host that it names is checked, or a forged message could make us
fetch any address.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

Envelope = Mapping[str, Any]

NOTIFICATION = "Notification"
CONFIRMATIONS = frozenset({"SubscriptionConfirmation", "UnsubscribeConfirmation"})

_AMAZON = r"https://sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?"
_CERTIFICATE_URL = re.compile(_AMAZON + r"/[A-Za-z0-9._-]{1,200}\.pem")
_SUBSCRIBE_URL = re.compile(_AMAZON + r"/\?[!-~]{1,2000}")

_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SIGNED_CONFIRMATION = (
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)


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


def check(envelope: Envelope, certificate: bytes, *, now: datetime) -> None:
    """Raise `NotSigned` unless the certificate's owner signed this very message."""
    key = _public_key(certificate, now)
    try:
        signature = base64.b64decode(_text(envelope, "Signature"), validate=True)
        key.verify(signature, _signed_text(envelope), PKCS1v15(), _hash(envelope))
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise NotSigned("the SNS signature is wrong") from error


def _signed_text(envelope: Envelope) -> bytes:
    """Name and value of the signed members, a line each, in alphabetical order."""
    is_confirmation = envelope.get("Type") in CONFIRMATIONS
    names = _SIGNED_CONFIRMATION if is_confirmation else _SIGNED
    present = [name for name in names if name != "Subject" or envelope.get(name) is not None]
    text = "".join(f"{name}\n{_text(envelope, name)}\n" for name in present)
    return text.encode("utf-8", "surrogatepass")


def _text(envelope: Envelope, name: str) -> str:
    value = envelope.get(name)
    if not isinstance(value, str):
        raise NotSigned(f"the SNS message has no {name}")
    return value


def _hash(envelope: Envelope) -> HashAlgorithm:
    match envelope.get("SignatureVersion"):
        case "1":
            # Amazon's default to this day; a forger would need a second preimage.
            return SHA1()  # noqa: S303 - prescribed by SNS signature version 1.
        case "2":
            return SHA256()
        case _:
            raise NotSigned("the SNS signature is of an unknown version")


def _public_key(certificate: bytes, now: datetime) -> RSAPublicKey:
    try:
        loaded = _loaded(certificate)
        key = loaded.public_key()
    except ValueError as error:
        raise NotSigned("the SNS certificate cannot be read") from error
    if not loaded.not_valid_before_utc <= now <= loaded.not_valid_after_utc:
        raise NotSigned("the SNS certificate is not valid now")
    if not isinstance(key, RSAPublicKey):
        raise NotSigned("the SNS certificate holds no RSA key")
    return key


@lru_cache(maxsize=16)
def _loaded(certificate: bytes) -> x509.Certificate:
    """Amazon signs with one certificate per region, for months."""
    return x509.load_pem_x509_certificate(certificate)
