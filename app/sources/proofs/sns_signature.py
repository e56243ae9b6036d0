"""The signature that Amazon puts on an SNS message: version 1 (SHA-1) or 2 (SHA-256).

Format: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. A
file of its own, loaded at the first signature: the cryptography behind it costs 9 MB.
"""

import base64
import binascii
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from app.sources.proofs.sns import CONFIRMATIONS, Envelope, NotSigned

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
