"""Phone numbers, however typed, as E.164; and what sort of number it is, and where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number
from phonenumbers.tzdata import TIMEZONE_DATA

_LONGEST = 64
"""Characters kept of something that is no number."""

_SEPARATORS = re.compile(r"[/;|,\n]|\bor\b|\band\b|&", re.IGNORECASE)
_AS_DECIMAL = re.compile(r"\+?[0-9]{10,15}\.0")
"""A spreadsheet took the number for one."""

_PLAIN = re.compile(r"(?:p:|tel:)?[-+\d().\s\u00a0]+", re.IGNORECASE)
"""One number and nothing else. Meta puts `p:` before it."""

_AMERICAN = re.compile(
    r"(?:\+?1[-.\s]*)?\(?([2-9][0-9]{2})\)?[-.\s]*([2-9][0-9]{2})[-.\s]*([0-9]{4})"
)
"""Ten digits, and a one before them perhaps: as nearly everybody here writes a number."""

_AMERICAN_REGIONS = frozenset({"US", "CA", "PR"})
_MOST_ZONES = 8
"""A number of which more zones are possible says nothing of where it is."""

_MOST_DIGITS = 18
"""Of one number with whatever is dialled before it. Two numbers have more."""

_KINDS = {
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "either",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "company",
    PhoneNumberType.VOICEMAIL: "voicemail",
}
_PLACED = frozenset({"landline", "mobile", "either"})


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be dialled, or what was typed instead of one."""

    number: str | None
    """E.164 if valid; else as given; `None` if there is no digit in it at all."""
    extension: str | None = None
    is_valid: bool = True
    kind: str | None = None
    """`mobile`, `landline`, `either` (so all of North America), `voip`, `toll_free`…"""
    zones: tuple[str, ...] = ()
    """The IANA time zones it may be in. None if that is not known."""
    is_whole: bool = True
    """Nothing else was said: no second number, no words."""


def read_phone(text: str, *, region: str = "US") -> Phone:
    """Read a phone number. Without a country code it is taken to be in `region`."""
    if region in _AMERICAN_REGIONS and (found := _AMERICAN.fullmatch(text)):
        number = PhoneNumber(country_code=1, national_number=int("".join(found.groups())))
        if phone := _told(number, text):
            return phone
    for candidate in _candidates(text):
        for where in dict.fromkeys((region, "US")):
            if phone := _read(candidate, where, text):
                return phone
    has_digit = any(each.isdigit() for each in text)
    return Phone(text[:_LONGEST] if has_digit else None, is_valid=False)


def _candidates(text: str) -> Iterator[str]:
    """The text itself; then, since people improvise, each number of a list of them."""
    if _AS_DECIMAL.fullmatch(text):
        text = text.removesuffix(".0")
    if len(text) <= _LONGEST:
        yield text
    several = _SEPARATORS.split(text[:_LONGEST])
    if len(several) > 1:
        yield from several
    yield from (found[0] for found in _AMERICAN.finditer(text[:_LONGEST]))
    digits = "".join(each for each in text[:_LONGEST] if each in "0123456789")
    if len(digits) == 10:
        yield digits
    for lost in ("", "00", "011"):
        # `44 20 7946 0958`: a country code whose plus sign got lost on the way.
        if 11 <= len(digits) - len(lost) <= 15 and digits.startswith(lost):
            yield f"+{digits.removeprefix(lost)}"


def _read(text: str, region: str, whole: str) -> Phone | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    return _told(number, whole)


def _told(number: PhoneNumber, whole: str) -> Phone | None:
    # Of no kind at all is what is not valid: asked once, because asking is dear.
    kind = _KINDS.get(phonenumbers.number_type(number))
    if kind is None:
        return None
    return Phone(
        phonenumbers.format_number(number, PhoneNumberFormat.E164),
        extension=number.extension or None,
        kind=kind,
        zones=_zones(number) if kind in _PLACED else (),
        is_whole=_is_all(number, whole),
    )


def _zones(number: PhoneNumber) -> tuple[str, ...]:
    zones: tuple[str, ...] = time_zones_for_geographical_number(number)
    if number.country_code == 1:
        area = f"1{number.national_number}"[:4]
        # By default the library names one zone of an area that has several.
        zones = _zones_of_area(area) if zones == TIMEZONE_DATA.get(area) else zones
    return () if len(zones) > _MOST_ZONES or UNKNOWN_TIMEZONE in zones else tuple(zones)


@lru_cache(maxsize=512)
def _zones_of_area(area: str) -> tuple[str, ...]:
    """All zones in an area code of North America: 219 is Indiana, on both its clocks."""
    known = (zones for prefix, zones in TIMEZONE_DATA.items() if prefix.startswith(area))
    return tuple(sorted({zone for zones in known for zone in zones}))


def _is_all(number: PhoneNumber, text: str) -> bool:
    """Whether nothing was typed but this number: no more digits than it has, and no words."""
    if _PLAIN.fullmatch(text):
        return sum(map(str.isdigit, text)) <= _MOST_DIGITS
    return number.extension is not None and _SEPARATORS.search(text) is None
