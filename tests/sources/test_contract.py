"""Every kind of source keeps this contract. A new one adds samples here, not tests."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from app.config.secret import UNSET
from app.config.sources import Source
from app.domain.delivery import Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.sources.registry import SOURCES
from tests.sources.examples import (
    CREDENTIALS,
    NOW,
    SAMPLES,
    delivery,
    plain,
    read,
    sample,
    settings,
)

by_sample = pytest.mark.parametrize(
    "path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}"
)
by_kind = pytest.mark.parametrize("kind", SOURCES)


def authenticate(kind: str, webhook: Webhook, **changes: Any) -> None:
    SOURCES[kind].authenticate(webhook, settings(kind, **changes), now=NOW, certificates={})


@by_kind
def test_every_kind_has_a_complete_a_minimal_and_an_odd_sample(kind: str) -> None:
    samples = [path for path in SAMPLES if path.parent.name == kind]

    assert len(samples) >= 3


@by_kind
def test_every_kind_can_be_configured(kind: str) -> None:
    assert settings(kind).kind == kind


@by_sample
def test_a_sample_reads_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text())

    reading = read(sample(path), path.parent.name)

    assert plain(reading) == expected


@by_sample
def test_what_was_read_can_be_written_as_json(path: Path) -> None:
    reading = read(sample(path), path.parent.name)

    assert all(orjson.dumps(inquiry.extra) for inquiry in reading.inquiries)


@by_sample
def test_the_same_delivery_always_reads_the_same(path: Path) -> None:
    assert read(sample(path), path.parent.name) == read(sample(path), path.parent.name)


@by_sample
def test_a_sample_with_its_credentials_is_authentic(path: Path) -> None:
    authenticate(path.parent.name, sample(path))


@by_kind
def test_a_delivery_without_credentials_is_refused(kind: str) -> None:
    with pytest.raises(BadCredentials):
        authenticate(kind, Webhook(source="here", body=b"{}"))


@by_kind
def test_a_delivery_with_wrong_credentials_is_refused(kind: str) -> None:
    wrong = dict.fromkeys(CREDENTIALS[kind], "Basic d3Jvbmc6d3Jvbmc=")
    webhook = Webhook(source="here", body=b'{"google_key": "wrong"}', headers=wrong)

    with pytest.raises(BadCredentials):
        authenticate(kind, webhook)


@by_sample
def test_headers_that_the_config_requires_are_checked_for_every_kind(path: Path) -> None:
    webhook = sample(path)
    required = {"X-Partner": "harborline"}

    authenticate(
        path.parent.name,
        replace(webhook, headers={**webhook.headers, "x-partner": "harborline"}),
        headers=required,
    )
    with pytest.raises(BadCredentials) as refused:
        authenticate(path.parent.name, webhook, headers=required)

    assert str(refused.value) == "Source here: required header missing or wrong: X-Partner."


@by_kind
def test_a_secret_whose_variable_is_not_set_lets_nobody_in(kind: str) -> None:
    if kind == "zillow-tech-connect":
        unset: dict[str, Any] = {"basic_auth": {"username": "zillow", "password": UNSET}}
    else:
        name = {"realtor-com": "api_key", "google-ads": "google_key", "web-form": "secret"}[kind]
        unset = {name: UNSET}
    empty = dict.fromkeys(CREDENTIALS[kind], "")

    with pytest.raises(BadCredentials):
        authenticate(kind, Webhook("here", b'{"google_key": ""}', headers=empty), **unset)


@by_kind
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"\x00", b"{", b'"text"', b"a=b&c"])
def test_a_delivery_that_says_nothing_is_unreadable(kind: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(delivery(kind, body, "application/json"), kind)


@by_kind
def test_json_nested_too_deep_is_unreadable(kind: str) -> None:
    body = b'{"email": "a@example.com", "a":' + b"[" * 40 + b"]" * 40 + b"}"

    with pytest.raises(Unreadable, match="nested more than 32 deep"):
        read(delivery(kind, body, "application/json"), kind)


def test_every_kind_here_is_a_kind_of_the_config() -> None:
    kinds = json.dumps(TypeAdapter(Source).json_schema())

    assert all(f'"{kind}"' in kinds for kind in SOURCES)
