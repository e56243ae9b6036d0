"""Every kind of source keeps this contract. A new one adds samples here, not tests."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from app.config.sources import KINDS, Source
from app.domain.delivery import Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.sources.proofs.proof import CannotSign
from app.sources.registry import SOURCES
from tests.sources.examples import (
    NOW,
    SAMPLES,
    Sample,
    delivery,
    plain,
    read,
    settings,
    signed,
    unsigned,
)

by_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda it: f"{it.kind}/{it.name}")
by_kind = pytest.mark.parametrize("kind", SOURCES)

A_DAY_AGO = NOW - timedelta(days=1)


def complete(kind: str) -> Sample:
    return next(each for each in SAMPLES if (each.kind, each.name) == (kind, "complete"))


def authenticate(kind: str, webhook: Webhook, **changes: Any) -> None:
    SOURCES[kind].authenticate(webhook, settings(kind, **changes), now=NOW, certificates={})


def test_every_kind_of_the_config_can_be_read() -> None:
    assert tuple(SOURCES) == KINDS


@by_kind
def test_every_kind_has_a_complete_a_minimal_and_an_odd_sample(kind: str) -> None:
    names = {each.name for each in SAMPLES if each.kind == kind}

    assert {"complete", "minimal", "odd"} <= names


@by_kind
def test_every_kind_says_how_to_set_it_up(kind: str) -> None:
    about = SOURCES[kind].about

    assert settings(kind).kind == kind
    assert "{url}" in about.setup
    assert "${" in about.config, "a secret must never be written into the config"


@by_sample
def test_a_sample_reads_as_expected(sample: Sample) -> None:
    expected = json.loads(sample.expected.read_text())

    assert plain(read(signed(sample), sample.kind)) == expected


@by_sample
def test_what_was_read_can_be_written_as_json(sample: Sample) -> None:
    reading = read(signed(sample), sample.kind)

    assert all(orjson.dumps(inquiry.extra) for inquiry in reading.inquiries)


@by_sample
def test_the_same_delivery_always_reads_the_same(sample: Sample) -> None:
    webhook = signed(sample)

    assert read(webhook, sample.kind) == read(webhook, sample.kind)


@by_sample
def test_a_delivery_that_proves_its_sender_is_authentic(sample: Sample) -> None:
    authenticate(sample.kind, signed(sample))


@by_sample
def test_a_delivery_without_its_proof_is_refused(sample: Sample) -> None:
    if sample.kind == "google-ads":
        pytest.skip("Its key stands in the body of the samples.")
    with pytest.raises(BadCredentials):
        authenticate(sample.kind, unsigned(sample))


@by_kind
def test_a_delivery_proven_with_another_secret_is_refused(kind: str) -> None:
    forged = signed(complete(kind), secret="another-secret-that-is-long-enough")

    with pytest.raises(BadCredentials):
        authenticate(kind, forged)


@by_kind
def test_what_is_signed_cannot_be_changed_on_the_way(kind: str) -> None:
    webhook = signed(complete(kind))
    other = SOURCES[kind].sign(
        replace(unsigned(complete(kind)), body=webhook.body + b" "), settings(kind), now=NOW
    )
    if other.headers == webhook.headers:
        pytest.skip("This sender does not sign the body.")

    with pytest.raises(BadCredentials):
        authenticate(kind, replace(webhook, body=webhook.body + b" "))


@by_kind
def test_what_was_signed_a_day_ago_is_refused(kind: str) -> None:
    old = signed(complete(kind), at=A_DAY_AGO)
    if old == signed(complete(kind)):
        pytest.skip("This sender does not say when it signed.")

    with pytest.raises(BadCredentials):
        authenticate(kind, old)


@by_sample
def test_headers_that_the_config_requires_are_checked_for_every_kind(sample: Sample) -> None:
    required = {"X-Partner": "harborline"}

    authenticate(sample.kind, signed(sample, headers=required), headers=required)
    with pytest.raises(BadCredentials) as refused:
        authenticate(sample.kind, signed(sample), headers=required)

    assert str(refused.value) == "Source here: required header missing or wrong: X-Partner."


@by_kind
def test_a_secret_whose_variable_is_not_set_lets_nobody_in(kind: str) -> None:
    unset = settings(kind)
    secrets = {"secret", "api_key", "google_key", "signing_secret", "signing_key", "bearer",
               "app_secret", "secrets", "basic_auth"}  # fmt: skip
    for name in secrets & unset.model_fields_set:
        unset = unset.model_copy(update={name: _nothing_like(getattr(unset, name))})
    webhook = signed(complete(kind), secret="x" * 32)
    empty = {name: "" if name == "x-webhook-secret" else it for name, it in webhook.headers.items()}

    for sent in (webhook, replace(webhook, headers=empty), unsigned(complete(kind))):
        with pytest.raises(BadCredentials):
            SOURCES[kind].authenticate(sent, unset, now=NOW, certificates={})
    with pytest.raises(CannotSign):
        SOURCES[kind].sign(unsigned(complete(kind)), unset, now=NOW)


def _nothing_like(given: Any) -> Any:
    """What stands in the config in the place of a secret whose variable is not set."""
    if isinstance(given, tuple):
        return (None,)
    return given.model_copy(update={"password": None}) if hasattr(given, "password") else None


@by_kind
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"\x00", b"{", b'"text"', b"a=b&c"])
def test_a_delivery_that_says_nothing_is_no_lead(kind: str, body: bytes) -> None:
    try:
        reading = read(delivery(kind, body, "application/json"), kind)
    except Unreadable:
        return
    assert reading.inquiries == ()
    assert reading.held == ()
    assert reading.ignored


@by_kind
def test_json_nested_too_deep_is_unreadable(kind: str) -> None:
    body = b'{"email": "a@example.com", "a":' + b"[" * 40 + b"]" * 40 + b"}"
    # These two never send JSON, and read it as a form without a mail in it.
    is_a_form = kind in {"email-mailgun", "email-sendgrid"}
    why = "names nobody" if is_a_form else "nested more than 32 deep"

    with pytest.raises(Unreadable, match=why):
        read(delivery(kind, body, "application/json"), kind)


@by_kind
def test_a_delivery_marked_as_a_test_is_one(kind: str) -> None:
    webhook = signed(complete(kind))
    marked = replace(webhook, headers={**webhook.headers, "x-lead-router-test": "1"})

    reading = read(marked, kind)

    assert all(each.is_test for each in reading.inquiries)
    assert all(each.is_test for each in reading.held)
    real = {each.dedupe_key for each in read(webhook, kind).inquiries}
    assert real.isdisjoint(each.dedupe_key for each in reading.inquiries)


def test_every_kind_here_is_a_kind_of_the_config() -> None:
    kinds = json.dumps(TypeAdapter(Source).json_schema())

    assert all(f'"{kind}"' in kinds for kind in SOURCES)
