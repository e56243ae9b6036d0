"""Mailgun signs a time and a token, and not the mail: so a token counts once, and not for long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.domain.delivery import Webhook
from app.domain.errors import BadCredentials
from app.sources.registry import SOURCES
from tests.sources.envelopes import a_mail, in_mailgun
from tests.sources.examples import NOW, named, read, settings

KIND = "email-mailgun"
VECTOR = (Path(__file__).parent / "vectors" / "mailgun-1.form").read_bytes()
VECTOR_KEY = "invented-mailgun-signing-key"
SIGNED_AT = datetime(2026, 3, 14, 20, 12, 45, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


def authenticate(body: bytes, *, now: datetime = SIGNED_AT, **changes: object) -> None:
    webhook = Webhook(source="here", body=body, headers={"content-type": FORM})
    config = settings(KIND, secret=VECTOR_KEY, **changes)
    SOURCES[KIND].authenticate(webhook, config, now=now, certificates={})


def test_the_signature_of_the_vector_holds() -> None:
    authenticate(VECTOR)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"signature=1d30", b"signature=1d31", "the signature is wrong"),
        (b"timestamp=1773519165", b"timestamp=1773519166", "the signature is wrong"),
        (b"token=a", b"token=b", "the signature is wrong"),
        (b"token=", b"tokem=", "timestamp, token or signature is missing"),
        (b"signature=", b"signature=&x=", "timestamp, token or signature is missing"),
        (b"token=a", b"token=a&token=a", "the signature is wrong"),
    ],
)
def test_a_signature_that_was_changed_is_refused(old: bytes, new: bytes, why: str) -> None:
    with pytest.raises(BadCredentials) as refused:
        authenticate(VECTOR.replace(old, new))

    assert refused.value.why == why


@pytest.mark.parametrize(
    ("later", "holds"),
    [
        (timedelta(minutes=5), True),
        (timedelta(minutes=5, seconds=1), False),
        (-timedelta(minutes=5), True),
        (-timedelta(minutes=5, seconds=1), False),
    ],
)
def test_a_signature_holds_for_five_minutes(later: timedelta, *, holds: bool) -> None:
    if holds:
        authenticate(VECTOR, now=SIGNED_AT + later)
        return
    with pytest.raises(BadCredentials, match="older than max_age"):
        authenticate(VECTOR, now=SIGNED_AT + later)


def test_a_config_may_take_mails_that_mailgun_sends_again_after_hours() -> None:
    late = SIGNED_AT + timedelta(hours=8)

    authenticate(VECTOR, now=late, max_age="9h")
    with pytest.raises(BadCredentials, match="older than max_age"):
        authenticate(VECTOR, now=late + timedelta(hours=2), max_age="9h")
    with pytest.raises(BadCredentials, match="ahead"):
        authenticate(VECTOR, now=SIGNED_AT - timedelta(minutes=6), max_age="9h")


def test_no_signature_holds_for_longer_than_its_token_is_remembered() -> None:
    assert settings(KIND, max_age="24h").max_age == timedelta(hours=24)
    with pytest.raises(ValidationError, match="24h at most"):
        settings(KIND, max_age="25h")


def test_the_token_is_told_so_that_it_counts_once() -> None:
    webhook = Webhook(source="here", body=VECTOR, headers={"content-type": FORM})

    assert read(webhook, KIND).nonce == "a" * 50


def test_the_token_is_told_of_mails_that_are_no_leads_too() -> None:
    reading = read(in_mailgun(a_mail("Away.", Auto_Submitted="auto-replied")), KIND)

    assert reading.ignored
    assert len(reading.nonce or "") == 50


def test_neither_token_nor_signature_is_kept() -> None:
    webhook = named(KIND, "complete")
    (inquiry,) = read(webhook, KIND).inquiries

    assert {"token", "signature", "timestamp"}.isdisjoint(inquiry.extra["mail"])


def test_a_multipart_form_is_signed_in_its_body_as_well() -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="from"\r\n\r\nana@example.com\r\n--b--\r\n'
    bare = Webhook("here", body, {"content-type": "multipart/form-data; boundary=b"})

    signed = SOURCES[KIND].sign(bare, settings(KIND), now=NOW)

    SOURCES[KIND].authenticate(signed, settings(KIND), now=NOW, certificates={})
    assert read(signed, KIND).inquiries[0].email == "ana@example.com"
    with pytest.raises(BadCredentials):
        SOURCES[KIND].authenticate(
            replace(signed, body=signed.body.replace(b"token", b"tokem")),
            settings(KIND),
            now=NOW,
            certificates={},
        )


def test_the_same_form_is_signed_the_same_and_another_differently() -> None:
    bare = Webhook("here", b"from=a%40example.com", {"content-type": FORM})
    other = replace(bare, body=b"from=b%40example.com")

    def token(webhook: Webhook, at: datetime = NOW) -> str | None:
        return read(SOURCES[KIND].sign(webhook, settings(KIND), now=at), KIND).nonce

    assert token(bare) == token(bare)
    assert len({token(bare), token(other), token(bare, NOW + timedelta(seconds=1))}) == 3
