"""What was typed into a name field, without what is no name: emoji, numbers, addresses."""

import re
import unicodedata
from dataclasses import dataclass

_LONGEST_NAME = 200
"""Characters looked at. Longer is not a name, and would take long to take apart."""

_CONTACT = re.compile(r"\S+@\S+|\+?\(?[0-9][0-9\s().\-/]{5,}[0-9]")
"""Addresses and numbers are typed into name fields."""

_DECORATION = re.compile(
    "[\u061c\u200e\u200f\u2190-\u2bff\ufe0e\ufe0f\U0001f000-\U0001faff\U000e0000-\U000e007f]"
)
"""Emoji, arrows and marks of direction. Joiners are needed by Persian and Indian letters,
and are taken out only beside an emoji."""
_JOINED = re.compile("(?<=[^\u0600-\u0dff])[\u200c\u200d]")

_STYLED = re.compile("[\uff01-\uffdc\U0001d400-\U0001d7ff]")
"""Letters chosen for their looks, and half-width kana: the same letters in another dress."""

_GLUED_TITLE = re.compile(r"^((?:mr|mrs|ms|dr|prof)\.)(?=\w)", re.IGNORECASE)
_QUOTES = "\"'\u201c\u201d\u2018\u2019"


@dataclass(frozen=True, slots=True)
class Tidy:
    text: str
    is_whole: bool
    """Nothing was taken out but spaces and punctuation around it."""


def tidied(text: str) -> Tidy:
    """The letters of a name as one writes them, without what decorates them."""
    written = " ".join(text[:_LONGEST_NAME].split())
    if not written.isascii():
        is_styled = _STYLED.search(written) is not None
        written = unicodedata.normalize("NFKC" if is_styled else "NFC", written)
    bare = _CONTACT.sub(" ", written)
    if not bare.isascii():
        bare = _JOINED.sub("", _DECORATION.sub(" ", bare))
    tidy = " ".join(bare.split()).strip(" ,;:-")
    is_whole = len(text) <= _LONGEST_NAME and tidy == written.strip(" ,;:-")
    if len(tidy) > 2 and tidy[0] in _QUOTES and tidy[-1] in _QUOTES:
        tidy = tidy[1:-1].strip()
    return Tidy(_GLUED_TITLE.sub(r"\1 ", tidy), is_whole)
