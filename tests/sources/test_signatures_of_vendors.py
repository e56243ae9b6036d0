"""Signatures worked out by others over fixed bytes, at 2026-03-14T20:12:45Z, are believed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import SecretStr

from app.domain.delivery import Webhook
from app.domain.errors import BadCredentials
from app.sources.registry import SOURCES
from tests.sources.examples import settings

THEN = datetime(2026, 3, 14, 20, 12, 45, tzinfo=UTC)
VECTORS = Path(__file__).parent / "vectors"
SECRET = "invented-secret-not-real"


class Vector(NamedTuple):
    """One signed delivery, with the headers that its sender adds."""

    kind: str
    body: str
    headers: dict[str, str]
    dated: bool
    """Whether the signature says when it was made."""
    url: str = "https://leads.example.com/webhooks/here"


SIGNED = [
    Vector(
        "typeform",
        "typeform-1.json",
        {"typeform-signature": "sha256=Uy/jtdLFPvzEvg1Z9Y0mDHCxMaC6NM8tyQ6KSxXHJFM="},
        dated=False,
    ),
    Vector(
        "webflow",
        "webflow-1.json",
        {
            "x-webflow-timestamp": "1773519165123",
            "x-webflow-signature": "a5724959db963ce0aa89ec22e10547d9"
            "a90f5a7467cbd2732154917f8f540ef3",
        },
        dated=True,
    ),
    Vector(
        "wpforms",
        "wpforms-1.json",
        {
            "x-wpforms-webhook-id": "3",
            "x-wpforms-webhook-signature": "t=1773519165,v=670feee65cabe48d98c7de64af4efa8f"
            "9200c3ef0062fb19dac2c0b29c9ef176",
        },
        dated=True,
    ),
    Vector(
        "tiktok",
        "tiktok-1.json",
        {
            "tiktok-signature": "t=1773519165,s=eee9241230c14d16870744bec9f55d6e"
            "7a895db89c99b791376e8ad72625b275"
        },
        dated=True,
    ),
    Vector(
        "real-geeks",
        "realgeeks-1.json",
        {
            "x-lead-router-action": "created",
            "x-lead-router-message-id": "00000000-0000-4000-8000-0000000000bb",
            "x-lead-router-timestamp": "1773519165",
            "x-lead-router-signature": "e37c062d1fbee23c8a5505cb4b87c9d6"
            "a2838c5494babe030e215f257916a13c",
        },
        dated=False,
    ),
    Vector(
        "evocalize",
        "evocalize-1.json",
        {
            "x-evocalize-timestamp": "1773519165",
            "x-evocalize-client-key-id": "key-1",
            "x-evocalize-payload-version": "1",
            "x-evocalize-signature": "c4b993ffc11096ae3c98fdedc197c614"
            "ab8ba81ac471acd0ac79c2bd2472d932",
        },
        dated=True,
        url="https://leads.example.com/hooks/evocalize?from=evocalize",
    ),
]
by_vector = pytest.mark.parametrize("vector", SIGNED, ids=lambda it: it.kind)


def arriving(vector: Vector) -> Webhook:
    return Webhook(
        source="here",
        body=(VECTORS / vector.body).read_bytes(),
        headers={"content-type": "application/json", **vector.headers},
        urls=("http://10.0.0.5:8000/inside", vector.url),
    )


def authenticate(
    kind: str, webhook: Webhook, *, at: datetime = THEN, secret: str | None = SECRET
) -> None:
    given = settings(kind).model_copy(
        update={"signing_secret": None if secret is None else SecretStr(secret)}
    )
    SOURCES[kind].authenticate(webhook, given, now=at, certificates={})


@by_vector
def test_the_vendors_own_signature_is_believed(vector: Vector) -> None:
    authenticate(vector.kind, arriving(vector))


@by_vector
def test_we_sign_as_the_vendor_does(vector: Vector) -> None:
    webhook = replace(arriving(vector), headers={}, urls=(vector.url,))
    given = settings(vector.kind).model_copy(update={"signing_secret": SecretStr(SECRET)})
    at = THEN + timedelta(milliseconds=123)

    signed = SOURCES[vector.kind].sign(webhook, given, now=at)

    assert signed.headers.items() <= vector.headers.items()
    assert any("signature" in name for name in signed.headers)


@by_vector
def test_one_byte_more_or_another_secret_is_refused(vector: Vector) -> None:
    webhook = arriving(vector)

    with pytest.raises(BadCredentials, match="is wrong"):
        authenticate(vector.kind, replace(webhook, body=webhook.body + b"\n"))
    with pytest.raises(BadCredentials, match="is wrong"):
        authenticate(vector.kind, webhook, secret="another-secret")
    with pytest.raises(BadCredentials, match="the signing secret is not set"):
        authenticate(vector.kind, webhook, secret=None)


@by_vector
@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_of_another_time_is_refused(vector: Vector, minutes: int) -> None:
    at = THEN + timedelta(minutes=minutes)
    if not vector.dated:
        # Nothing signed says when: repeats are told by ids alone.
        authenticate(vector.kind, arriving(vector), at=at)
        return

    with pytest.raises(BadCredentials, match="five minutes old or ahead"):
        authenticate(vector.kind, arriving(vector), at=at)


@pytest.mark.parametrize("vector", [it for it in SIGNED if it.dated], ids=lambda it: it.kind)
def test_a_time_that_was_changed_breaks_the_signature(vector: Vector) -> None:
    later = {name: it.replace("1773519165", "1773519166") for name, it in vector.headers.items()}

    with pytest.raises(BadCredentials, match="is wrong"):
        authenticate(vector.kind, replace(arriving(vector), headers=later))


@pytest.mark.parametrize("vector", [it for it in SIGNED if it.dated], ids=lambda it: it.kind)
@pytest.mark.parametrize("time", ["", "soon", "1773519165.5", "-1", "9" * 30])
def test_a_time_that_is_none_is_refused(vector: Vector, time: str) -> None:
    odd = {name: it.replace("1773519165123", time).replace("1773519165", time)
           for name, it in vector.headers.items()}  # fmt: skip

    with pytest.raises(BadCredentials):
        authenticate(vector.kind, replace(arriving(vector), headers=odd))
