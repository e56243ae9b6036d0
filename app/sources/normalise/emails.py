"""E-mail addresses: valid by syntax, lower-case domain, and whose they really are."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

RELAY_DOMAINS = frozenset({"convo.zillow.com"})
"""Portals' per-conversation addresses: they reach a person, and identify nobody."""

_LONGEST = 320
_AROUND = " \t\n<>\"'.,;:()[]"


@dataclass(frozen=True, slots=True)
class Email:
    address: str
    is_relay: bool


def read_email(text: str) -> Email | None:
    """Read an address without asking the network. `None`: this is no e-mail address.

    Of a list of addresses it is the first good one; `Ana <ana@example.com>` is read, too.
    """
    if len(text) > _LONGEST:
        return None
    for candidate in (text, *text.replace(";", ",").replace(" ", ",").split(",")):
        address = _valid(candidate.strip(_AROUND).removeprefix("mailto:"))
        if address is not None:
            return Email(address, is_relay=_is_relay(address))
    return None


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
