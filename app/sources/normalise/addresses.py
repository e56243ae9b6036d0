"""Addresses in the United States: one line taken apart, where that is certain; zip codes."""

import re
from typing import NamedTuple

from app.sources.normalise.states import code_of

_LONGEST = 200
_COUNTRY = re.compile(r"[,\s]+(?:USA|U\.S\.A\.|US|United States(?: of America)?)\.?$")
_ZIP_AT_END = re.compile(r"^(?P<rest>.*?[\s,])(?P<zip>[0-9]{5}(?:-[0-9]{4})?)$")
_CITY = re.compile(r"[^\W\d_][^\d_,#]{1,49}")
_STREETS = frozenset(
    {
        *("aly", "alley", "ave", "avenue", "blvd", "boulevard", "cir", "circle", "ct", "court"),
        *("cv", "cove", "dr", "drive", "hwy", "highway", "ln", "lane", "loop", "path", "pike"),
        *("pkwy", "parkway", "pl", "place", "plz", "plaza", "rd", "road", "row", "sq", "square"),
        *("st", "street", "ter", "terrace", "trl", "trail", "way", "xing", "crossing"),
    }
)
_UNDECIDED = frozenset(
    {
        *("n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west"),
        *("apt", "unit", "ste", "suite", "fl", "floor", "lot", "bldg", "building", "rm", "room"),
    }
)
"""Behind a street these may be part of it, or of the city: `Park Ave South Bend`."""

_FIRST_DIGITS = {
    "0": "CT MA ME NH NJ NY PR RI VT", "1": "DE NY PA", "2": "DC MD NC SC VA WV",
    "3": "AL FL GA MS TN", "4": "IN KY MI OH", "5": "DC IA MN MT ND SD WI",
    "6": "IL KS MO NE", "7": "AR LA OK TX", "8": "AZ CO ID NM NV TX UT WY",
    "9": "AK CA HI OR WA",
}  # fmt: skip
"""Zip codes are given out by region: one of another state was not meant for this one."""


class Place(NamedTuple):
    """Parts of an address; what is not certain is `None`."""

    address: str | None
    city: str | None
    state: str | None
    zip: str | None


def split(line: str) -> Place | None:
    """Take a whole address apart: `12 Elm St, Akron, OH 44308`. `None`: it is none.

    It ends in a state and a zip code of that state. Where the street ends and the city
    begins is not always certain: then the address is left whole, and there is no city.
    """
    if len(line) > _LONGEST:
        return None
    found = _ZIP_AT_END.match(_COUNTRY.sub("", line))
    if found is None:
        return None
    rest, state = _state_at_end(found["rest"].rstrip(" ,"))
    if state is None or state not in _FIRST_DIGITS[found["zip"][0]]:
        return None
    street, city = _street_and_city(rest.rstrip(" ,"))
    address = street if city else line
    return Place(address, city, state, found["zip"][:5])


def read_zip(text: str, *, state: str | None = None) -> str:
    """Five digits: `75024-1234` is `75024`; what is no such code stays as it is.

    `2134` is `02134` in a state whose codes begin with a zero: it was taken for a number.
    """
    code = text.strip()
    digits = code.replace("-", "").removesuffix(".0")
    if digits.isascii() and digits.isdecimal():
        if len(digits) == 9 or (len(digits) == 5 and digits != code):
            return digits[:5]
        if len(digits) in {3, 4} and state in _FIRST_DIGITS["0"].split():
            return digits.zfill(5)
    return code


def _state_at_end(text: str) -> tuple[str, str | None]:
    """The text before the state, and the state. A code is in capitals, or `Or` were one."""
    words = text.split()
    for count in (3, 2, 1):
        name = " ".join(words[-count:])
        code = code_of(name)
        is_sure = len(name) > 2 or name.isupper()
        if code and is_sure and len(words) > count:
            return text[: text.rindex(words[-count])], code
    return text, None


def _street_and_city(text: str) -> tuple[str | None, str | None]:
    """Commas tell; without one a word like `St` does, if nothing behind it is in doubt."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > 1 and _is_city(parts[-1]):
        return ", ".join(parts[:-1]), parts[-1]
    words = text.split()
    if len(parts) != 1 or not words[0][0].isdigit():
        return (None, text) if len(parts) == 1 and _is_city(text) else (None, None)
    ends = [at for at, word in enumerate(words) if word.lower().rstrip(".") in _STREETS]
    if len(ends) != 1 or ends[0] < 2 or ends[0] + 1 == len(words):
        return None, None
    street, behind = words[: ends[0] + 1], words[ends[0] + 1 :]
    city = " ".join(behind)
    is_sure = _is_city(city) and behind[0].lower().rstrip(".") not in _UNDECIDED
    return (" ".join(street), city) if is_sure else (None, None)


def _is_city(text: str) -> bool:
    if not _CITY.fullmatch(text):
        return False
    words = [word.lower().rstrip(".") for word in text.split()]
    is_unit = words[0] in _UNDECIDED and len(words) == 1
    return not is_unit and words[-1] not in _STREETS and len(words) < 5
