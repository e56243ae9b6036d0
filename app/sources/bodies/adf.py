"""ADF 1.0, in which dealers' and portals' leads have been mailed and posted since 2000.

The format was made for cars; senders of homes put the listing into `vehicle` or into the
comments, and `n/a` into what a car must have. Few keep to its DTD, and the specification's
own example does not.
"""

import hashlib
import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from app.domain.errors import Unreadable
from app.domain.lead import Kind, Property
from app.sources import repeats
from app.sources.bodies.element import Element, everything, left_over, lines
from app.sources.bodies.xml import read_xml, unescaped
from app.sources.fields import kept
from app.sources.normalise import texts
from app.sources.normalise.kinds import read_kind
from app.sources.normalise.times import read_instant
from app.sources.sent import Sent
from app.sources.taking import property_of

_ADF = re.compile(rb"(?:<|&lt;)(?:[a-z]\w{0,30}:)?adf(?:[\s>]|&gt;)", re.IGNORECASE)
_HOMES = {
    "prospect": "adf",
    **dict.fromkeys(("requestdate", "vehicle", "customer", "vendor", "provider"), "prospect"),
    **dict.fromkeys(("year", "make", "model", "vin", "stock"), "vehicle"),
    **dict.fromkeys(("name", "email", "phone", "address"), "contact"),
}
_NOT_THEM = frozenset({"vendor", "provider"})
"""Whoever stands in these has a name and a phone, and is not the person who asks."""

_PARTS = {"first": "first", "last": "last", "surname": "last", "full": "full", "": "full"}
_MOBILE = frozenset({"cellphone", "cell", "cellular", "mobile", "mobilephone"})
_NO_PHONE = frozenset({"fax", "pager"})

_INTERESTS = {
    "buy": Kind.BUYER,
    "test-drive": Kind.BUYER,
    "lease": Kind.RENTER,
    "sell": Kind.SELLER,
    "trade-in": Kind.SELLER,
}
_ADDRESS = {
    "address": ("street", "streetaddress", "address"),
    "city": ("city",),
    "state": ("regioncode", "state"),
    "zip": ("postalcode", "zip", "zipcode"),
}
_LISTING = {
    **_ADDRESS,
    "price": ("price",),
    "mls": ("mls", "mlsnumber", "mlsid"),
    "url": ("url", "link"),
}
_DATES = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")
"""By the rule it is ISO 8601; these are seen."""


def looks_like_adf(data: bytes) -> bool:
    """Whether an `adf` element is in there, also one escaped for a mail in HTML."""
    return _ADF.search(data.replace(b"\0", b"")) is not None


def read_prospects(xml: bytes, *, now: datetime) -> list[Sent]:
    """Each prospect of a document. Raises `Unreadable`: no XML, or no prospect in it.

    An id that its sender gives to everybody must not make people repeats of one another:
    the id counts together with who asks. Without one, what is asked counts.
    """
    document = read_xml(unescaped(xml, element=b"prospect"), homes=_HOMES)
    prospects = list(document.within("prospect"))
    if not prospects:
        raise Unreadable("This ADF document asks for nobody", "byte 0")
    return [_sent(each, now) for each in prospects]


def _sent(prospect: Element, now: datetime) -> Sent:
    # Sent again it is the same asking, though its `status` says `resend`.
    content = repr([each for each in everything(prospect) if each not in {"new", "resend"}])
    customer = next(prospect.within("customer", but=_NOT_THEM), prospect)
    contact = _reachable(list(customer.within("contact", but=_NOT_THEM)) or [customer])
    vehicle = next(prospect.within("vehicle"), Element("vehicle"))
    first, last, full = _name(contact)
    kind = _kind(prospect, vehicle)
    sent = Sent(
        identity=repeats.by_content(content.encode("utf-8", "replace")),
        occurred_at=_requested_at(prospect, now),
        first_name=first,
        last_name=last,
        full_name=full,
        email=next((each.line() for each in _emails(contact)), None),
        phone=next((each.line() for each in _phones(contact)), None),
        message=_message(customer, vehicle),
        kind=kind,
        property=_home(vehicle, contact, kind),
        provider_agent=_agent(prospect),
    )
    return replace(_identified(sent, prospect), extra=kept(left_over(prospect)))


def _reachable(contacts: list[Element]) -> Element:
    """Of several people the first who can be reached: their name belongs to the address."""
    return next((each for each in contacts if _emails(each) or _phones(each)), contacts[0])


def _name(contact: Element) -> tuple[str | None, str | None, str | None]:
    """First, last and full name. A full name beside its parts is left over."""
    named: dict[str, Element] = {}
    for each in contact.within("name", but=_NOT_THEM):
        part = _PARTS.get(each.attributes.get("part", "").strip().lower())
        if part and texts.line(each.text):
            named.setdefault(part, each)
    wanted = ("first", "last") if {"first", "last"} & named.keys() else ("full",)
    told = {part: named[part].line() for part in wanted if part in named}
    for part in told:
        named[part].attributes.pop("part", None)
    return told.get("first"), told.get("last"), told.get("full")


def _emails(contact: Element) -> list[Element]:
    return [each for each in contact.within("email", but=_NOT_THEM) if "@" in each.text]


def _phones(contact: Element) -> list[Element]:
    """Mobile numbers first; nobody is called on a fax."""
    found = [
        each
        for each in contact.within("phone", but=_NOT_THEM)
        if _type(each) not in _NO_PHONE and any(map(str.isdigit, each.text))
    ]
    return sorted(found, key=lambda each: _type(each) not in _MOBILE)


def _type(phone: Element) -> str:
    return phone.attributes.get("type", "").strip().lower()


def _message(customer: Element, vehicle: Element) -> str | None:
    for where in (customer, vehicle):
        for comments in where.within("comments", "comment", but=_NOT_THEM):
            text = comments.paragraphs()
            if text is not None:
                return text
    return None


def _kind(prospect: Element, vehicle: Element) -> Kind:
    interest = vehicle.attributes.get("interest", "").strip().lower()
    if interest in _INTERESTS:
        return _INTERESTS[interest]
    return read_kind(next((each.text for each in prospect.within("leadtype")), None))


def _home(vehicle: Element, contact: Element, kind: Kind) -> Property:
    """The listing. Where none is told, rules on zip codes ask where the person is.

    Somebody who sells does so where they live; anybody else's street is their own affair.
    """
    told = lines(vehicle, _LISTING)
    if "url" in told:
        # Mail programs put addresses between angle brackets.
        told["url"] = told["url"].strip("<>")
    listing = property_of(told)
    if any((listing.address, listing.city, listing.state, listing.zip)):
        return listing
    wanted = {ours: names for ours, names in _ADDRESS.items() if ours != "address"}
    place = property_of(lines(contact, _ADDRESS if kind is Kind.SELLER else wanted))
    return replace(
        listing, address=place.address, city=place.city, state=place.state, zip=place.zip
    )


def _agent(prospect: Element) -> str | None:
    """The provider's id of the vendor, or else the vendor's address."""
    vendor = next(prospect.within("vendor"), Element("vendor"))
    found = [*vendor.within("id"), *_emails(vendor)]
    return next((text for each in found if (text := each.line())), None)


def _requested_at(prospect: Element, now: datetime) -> datetime | None:
    for date in prospect.within("requestdate"):
        text = texts.line(date.text) or ""
        instant = read_instant(text, now=now) or read_instant(_as_iso(text), now=now)
        if instant is not None:
            date.is_read = True
            return instant
    return None


def _as_iso(text: str) -> str:
    for pattern in _DATES:
        with suppress(ValueError):
            return datetime.strptime(text, pattern).replace(tzinfo=UTC).isoformat()
    return ""


def _identified(sent: Sent, prospect: Element) -> Sent:
    for each in prospect.children:
        told = texts.line(each.text) if each.name == "id" else None
        if told is not None:
            each.is_read = True
            who = sent.email or sent.phone or f"{sent.full_name} {sent.first_name} {sent.last_name}"
            source = texts.line(each.attributes.get("source")) or ""
            identity = repeats.by_id(source, told, _short_hash(who.casefold()))
            return replace(sent, external_id=told, identity=identity)
    return sent


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
