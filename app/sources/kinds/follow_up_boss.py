"""Leads from whatever can deliver to Follow Up Boss: we answer as its `POST /v1/events` does.

https://docs.followupboss.com/reference/events-post. 201 means a new person, 200 a known
one, 204 without a body that nothing came of it; a sender may take anything else for an
error. Neither its retries nor its time limit are documented. The body has no id, so the
same event within a day is a repeat.

Inquiries are what Follow Up Boss starts action plans for (Registration, Inquiry, Seller,
Property and General Inquiry, Visited Open House), and Incoming Call. What somebody merely
looked at is none. A type that is unknown or missing is an inquiry: a lead is worth more.
Follow Up Boss is said to start nothing for an event that is older than a day. Here it is
answered like any other: a sender that was down over a weekend brings people who still wait.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import ApiKeySource
from app.domain.delivery import DeliveryStatus, Reading, Webhook
from app.domain.errors import BadCredentials
from app.domain.lead import Campaign, Consent, Kind
from app.sources import compose, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.json import read_object
from app.sources.fields import Fields, kept
from app.sources.follow_up_boss_places import read_place
from app.sources.normalise import texts
from app.sources.normalise.kinds import read_kind
from app.sources.proofs.key_as_user import KEY_AS_USER
from app.sources.sent import Sent
from app.sources.taking import take_instant

_LOOKED_AT = frozenset(
    {
        "viewed page",
        "viewed property",
        "saved property",
        "visited website",
        "property search",
        "saved property search",
    }
)
_UNSUBSCRIBED = "unsubscribed"
_OF_A_HOME = frozenset({"property inquiry", "visited open house"})

_CAMPAIGN = {
    "source": ("source",),
    "medium": ("medium",),
    "name": ("campaign", "name"),
    "term": ("term",),
    "content": ("content",),
}


def parse(webhook: Webhook, settings: ApiKeySource, now: datetime) -> Reading:
    document = read_object(webhook.body)
    top = Fields(document)
    event = (texts.line(top.look("type")) or "").lower()
    if event in _LOOKED_AT:
        return Reading(ignored=f"{event} is no inquiry")
    occurred_at = take_instant(top, "occurredAt", now=now)
    sent = _sent(top, event, document)
    if event == _UNSUBSCRIBED and not (sent.email or sent.phone):
        return Reading(ignored="unsubscribed without saying who")
    sent = replace(sent, occurred_at=occurred_at, extra={**sent.extra, **_system(webhook)})
    return Reading(inquiries=(compose.from_provider(sent, webhook, settings),))


def http_status(status: DeliveryStatus, leads: int) -> int:
    """Follow Up Boss's own: a new person, a known one, or nothing that came of it."""
    if status is DeliveryStatus.ACCEPTED:
        return 201 if leads else 204
    return 200


def refuse(error: BadCredentials) -> Mapping[str, Any]:
    return {"errorMessage": str(error)}


def _sent(top: Fields, event: str, document: Mapping[str, Any]) -> Sent:
    person, home = top.inner("person"), top.inner("property")
    wanted, campaign = Fields(top.look("propertySearch")), top.inner("campaign")
    email, other_emails = _first_of(person, "emails", "email")
    phone, other_phones = _first_of(person, "phones", "phone")
    kind = _kind(event, person, home)
    sent = Sent(
        identity=repeats.by_content(json.dumps(document, sort_keys=True).encode()),
        full_name=person.line("name"),
        first_name=person.line("firstName"),
        last_name=person.line("lastName"),
        email=email,
        phone=phone,
        message=top.paragraphs("message"),
        kind=kind,
        property=read_place(home, wanted, person, is_theirs=kind is Kind.SELLER),
        campaign=_campaign(campaign),
        provider_agent=person.line("assignedUserId", "assignedTo"),
    )
    groups = {
        "person": person.left() | other_emails | other_phones,
        "property": home.left(),
        "campaign": campaign.left(),
    }
    left = {f"{group}.{name}": it for group, all_ in groups.items() for name, it in all_.items()}
    sent = replace(sent, medium=sent.campaign.medium, extra={**top.left(), **left})
    return _unsubscribed(sent) if event == _UNSUBSCRIBED else sent


def _unsubscribed(sent: Sent) -> Sent:
    """Who wants no mail is not greeted by text message instead."""
    consent = Consent(sms=False, email=False, evidence="unsubscribed")
    return replace(sent, consent=consent, is_aside=True)


def _first_of(person: Fields, several: str, one: str) -> tuple[str | None, dict[str, Any]]:
    """The first address or mobile number of a list, and the others under the list's name."""
    listed = person.look(several)
    entries = listed if isinstance(listed, list) else [listed]
    ranked = sorted(filter(_text, entries), key=lambda each: not _is_mobile(each))
    if not ranked:
        return person.line(one), {}
    person.drop(several)
    others = [each for each in entries if each is not ranked[0]]
    return _text(ranked[0]), kept({several: others})


def _text(entry: Any) -> str | None:
    return texts.line(entry.get("value") if isinstance(entry, Mapping) else entry)


def _is_mobile(entry: Any) -> bool:
    kind = texts.line(entry.get("type")) if isinstance(entry, Mapping) else None
    return (kind or "").lower() in {"mobile", "cell"}


def _kind(event: str, person: Fields, home: Fields) -> Kind:
    if event == "seller inquiry":
        return Kind.SELLER
    if texts.truth(home.look("forRent")):
        return Kind.RENTER
    by_tags = read_kind(texts.line(person.look("tags")))
    is_for_sale = event in _OF_A_HOME and by_tags is Kind.UNKNOWN
    return Kind.BUYER if is_for_sale else by_tags


def _campaign(campaign: Fields) -> Campaign:
    return Campaign(**{ours: campaign.line(*theirs) for ours, theirs in _CAMPAIGN.items()})


def _system(webhook: Webhook) -> dict[str, str]:
    """Who delivers. The key beside it is a secret, and registered with somebody else."""
    system = texts.line(webhook.headers.get("x-system"))
    return {} if system is None else {"x_system": system}


ABOUT = About(
    title="Follow Up Boss events",
    format="JSON: an event as for Follow Up Boss's `POST /v1/events`, with `person` and perhaps"
    " `property`.",
    proof="HTTP Basic with api_key as the user and an empty password, or as a Bearer token.",
    setup="Where the sender asks for a Follow Up Boss API key, give it the value of api_key. As"
    " its API address give {url}/v1 or {url}, whichever makes it post to {url}/v1/events or"
    " {url}; one whose host alone can be changed may post to /v1/events there.",
    config="{kind: follow-up-boss, api_key: '${FUB_API_KEY}'}",
    reference="https://docs.followupboss.com/reference/events-post",
)
SOURCE: SourceKind[ApiKeySource] = SourceKind(
    kind="follow-up-boss",
    about=ABOUT,
    proof=KEY_AS_USER,
    parse=parse,
    http_status=http_status,
    refuse=refuse,
)
