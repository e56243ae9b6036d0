"""Zillow's deliveries are believed only if Amazon signed them, for our topic."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from app.domain.delivery import Handshake, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, delivery, named, read, settings

KIND = "zillow-tech-connect"
TOPIC = "arn:aws:sns:us-east-1:000000000000:zillow-tech-connect-harborline"
CERTIFICATE_URL = (
    "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-" + "0" * 32 + ".pem"
)


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate(*, of_another_kind: bool = False) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1()) if of_another_kind else rsa_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def signed(sample: str = "complete", *, version: str = "1", **changes: Any) -> dict[str, Any]:
    """A sample's envelope with a signature that holds, over the documented members."""
    envelope: dict[str, Any] = (
        json.loads(named(KIND, sample).body) | {"SignatureVersion": version} | changes
    )
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if "Token" in envelope:
        names = [*names, "SubscribeURL", "Token"]
    text = "".join(f"{name}\n{envelope[name]}\n" for name in sorted(names) if name in envelope)
    how = SHA1() if version == "1" else SHA256()  # noqa: S303 - version 1 is SHA-1.
    signature = rsa_key().sign(text.encode(), PKCS1v15(), how)
    return envelope | {"Signature": base64.b64encode(signature).decode()}


def arriving(envelope: Any) -> Webhook:
    return delivery(KIND, json.dumps(envelope).encode(), "text/plain; charset=UTF-8")


def authenticate(
    webhook: Webhook, certificates: Mapping[str, bytes] | None = None, **changes: Any
) -> None:
    config = settings(KIND, **{"sns_signature": "required", "topic_arn": TOPIC} | changes)
    at_hand = {CERTIFICATE_URL: certificate()} if certificates is None else certificates
    SOURCES[KIND].authenticate(webhook, config, now=NOW, certificates=at_hand)


def why_refused(
    webhook: Webhook, certificates: Mapping[str, bytes] | None = None, **changes: Any
) -> str:
    with pytest.raises(BadCredentials) as refused:
        authenticate(webhook, certificates, **changes)
    return refused.value.why


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("sample", ["complete", "reassignment", "subscription"])
def test_a_signed_message_is_believed(sample: str, version: str) -> None:
    authenticate(arriving(signed(sample, version=version)))


def test_a_signed_message_is_believed_without_basic_auth_where_none_is_configured() -> None:
    webhook = replace(arriving(signed()), headers={})

    authenticate(webhook, basic_auth=None)


def test_a_signed_message_without_basic_auth_is_refused_where_it_is_configured() -> None:
    webhook = replace(arriving(signed()), headers={})

    assert why_refused(webhook) == "HTTP Basic credentials are missing"


@pytest.mark.parametrize(
    "member", ["Message", "MessageId", "Timestamp", "Type", "Token", "SubscribeURL"]
)
def test_a_message_changed_after_signing_is_refused(member: str) -> None:
    envelope = signed("subscription")
    tampered = envelope | {member: envelope[member] + " "}

    assert why_refused(arriving(tampered)) == "the SNS signature is wrong"


def test_a_subject_added_after_signing_is_refused() -> None:
    assert why_refused(arriving(signed() | {"Subject": "new"})) == "the SNS signature is wrong"


def test_a_signature_of_one_version_is_no_signature_of_another() -> None:
    tampered = signed(version="1") | {"SignatureVersion": "2"}

    assert why_refused(arriving(tampered)) == "the SNS signature is wrong"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"SignatureVersion": "3"}, "the SNS signature is of an unknown version"),
        ({"SignatureVersion": None}, "the SNS signature is of an unknown version"),
        ({"Signature": None}, "the SNS message has no Signature"),
        ({"Signature": "no base64 \u2603"}, "the SNS signature is wrong"),
        ({"Signature": ""}, "the SNS signature is wrong"),
        ({"Message": 5}, "the SNS message has no Message"),
        ({"TopicArn": TOPIC + "-other"}, "the SNS topic is not the one configured"),
        ({"TopicArn": None}, "the SNS topic is not the one configured"),
    ],
)
def test_a_message_that_proves_nothing_is_refused(changes: dict[str, Any], why: str) -> None:
    assert why_refused(arriving(signed() | changes)) == why


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}"])
def test_a_body_that_is_no_message_is_refused(body: bytes) -> None:
    webhook = delivery(KIND, body, "text/plain")

    assert why_refused(webhook) == "the SNS topic is not the one configured"


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com@evil.example/a.pem",
        "https://sns.us-east-1.amazonaws.com:8443/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.txt",
        "https://sns.us-east-1.amazonaws.com/a.pem?x=1",
        "https://sns.us-east-1.amazonaws.com/../a.pem/",
        "https://s3.us-east-1.amazonaws.com/bucket/a.pem",
        "https://xsns.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com\\@evil.example/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.pem\n",
        "",
        None,
        7,
        ["https://sns.us-east-1.amazonaws.com/a.pem"],
    ],
)
def test_a_certificate_elsewhere_is_never_fetched_or_believed(url: Any) -> None:
    webhook = arriving(signed(SigningCertURL=url))
    config = settings(KIND, sns_signature="required", topic_arn=TOPIC)

    assert SOURCES[KIND].needs(webhook, config, now=NOW) is None
    assert why_refused(webhook) == "the SNS certificate is not at Amazon"


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE_URL,
        "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-00aa.pem",
    ],
)
def test_the_certificate_of_amazon_is_asked_for(url: str) -> None:
    webhook = arriving(signed(SigningCertURL=url))
    config = settings(KIND, sns_signature="required", topic_arn=TOPIC)

    assert SOURCES[KIND].needs(webhook, config, now=NOW) == url
    authenticate(webhook, {url: certificate()})


@pytest.mark.parametrize(
    "webhook",
    [
        replace(arriving(signed()), headers={}),
        arriving(signed() | {"TopicArn": TOPIC + "-other"}),
        delivery(KIND, b"{", "text/plain"),
    ],
    ids=["no password", "another topic", "no message"],
)
def test_no_certificate_is_fetched_for_a_stranger(webhook: Webhook) -> None:
    config = settings(KIND, sns_signature="required", topic_arn=TOPIC)

    assert SOURCES[KIND].needs(webhook, config, now=NOW) is None


def test_no_certificate_is_asked_for_where_signatures_are_off() -> None:
    assert SOURCES[KIND].needs(arriving(signed()), settings(KIND), now=NOW) is None


@pytest.mark.parametrize(
    ("at_hand", "why"),
    [
        ({}, "the SNS certificate could not be had"),
        ({CERTIFICATE_URL: b"no certificate"}, "the SNS certificate cannot be read"),
    ],
)
def test_without_a_certificate_nothing_is_believed(at_hand: dict[str, bytes], why: str) -> None:
    assert why_refused(arriving(signed()), at_hand) == why


def test_a_certificate_with_another_kind_of_key_is_refused() -> None:
    at_hand = {CERTIFICATE_URL: certificate(of_another_kind=True)}

    assert why_refused(arriving(signed()), at_hand) == "the SNS certificate holds no RSA key"


@pytest.mark.parametrize("days", [-2, 2])
def test_a_certificate_out_of_its_time_is_refused(days: int) -> None:
    config = settings(KIND, sns_signature="required", topic_arn=TOPIC)

    with pytest.raises(BadCredentials, match="not valid now"):
        SOURCES[KIND].authenticate(
            arriving(signed()),
            config,
            now=NOW + timedelta(days=days),
            certificates={CERTIFICATE_URL: certificate()},
        )


def test_confirming_a_subscription_is_a_handshake() -> None:
    envelope = signed("subscription")

    assert read(arriving(envelope), KIND).handshake == Handshake(envelope["SubscribeURL"])


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?Action=ConfirmSubscription",
        "http://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.us-east-1.amazonaws.com@evil.example/?Action=ConfirmSubscription",
        "https://169.254.169.254/?Action=ConfirmSubscription",
        "https://sns.us-east-1.amazonaws.com/?a\r\nHost: evil.example",
        None,
    ],
)
def test_a_subscription_is_not_confirmed_anywhere_else(url: Any) -> None:
    webhook = arriving(signed("subscription", SubscribeURL=url))

    with pytest.raises(Unreadable) as unread:
        read(webhook, KIND)

    assert unread.value.where == "$.SubscribeURL"


def test_the_end_of_a_subscription_is_nothing_to_do() -> None:
    reading = read(arriving(signed("subscription", Type="UnsubscribeConfirmation")), KIND)

    assert (reading.handshake, reading.inquiries) == (None, ())
