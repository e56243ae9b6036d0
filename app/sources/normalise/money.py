"""Prices, as people and portals write them, in whole units of the currency."""

import re
from typing import NamedTuple

LARGEST = 2**31 - 1
"""More than any home costs, and as much as an integer column of any database takes."""

_AMOUNT = re.compile(
    r"([0-9]{1,3}(?:([,. '\u2019\u00a0\u202f])[0-9]{3})(?:\2[0-9]{3})*(?:[.,][0-9]{1,2})?(?![0-9])"
    r"|[0-9]+(?:[.,][0-9]+)?)"
    r"\s?(thousand|millions?|millones|mill?ón|mio|mil|mm|k|m)?\b",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[,. '\u2019\u00a0\u202f][0-9]{3})+(?![0-9])")
_UP_TO = re.compile(
    r"\b(?:under|up to|below|less than|at most|no more than|max(?:imum)?|hasta|menos de"
    r"|or (?:less|below|under))\b|[<\u2264]",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(?:over|above|more than|at least|from|starting|min(?:imum)?|desde|más de"
    r"|(?:and|or) (?:up|above|more))\b|[>\u2265]|\+\s*$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\d\s*\S{0,8}\s*(?:[-\u2010-\u2015\u2212~]|\b(?:to|and|a|y|bis)\b)", re.IGNORECASE
)
_ONE_PRICE = re.compile(r"[$€£]?\s*[0-9][0-9,.]*\s*(?:USD|EUR|GBP|[$€£])?")
_JOINED = re.compile(r"(?<=[0-9]{4})_(?=[0-9])")
_LONGEST = 100
_SPANISH_THOUSANDS_FROM = 20
"""`500 mil` is half a million in Spanish; nobody has a home of 500 million to sell here."""


class Range(NamedTuple):
    """From one price to another; an open end is `None`."""

    lowest: int | None
    highest: int | None


def read_price(text: str) -> int | None:
    """The price in a text. Of a range (`$500k-$650k`) it is the upper end.

    The upper end is what the person is ready to pay, and what a rule on price asks for.
    """
    return max(_prices(_spaced(text)), default=None) or None


def is_one_price(text: str) -> bool:
    """Whether nothing is said but one price: no range, no other word."""
    return len(text) <= _LONGEST and _ONE_PRICE.fullmatch(text) is not None


def read_range(text: str) -> Range | None:
    """Both ends of a range of prices. `None`: no range is said, but one price or nothing."""
    text = _spaced(text)
    prices = _prices(text)
    if len(prices) == 2 and prices[0] < prices[1] and _BETWEEN.search(text):
        return Range(prices[0] or None, prices[1])
    if len(prices) != 1:
        return None
    if _UP_TO.search(text):
        return Range(None, prices[0])
    return Range(prices[0], None) if _FROM.search(text) else None


def _spaced(text: str) -> str:
    """Without the underscores of programs: `500000_750000` is a range."""
    return _JOINED.sub("-", text[:_LONGEST]).replace("_", " ")


def _prices(text: str) -> list[int]:
    found = [(each[1], (each[3] or "").lower()) for each in _AMOUNT.finditer(text)]
    units = [unit for _, unit in found]
    if len(found) == 2 and units[1] and not units[0] and _number(found[0][0]) < 1_000:
        # `500-650k`: the unit is said once for both.
        units[0] = units[1]
    amounts = [_amount(digits, unit) for (digits, _), unit in zip(found, units, strict=True)]
    return [each for each in amounts if each <= LARGEST]


def _amount(digits: str, unit: str) -> int:
    number = _number(digits)
    return int(number * _factor(unit, number)) if number <= LARGEST else LARGEST + 1


def _number(digits: str) -> float:
    """Dots and commas part thousands, unless what follows the last is not three digits."""
    thousands = _THOUSANDS.match(digits)
    if thousands is None:
        return float(digits.replace(",", "."))
    rest = digits[thousands.end() :].replace(",", ".")
    return float(re.sub(r"[^0-9]", "", thousands[0]) + rest)


def _factor(unit: str, number: float) -> int:
    if not unit:
        return 1
    is_thousand = unit in {"k", "thousand"} or (unit == "mil" and number >= _SPANISH_THOUSANDS_FROM)
    return 1_000 if is_thousand else 1_000_000
