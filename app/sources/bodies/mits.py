"""MITS Lead Management 4.0, the standard by which rental listing sites hand prospects on.

Known from ResMan, which takes it by HTTP POST as the body or as the form parameter `Xml`:
https://docs.google.com/document/d/177WMC_SuK1n-aZslKFX-2Z_dZSvofuEwG0AfJenpTvc/pub. Some
wrap it into SOAP or an answer of their own, so it is looked for wherever it stands. The
same prospect is sent again with each new event: ids name the person, not the asking, so
what is asked says whether two deliveries are the same.
"""

import re
from dataclasses import replace
from datetime import datetime

from app.domain.errors import Unreadable
from app.domain.lead import Kind
from app.sources import repeats
from app.sources.bodies.element import Element, everything, left_over, lines
from app.sources.bodies.xml import read_xml, unescaped
from app.sources.fields import kept
from app.sources.normalise import texts
from app.sources.normalise.times import read_instant
from app.sources.sent import Sent
from app.sources.taking import property_of

_MITS = re.compile(rb"(?:<|&lt;)(?:[a-z]\w{0,30}:)?LeadManagement(?:[\s>]|&gt;)", re.IGNORECASE)
_HOMES = {
    "prospect": "prospects",
    **dict.fromkeys(("customers", "customerpreferences", "events"), "prospect"),
    **dict.fromkeys(("name", "address", "phone", "email", "lease"), "customer"),
}
_MOBILE = frozenset({"cell", "mobile", "cellphone", "cellular"})
_NO_PHONE = frozenset({"fax", "pager"})
_PLACE = {"city": ("city",), "state": ("state",), "zip": ("postalcode", "zip")}
"""Where the person lives now; the home asked about is only named by an id."""


def looks_like_mits(data: bytes) -> bool:
    """Whether a `LeadManagement` element is in there."""
    return _MITS.search(data.replace(b"\0", b"")) is not None


def read_prospects(xml: bytes, *, now: datetime) -> list[Sent]:
    """Each prospect of a document. Raises `Unreadable`: no XML, or no prospect in it."""
    document = read_xml(unescaped(xml, element=b"prospect"), homes=_HOMES)
    prospects = list(document.within("prospect"))
    if not prospects:
        raise Unreadable("This MITS document asks for nobody", "byte 0")
    return [_sent(each, now) for each in prospects]


def _sent(prospect: Element, now: datetime) -> Sent:
    content = repr(everything(prospect))
    customer = _customer(prospect)
    name = lines(customer, {"first": ("firstname",), "last": ("lastname",)})
    full = None if name else next((each.line() for each in customer.within("name")), None)
    sent = Sent(
        identity=repeats.by_content(content.encode("utf-8", "replace")),
        external_id=_id(prospect, customer),
        occurred_at=_event_date(prospect, now),
        first_name=name.get("first"),
        last_name=name.get("last"),
        full_name=full,
        email=_email(customer),
        phone=_phone(customer),
        message=_comment(prospect),
        kind=Kind.RENTER,
        property=replace(property_of(lines(customer, _PLACE)), price=_rent(prospect)),
        provider_agent=_agent(prospect),
    )
    return replace(sent, extra=kept(left_over(prospect)))


def _customer(prospect: Element) -> Element:
    """Who asks; others of the household are left over."""
    customers = list(prospect.within("customer")) or [prospect]
    return next((each for each in customers if _type(each, "type") == "prospect"), customers[0])


def _type(element: Element, attribute: str) -> str:
    return element.attributes.get(attribute, "").strip().lower()


def _id(prospect: Element, customer: Element) -> str | None:
    """The sender's id of the prospect, as an attribute or as an element."""
    for where in (prospect, customer):
        for each in where.children:
            told = _id_value(each) if each.name == "identification" else None
            if told is not None:
                return told
    return None


def _id_value(element: Element) -> str | None:
    told = texts.line(element.attributes.get("idvalue"))
    if told is not None:
        del element.attributes["idvalue"]
        return told
    return lines(element, {"id": ("idvalue",)}).get("id") or element.line()


def _event_date(prospect: Element, now: datetime) -> datetime | None:
    for event in prospect.within("event"):
        instant = read_instant(event.attributes.get("eventdate"), now=now)
        if instant is not None:
            del event.attributes["eventdate"]
            return instant
    return None


def _email(customer: Element) -> str | None:
    found = (each for each in customer.within("email", "emailaddress") if "@" in each.text)
    return next((each.line() for each in found), None)


def _phone(customer: Element) -> str | None:
    """Mobile numbers first; nobody is called on a fax."""
    found = [each for each in customer.within("phone") if _type(each, "phonetype") not in _NO_PHONE]
    for phone in sorted(found, key=lambda each: _type(each, "phonetype") not in _MOBILE):
        for number in (*phone.within("phonenumber", "number"), phone):
            if any(map(str.isdigit, number.text)):
                return number.line()
    return None


def _comment(prospect: Element) -> str | None:
    for comment in prospect.within("comment", "comments"):
        text = comment.paragraphs()
        if text is not None:
            return text
    return None


def _rent(prospect: Element) -> int | None:
    """The most that the person wants to pay a month. Kept in `extra` as told."""
    for rent in prospect.within("desiredrent"):
        told = [rent.attributes.get(name) for name in ("max", "exact", "min")]
        for text in filter(None, (*told, texts.line(rent.text))):
            price = property_of({"price": text}).price
            if price is not None:
                return price
    return None


def _agent(prospect: Element) -> str | None:
    for each in prospect.within("agentid", "agentname"):
        told = _id_value(each)
        if told is not None:
            return told
    return None
