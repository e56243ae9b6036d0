"""How soon somebody wants to move, buy or sell: an answer in words, as days."""

import re
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

_LONGEST = 100
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_UNITS = {
    "day": "day", "dia": "day", "d\u00eda": "day", "week": "week", "wk": "week",
    "semana": "week", "month": "month", "mo": "month", "mth": "month", "mese": "month",
    "mes": "month", "year": "year", "yr": "year", "a\u00f1o": "year",
}  # fmt: skip
_NUMBERS = {
    "one": 1, "two": 2, "dos": 2, "three": 3, "tres": 3, "four": 4, "cuatro": 4, "five": 5,
    "cinco": 5, "six": 6, "seis": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12,
}  # fmt: skip
_BEFORE_A_UNIT = {"a": 1, "an": 1, "un": 1, "una": 1, "couple": 2, "few": 3}

_NOW = re.compile(
    r"\b(?:asap|a\.s\.a\.p|immediate(?:ly)?|right away|right now|now|today|urgent(?:ly)?"
    r"|as soon as possible|inmediatamente|lo antes posible|ya|ahora)\b"
)
_NOT = re.compile(r"\b(?:not|no|don|nothing|never)\b")
_WORD = re.compile(r"[A-Z]?[a-z\u00e0-\u00ff]+|[A-Z]+|[0-9]+(?:\.[0-9]+)?|[-+<>\u2013\u2014]")
_SPAN = re.compile(
    r"(?P<from>\d+(?:\.\d+)?)\s*(?P<fromunit>[a-z]+)?\s*(?:-|to|a|and)\s*(?P<to>\d+(?:\.\d+)?)"
    r"\s*(?P<unit>[a-z]+)"
)
_ONE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<more>\+)?\s*(?P<unit>[a-z]+)\s*(?P<after>\+)?")
_WITHIN = re.compile(
    r"\b(?:within|less than|under|up to|in the next|next|dentro de|menos de|en los pr\S+)\b|<"
)
_BEYOND = re.compile(
    r"\b(?:more than|over|after|beyond|at least|longer|later|m[a\u00e1]s de|or more)\b|>"
)
_THIS = re.compile(r"\b(?:this|in the next|est[ea]) (?P<unit>[a-z]+)\b")


class Days(NamedTuple):
    """From today on; an open end is `None`."""

    fewest: int | None
    most: int | None


def read_timeline(text: str, *, unit: str | None = None) -> Days | None:
    """`Within 3 months`, `6+ months`, `twoWeeks`, `ASAP`. `None`: no length of time is said.

    `unit` is that of a bare number, where the question names it.
    """
    return _read(text[:_LONGEST], unit)


@lru_cache(maxsize=256)
def _read(text: str, unit: str | None) -> Days | None:
    """Most answers are picked from a handful: each is worked out once."""
    plain = _plain(text)
    if _NOW.search(plain):
        return None if _NOT.search(plain) else Days(0, 0)
    if _unit(plain):
        plain = f"1 {plain}"
    if unit and plain.isdecimal():
        return _days(float(plain), float(plain), unit)
    if found := _SPAN.search(plain):
        return _span(found)
    found = _ONE.search(plain)
    if found and (named := _unit(found["unit"])):
        return _one(plain, found, named)
    if (found := _THIS.search(plain)) and (named := _unit(found["unit"])):
        return _days(0, 1, named)
    return None


def _plain(text: str) -> str:
    """Small words with single spaces, numbers in digits: `twoWeeks` is `2 weeks`."""
    words = [word.lower() for word in _WORD.findall(text)]
    words = [word for word in words if word != "of"]
    said = [
        str(_NUMBERS.get(word) or (_unit(after) and _BEFORE_A_UNIT.get(word)) or word)
        for word, after in zip_longest(words, words[1:], fillvalue="")
    ]
    return " ".join(said).replace("\u2013", "-").replace("\u2014", "-").replace("a s a p", "asap")


def _span(found: re.Match[str]) -> Days | None:
    unit = _unit(found["unit"])
    first_unit = _unit(found["fromunit"] or "") or unit
    if unit is None or first_unit is None:
        return None
    fewest = _days(float(found["from"]), 0, first_unit)
    most = _days(0, float(found["to"]), unit)
    return Days(fewest[0], most[1])


def _one(plain: str, found: re.Match[str], unit: str) -> Days:
    number = float(found["number"])
    if found["more"] or found["after"] or _BEYOND.search(plain):
        return Days(_days(number, number, unit)[0], None)
    return _days(0 if _WITHIN.search(plain) else number, number, unit)


def _unit(word: str) -> str | None:
    return _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))


def _days(fewest: float, most: float, unit: str) -> Days:
    return Days(round(fewest * _DAYS[unit]), round(most * _DAYS[unit]))
