"""Prices, as people and portals write them, in whole units of the currency."""

import re

LARGEST = 2**31 - 1
"""More than any home costs, and as much as an integer column of any database takes."""

_AMOUNT = re.compile(
    r"([0-9][0-9,. ]{0,20}[0-9]|[0-9])\s?(k|thousand|mm?|mio|mil(?:lion)?)?\b", re.IGNORECASE
)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[,. ][0-9]{3})+")
_LONGEST = 100


def read_price(text: str) -> int | None:
    """The price in a text. Of a range (`$500k-$650k`) it is the upper end.

    The upper end is what the person is ready to pay, and what a rule on price asks for.
    """
    amounts = [_amount(*found.groups()) for found in _AMOUNT.finditer(text[:_LONGEST])]
    prices = [each for each in amounts if 0 < each <= LARGEST]
    return max(prices, default=None)


def _amount(digits: str, unit: str | None) -> int:
    return int(_number(digits) * _factor((unit or "").lower()))


def _number(digits: str) -> float:
    """Dots and commas part thousands, unless what follows the last is not three digits."""
    whole, point, rest = digits.rpartition(".")
    if _THOUSANDS.fullmatch(digits) or not point:
        return float(re.sub(r"[,. ]", "", digits))
    return float(re.sub(r"[,. ]", "", whole) + "." + re.sub(r"[, ]", "", rest))


def _factor(unit: str) -> int:
    if not unit:
        return 1
    return 1_000 if unit in {"k", "thousand"} else 1_000_000
