"""Texts, prices, states, languages, times and wishes, as strangers write them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.lead import Kind
from app.sources.normalise import texts
from app.sources.normalise.kinds import read_kind
from app.sources.normalise.languages import read_language
from app.sources.normalise.money import Range, is_one_price, read_price, read_range
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
        ("[null]", None),
        ("none", "none"),
        ("N/A", "N/A"),
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


@pytest.mark.parametrize("text", ["N/A", "none", "Not provided", "-", "…", "?", "NULL", "n.a."])
def test_where_an_answer_has_a_form_these_are_no_answer(text: str) -> None:
    assert texts.is_no_answer(text)


@pytest.mark.parametrize("text", ["no", "0", "Any", "TBD", "Nunn", "NA", "Blank"])
def test_these_are_answers(text: str) -> None:
    assert not texts.is_no_answer(text)


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
        ("1,5 Mio", 1_500_000),
        ("500 mil", 500_000),
        ("1.5 mil", 1_500_000),
        ("CHF 1'250'000", 1_250_000),
        ("2 500 000", 2_500_000),
        ("500,000 600,000", 600_000),
        ("500000_to_650000", 650_000),
    ],
)
def test_a_price_is_the_upper_end_of_what_is_said(text: str, price: int | None) -> None:
    assert read_price(text) == price


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("$500k-$650k", Range(500_000, 650_000)),
        ("500-650K", Range(500_000, 650_000)),
        ("1-1.5M", Range(1_000_000, 1_500_000)),
        ("450,000 to 625,000", Range(450_000, 625_000)),
        ("between 300 and 400k", Range(300_000, 400_000)),
        ("300k \u2013 400k", Range(300_000, 400_000)),
        ("500000_750000", Range(500_000, 750_000)),
        ("$0 - $500k", Range(None, 500_000)),
        ("under 400k", Range(None, 400_000)),
        ("300K or less", Range(None, 300_000)),
        ("500000+", Range(500_000, None)),
        ("$1.2M+", Range(1_200_000, None)),
        ("from 300k", Range(300_000, None)),
        ("€350.000", None),
        ("3 bed 500k", None),
        ("Call for price", None),
    ],
)
def test_a_range_of_prices_has_one_end_or_two(text: str, ends: Range | None) -> None:
    assert read_range(text) == ends


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("589000", True), ("$1,250,000", True), ("415000.00 USD", True), ("$500k-$650k", False),
     ("$1.2M+", False), ("about 500,000", False), ("", False)],
)  # fmt: skip
def test_only_a_bare_price_says_nothing_else(text: str, is_one: bool) -> None:
    assert is_one_price(text) is is_one


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Oregon", "OR"),
        ("fl", "FL"),
        ("US-TX", "TX"),
        ("D.C.", "DC"),
        ("on", "ON"),
        ("Ontario", "Ontario"),
    ],
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
