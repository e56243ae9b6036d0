"""Whatever arrives, a source answers with a reading or with one of its two errors.

And neither of them says aloud what was in the delivery.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.delivery import Reading, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.sources.registry import SOURCES
from tests.sources import examples
from tests.sources.examples import NOW, SAMPLES, Sample, delivery, signed

by_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda it: f"{it.kind}/{it.name}")
by_kind = pytest.mark.parametrize("kind", SOURCES)
quickly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 2**63, -(2**70), 1e300, 9.415550142e9, "", " ", "null", "\x00",
    "\ud800", "\u202e", "a" * 5000, "@", "a@", ",", ";,", "+", "1e5", "1,,0", "9" * 400,
    "2026-99-99", "0001-01-01T00:00:00+14:00", [], {}, [None], [[]], [{}], {"a": []}, ["a", "b"],
    {"value": 1}, [{"name": None, "value": {}}], {"string_value": {}}, "{", "https://[",
    "http://a/?utm_source=%ff", "Dr.", ",,,", "(((", "\u5f20",
    "x" * 300 + "@example.com", "$", "$1.2.3.4M", ". . .", "1 . 0 0",
]  # fmt: skip


def outcome(kind: str, webhook: Webhook) -> Reading | Unreadable | BadCredentials:
    """What comes out. Any other error is the failure that these tests look for."""
    source, config = SOURCES[kind], examples.settings(kind)
    try:
        source.needs(webhook, config, now=NOW)
        source.authenticate(webhook, config, now=NOW, certificates={})
    except BadCredentials:
        pass
    try:
        return source.read(webhook, config, now=NOW)
    except Unreadable as unread:
        return unread


def is_sound(found: Reading | Unreadable | BadCredentials) -> bool:
    """What was read can be stored: it encodes, and holds no NUL and no half characters."""
    if not isinstance(found, Reading):
        return True
    return all(b"\\u0000" not in orjson.dumps(each, default=str) for each in found.inquiries)


def with_each_value_replaced(document: Any) -> Iterator[Any]:
    """The document once for each of its values and each odd value in its place."""
    if isinstance(document, dict):
        members: list[tuple[Any, Any]] = list(document.items())
    elif isinstance(document, list):
        members = list(enumerate(document))
    else:
        return
    for name, value in members:
        for other in (*ODD_VALUES, *with_each_value_replaced(value)):
            changed = document.copy()
            changed[name] = other
            yield changed


def inner(sample: Sample) -> tuple[Any, dict[str, Any] | None]:
    """A JSON sample's lead, and for Zillow's the envelope it is in."""
    document = json.loads(sample.file.read_bytes())
    if sample.kind != "zillow-tech-connect" or "Token" in document:
        return document, None
    return json.loads(document["Message"]), document


@pytest.mark.parametrize(
    "sample",
    [each for each in SAMPLES if each.file.suffix == ".json" and each.name != "complete"],
    ids=lambda it: f"{it.kind}/{it.name}",
)
def test_a_field_of_any_other_type_is_survived(sample: Sample) -> None:
    lead, envelope = inner(sample)

    for changed in with_each_value_replaced(lead):
        whole = changed if envelope is None else envelope | {"Message": json.dumps(changed)}
        webhook = delivery(sample.kind, json.dumps(whole).encode(), "application/json")

        assert is_sound(outcome(sample.kind, webhook))


@by_sample
@quickly
@given(data=st.data())
def test_a_sample_cut_off_anywhere_is_survived(sample: Sample, data: st.DataObject) -> None:
    webhook = signed(sample)
    end = data.draw(st.integers(0, len(webhook.body)))

    found = outcome(sample.kind, replace(webhook, body=webhook.body[:end]))

    assert is_sound(found)


@by_sample
@quickly
@given(data=st.data())
def test_a_sample_with_bytes_changed_is_survived(sample: Sample, data: st.DataObject) -> None:
    webhook = signed(sample)
    body = bytearray(webhook.body)
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))

    assert is_sound(outcome(sample.kind, replace(webhook, body=bytes(body))))


@by_kind
@quickly
@given(
    body=st.binary(max_size=200),
    kind_of_content=st.sampled_from(
        [
            "",
            "application/json",
            "application/x-www-form-urlencoded; charset=rot13",
            "multipart/form-data; boundary=x",
            'multipart/form-data; boundary="\u2603"',
        ]
    ),
    authorization=st.text(max_size=40),
)
def test_noise_is_survived(
    kind: str, body: bytes, kind_of_content: str, authorization: str
) -> None:
    for start in (b"", b"{", b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name="):
        webhook = delivery(
            kind, start + body, kind_of_content, authorization=f"Basic {authorization}"
        )
        assert is_sound(outcome(kind, webhook))


@by_kind
@quickly
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["Lead", "lead_info", "user_column_data", "Type", "email", "name"])
                | st.text(max_size=8),
                inner,
                max_size=5,
            )
        ),
        max_leaves=25,
    )
)
def test_any_json_is_survived(kind: str, document: Any) -> None:
    body = json.dumps(document).encode()

    assert is_sound(outcome(kind, delivery(kind, body, "application/json")))


MEBIBYTE = 1024 * 1024


@by_kind
@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * MEBIBYTE,
        b'{"a":' * (MEBIBYTE // 5),
        b'{"email": "a@example.com", "name": "' + b"a, " * (MEBIBYTE // 3) + b'"}',
        b'{"phone": "' + b"1/" * (MEBIBYTE // 2) + b'"}',
        b'{"email": "' + b"a@b," * (MEBIBYTE // 4) + b'"}',
        b'{"price": "' + b"1," * (MEBIBYTE // 2) + b'", "name": "a"}',
        b'{"n": ' + b"9" * MEBIBYTE + b', "name": "a"}',
        b'{"name": "' + b"\xff" * MEBIBYTE + b'"}',
        b"a[" * (MEBIBYTE // 2) + b"=1",
        b"name=" + b"%00" * (MEBIBYTE // 3),
        b"&" * MEBIBYTE,
    ],
    ids=range(11),
)
def test_a_mebibyte_of_malice_is_survived(kind: str, body: bytes) -> None:
    assert is_sound(outcome(kind, delivery(kind, body, "")))


def values(document: Any) -> Iterator[str]:
    """Every text in a document that could be told from our own words."""
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for each in document:
            yield from values(each)
    elif isinstance(document, str) and len(document) > 4:
        yield document


@by_sample
@quickly
@given(data=st.data())
def test_no_error_repeats_what_was_sent(sample: Sample, data: st.DataObject) -> None:
    expected = json.loads(sample.expected.read_text())
    said = {text for each in expected.get("inquiries", []) for text in values(each)} - {
        "application/json", "unknown", "buyer", "seller", "renter"
    }  # fmt: skip
    webhook = signed(sample)
    end = data.draw(st.integers(0, len(webhook.body)))

    found = outcome(sample.kind, replace(webhook, body=webhook.body[:end]))

    if isinstance(found, Unreadable):
        assert not [text for text in said if text in str(found) or text in repr(found.args)]
        assert found.__cause__ is None or found.__suppress_context__
