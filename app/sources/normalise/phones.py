"""Phone numbers, however typed, as E.164."""

from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

_LONGEST = 64
"""Characters kept of something that is no number."""

_SEPARATORS = str.maketrans(dict.fromkeys(";|,\n", "/"))


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be dialled, or what was typed instead of one."""

    number: str | None
    """E.164 if valid; else as given; `None` if there is no digit in it at all."""
    extension: str | None = None
    is_valid: bool = True


def read_phone(text: str, *, region: str = "US") -> Phone:
    """Read a phone number. Without a country code it is taken to be in `region`."""
    for candidate in _candidates(text):
        number = _valid(candidate, region)
        if number is not None:
            written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
            return Phone(written, extension=number.extension or None)
    has_digit = any(each.isdigit() for each in text)
    return Phone(text[:_LONGEST] if has_digit else None, is_valid=False)


def _candidates(text: str) -> Iterator[str]:
    """The text itself; then, since people improvise, each number of a list of them."""
    if len(text) <= _LONGEST:
        yield text
    several = text[:_LONGEST].translate(_SEPARATORS).split("/")
    if len(several) > 1:
        yield from several
    digits = "".join(each for each in text[:_LONGEST] if each in "0123456789")
    if 11 <= len(digits) <= 15:
        # `44 20 7946 0958`: a country code whose plus sign got lost on the way.
        yield f"+{digits}"


def _valid(text: str, region: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
