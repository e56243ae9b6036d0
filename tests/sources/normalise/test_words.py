"""Texts, prices, states, languages, times and wishes, as strangers write them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.lead import Kind
from app.sources.normalise import texts
from app.sources.normalise.kinds import read_kind
from app.sources.normalise.languages import read_language
from app.sources.normalise.money import read_price
from app.sources.normalise.states import read_state
from app.sources.normalise.times import read_instant

NOW = datetime(2026, 3, 14, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("  two\n words\t", "two words"),
        ("a\x00b\ud800\u202ec\u200b", "abc"),
        ("José", "José"),
        ("null", None),
        ("Null", "Null"),
        ("\x00 ", None),
        (None, None),
        (9415550142, "9415550142"),
        (9415550142.0, "9415550142"),
        (2.5, "2.5"),
        (True, "true"),
        (["buy", None, "", "sell"], "buy, sell"),
        ([], None),
        ([["a"]], None),
        ({"a": "b"}, None),
    ],
)
def test_anything_becomes_one_line_or_nothing(value: Any, line: str | None) -> None:
    assert texts.line(value) == line


def test_a_number_too_long_to_write_out_says_nothing() -> None:
    assert texts.line(10**5000) is None


def test_line_breaks_are_kept_where_a_person_wrote_to_us() -> None:
    assert texts.paragraphs(" Hi,\r\n\r\nme\x0b\n") == "Hi,\n\nme"


@pytest.mark.parametrize(
    ("value", "truth"),
    [
        (True, True), ("TRUE", True), (1, True), ("on", True), (False, False), ("No", False),
        (0, False), (None, None), ("", None), ("maybe", None), ({}, None),
    ],
)  # fmt: skip
def test_a_flag_is_set_or_not_or_not_said(value: Any, truth: bool | None) -> None:
    assert texts.truth(value) is truth


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("589000", 589_000),
        ("415000.00", 415_000),
        ("$1,250,000", 1_250_000),
        ("1.250.000 €", 1_250_000),
        ("450.000", 450_000),
        ("$500k-$650k", 650_000),
        ("500-650K", 650_000),
        ("$400,000 - $500,000", 500_000),
        ("$1.2M+", 1_200_000),
        ("1.5 million", 1_500_000),
        ("under 300 thousand", 300_000),
        ("Call for price", None),
        ("0", None),
        ("9" * 90, None),
        ("-", None),
    ],
)
def test_a_price_is_the_upper_end_of_what_is_said(text: str, price: int | None) -> None:
    assert read_price(text) == price


@pytest.mark.parametrize(
    ("text", "state"),
    [("Oregon", "OR"), ("fl", "FL"), ("Ontario", "Ontario")],
)
def test_a_state_is_two_letters_where_we_know_it(text: str, state: str) -> None:
    assert read_state(text) == state


@pytest.mark.parametrize(
    ("text", "language"),
    [("en", "en"), ("es-MX", "es"), ("zh_Hans_CN", "zh"), ("Español ", "es"), ("Klingon", None)],
)
def test_a_language_is_two_letters(text: str, language: str | None) -> None:
    assert read_language(text) == language


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Buyer", Kind.BUYER),
        ("Buyer and Seller", Kind.BUYER),
        ("Sell my home", Kind.SELLER),
        ("for_rent", Kind.RENTER),
        ("Refinancing", Kind.MORTGAGE),
        ("parents", Kind.UNKNOWN),
        (None, Kind.UNKNOWN),
    ],
)
def test_a_wish_is_the_first_word_we_know(text: str | None, kind: Kind) -> None:
    assert read_kind(text) is kind


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-03-14T15:22:07.000Z", datetime(2026, 3, 14, 15, 22, 7, tzinfo=UTC)),
        ("2026-03-14T11:22:07-04:00", datetime(2026, 3, 14, 15, 22, 7, tzinfo=UTC)),
        ("2026-03-14 15:22:07", datetime(2026, 3, 14, 15, 22, 7, tzinfo=UTC)),
        (1773501727, datetime(2026, 3, 14, 15, 22, 7, tzinfo=UTC)),
        ("2026-03-16T00:00:00Z", None),
        ("1999-12-31T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (1e300, None),
        (None, None),
        ({}, None),
    ],
)
def test_an_instant_is_in_utc_and_plausible(value: Any, instant: datetime | None) -> None:
    assert read_instant(value, now=NOW) == instant
