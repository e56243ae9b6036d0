"""E-mail addresses: valid by syntax, lower-case domain, and whose they really are."""

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

RELAY_DOMAINS = frozenset(
    {
        *("convo.zillow.com", "convo.trulia.com", "convo.hotpads.com"),
        *("reply.craigslist.org", "hous.craigslist.org", "zlead.co", "renter.apartmentlist.com"),
        *("email.rent.com", "message.my.apartmentguide.com", "abodoapts.com"),
        *("messaging.yelp.com",),
    }
)
"""Portals' per-conversation addresses: they reach a person, and identify nobody.

Known from what others have seen; `zlead.co` is Zumper's. Apple's `privaterelay.appleid.com`
is none of them: it hides a person, but always the same one.
"""

_NOBODY = re.compile(
    r"(?:no[-._]?e?mail|no[-._]?e?mail[-._]?(?:provided|given|address)|none|n\.a|unknown"
    r"|not[-._]?(?:provided|given|available)|no[-._]?reply|do[-._]?not[-._]?reply)@",
    re.IGNORECASE,
)
"""Typed or sent where an address was asked for. Nobody reads what is written there, and
all who typed it would be one person."""

_PLAIN = re.compile(
    r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*"
    r"@((?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+(?:com|net|org|edu|gov|us|biz|info|io|co|me))"
)
"""An address as nearly all are. The library finds the same, thoroughly and slowly."""

_LONGEST_PLAIN = 64
_LONGEST = 320
_AROUND = " \t\n<>\"'.,;:()[]"


@dataclass(frozen=True, slots=True)
class Email:
    address: str
    is_relay: bool


def read_email(text: str) -> Email | None:
    """Read an address without asking the network. `None`: this is no e-mail address.

    Of a list of addresses it is the first good one; `Ana <ana@example.com>` is read, too.
    A slip such as `gmail,com` is not mended: the address that it makes may be another's.
    """
    if len(text) <= _LONGEST_PLAIN and _PLAIN.fullmatch(text):
        return Email(text, is_relay=_is_relay(text))
    if len(text) > _LONGEST:
        return None
    for candidate in (text, *text.replace(";", ",").replace(" ", ",").split(",")):
        address = _valid(candidate.strip(_AROUND).removeprefix("mailto:"))
        if address is not None:
            return Email(address, is_relay=_is_relay(address))
    return None


def reaches_nobody(address: str) -> bool:
    """`noemail@…` and `noreply@…` are good addresses, and nobody's."""
    return _NOBODY.match(address) is not None


def _valid(text: str) -> str | None:
    if "@" not in text:
        return None
    try:
        found = validate_email(
            text,
            check_deliverability=False,
            allow_display_name=True,
            # Staging systems write to `.test`; a live one never sees it.
            test_environment=True,
        )
    except EmailNotValidError:
        return None
    return found.normalized


def _is_relay(address: str) -> bool:
    domain = address.rpartition("@")[2]
    return domain in RELAY_DOMAINS or domain.partition(".")[2] in RELAY_DOMAINS
