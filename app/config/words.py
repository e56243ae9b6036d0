"""The small values that the document is made of: names, texts, numbers, zones, addresses."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

_SLUG = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


def check_slug(text: str) -> str:
    """`text` itself, if it can stand in a URL. `ValueError` says what a slug is."""
    if not text or text[0] in "_-" or not _SLUG.issuperset(text) or len(text) > 64:
        raise ValueError(
            "use up to 64 lower-case letters, digits, - and _, beginning with a letter or digit"
        )
    return text


def as_list(value: object) -> object:
    """One value is a list of one, and a bare number is the text it was written as."""
    values = value if isinstance(value, list | tuple) else [value]
    return [
        str(each) if isinstance(each, int) and not isinstance(each, bool) else each
        for each in values
    ]


def refuse_bool(value: object) -> object:
    """`true` is no number, although Python counts it as 1."""
    if isinstance(value, bool):
        raise ValueError("must be a whole number")  # noqa: TRY004 - pydantic wants ValueError
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            "there is no such time zone: use a name such as America/New_York or UTC"
        ) from error
    return name


def _phone(number: str) -> str:
    digits = number.removeprefix("+")
    if digits == number or not digits.isascii() or not digits.isdigit() or len(digits) not in _E164:
        raise ValueError('write the number as "+19415550100": a plus, the country code, digits')
    return number


def _email(address: str) -> str:
    local, _, domain = address.rpartition("@")
    if not local or "." not in domain.strip(".") or not address.isprintable() or " " in address:
        raise ValueError("this is not an e-mail address")
    return address


_E164 = range(8, 16)
"""Digits of an E.164 number with its country code."""

Slug = Annotated[str, AfterValidator(check_slug)]
"""A short name that stands in URLs and facts: agents, teams, sources, channels."""
Name = Annotated[str, Field(min_length=1, max_length=200)]
Texts = Annotated[tuple[Name, ...], BeforeValidator(as_list)]
"""One text or a list of texts; always a tuple here."""
Whole = Annotated[int, BeforeValidator(refuse_bool)]
Count = Annotated[int, BeforeValidator(refuse_bool), Field(ge=1, le=1_000_000_000)]
Zone = Annotated[str, AfterValidator(_zone)]
Phone = Annotated[str, AfterValidator(_phone)]
Email = Annotated[str, AfterValidator(_email)]
