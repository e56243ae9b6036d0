"""The mails of portals, as third parties have seen them: none of them documents its own.

Layouts change without notice. A rule of the config comes before these, and a mail that
fits none of them is read by its labels all the same.
"""

import re
from collections.abc import Collection

from app.domain.lead import Kind
from app.sources.bodies.mail_headers import Address
from app.sources.mail.labels import SPEAKER
from app.sources.mail.rules import Names, Rule
from app.sources.normalise.emails import RELAY_DOMAINS

_DOMAINS = (
    "zillow.com",
    "zillowgroup.com",
    "zillowrentals.com",
    "trulia.com",
    "hotpads.com",
    "realtor.com",
    "realtorpro.io",
    "move.com",
    "homes.com",
    "costar.com",
    "apartments.com",
    "followupboss.com",
)


def _at(*domains: str) -> tuple[str, ...]:
    """Patterns for every address of a domain and of those below it."""
    return tuple(f"{start}{each}" for each in domains for start in ("*@", "*@*."))


def belongs_to_portal(address: Address) -> bool:
    """Whether nobody who asks reads mail there."""
    return _is_below(address.domain, _DOMAINS) and not is_relay(address)


def is_relay(address: Address) -> bool:
    """Whether it reaches the person who asks, for as long as their conversation lasts."""
    return _is_below(address.domain, RELAY_DOMAINS)


def _is_below(domain: str, names: Collection[str]) -> bool:
    return any(domain == each or domain.endswith(f".{each}") for each in names)


FIELDS: Names = {
    "message": (SPEAKER, "Message", "Comments", "Comment", "Message Body", "Inquiry"),
    "address": ("Property Address", "Listing Address", "Property", "Listing", "Home"),
    "mls": ("MLSID", "MLS ID", "MLS #", "MLS Number", "MLS"),
    "url": ("Property URL", "Listing URL", "Property Link", "Listing Link"),
}
"""Labels that mean the same in every mail, and that forms do not have."""

_ZILLOW_SUBJECT = re.compile(
    r"(?P<full_name>.{1,100}?) is requesting (?:information (?:about|on)|an application for"
    r"|a tour of|to tour|to apply for) (?P<address>.{1,200})",
    re.IGNORECASE,
)
_REALTOR_SUBJECT = re.compile(r"New realtor\.com lead - (?P<full_name>.{1,100})", re.IGNORECASE)
_REALTOR_PRO_SUBJECT = re.compile(
    r"New inquiry: (?P<full_name>[^0-9+(@]{1,100}?)(?:\s+(?P<phone>[0-9+(][0-9 ().+-]{6,24}))?"
    r"(?:\s+(?P<email>[^\s@]{1,64}@[^\s@]{1,200}?))?\.?",
    re.IGNORECASE,
)
_FOLLOW_UP_BOSS_SUBJECT = re.compile(
    r"(?:Lead Alert|New Lead)[^:\u2013-]{0,60}(?::|\s[\u2013-])\s*(?P<full_name>[^0-9@(]{1,80})",
    re.IGNORECASE,
)

LEADS = (
    Rule(
        "Zillow Rentals",
        senders=(*_at("convo.zillow.com"), "rentalclientservices@zillowrentals.com"),
        subjects=("*is requesting *", "*new rental*", "*rental inquiry*"),
        medium="zillow",
        kind=Kind.RENTER,
        in_subject=_ZILLOW_SUBJECT,
    ),
    Rule(
        "Zillow Group",
        senders=_at("zillow.com", "zillowgroup.com"),
        subjects=("*new contact*", "*zillow group*"),
        medium="zillow",
        kind=Kind.BUYER,
    ),
    Rule(
        "Realtor.com",
        senders=("leads@email.realtor.com",),
        medium="realtor.com",
        kind=Kind.BUYER,
        in_subject=_REALTOR_SUBJECT,
    ),
    Rule(
        "Realtor.com Pro",
        senders=("no-reply@realtorpro.io",),
        subjects=("new inquiry*",),
        medium="realtor.com",
        kind=Kind.BUYER,
        in_subject=_REALTOR_PRO_SUBJECT,
    ),
    Rule(
        "Realtor.com Rentals",
        senders=("rentalrequest@move.com",),
        medium="realtor.com",
        kind=Kind.RENTER,
    ),
    Rule(
        "Homes.com",
        senders=("noreply@homes.com",),
        subjects=("*new lead*",),
        medium="homes.com",
        kind=Kind.BUYER,
    ),
    Rule(
        "Apartments.com",
        senders=("leads@apartments.com",),
        medium="apartments.com",
        kind=Kind.RENTER,
    ),
    Rule(
        "Follow Up Boss",
        senders=("leads@followupboss.com",),
        subjects=("*lead alert*", "*new lead*"),
        fields={"medium": ("Source", "Lead Source")},
        medium="follow up boss",
        in_subject=_FOLLOW_UP_BOSS_SUBJECT,
    ),
    Rule(
        "Zillow conversation",
        senders=_at("convo.zillow.com"),
        medium="zillow",
        kind=Kind.RENTER,
        is_certain=False,
    ),
)
"""Mails that are leads, from these senders alone."""

NO_LEADS = (
    Rule(
        "Zillow saved homes",
        senders=("my-saved-home@mail.zillow.com", "no-reply@comet.zillow.com"),
        no_lead="Zillow sends such mails about saved homes and offers of its own",
    ),
    Rule(
        "CoStar marketing",
        senders=_at("email.homes.com", "email.costar.com"),
        no_lead="Homes.com and CoStar advertise from this address",
    ),
)
