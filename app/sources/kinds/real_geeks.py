"""Leads that Real Geeks passes on: its outgoing leads API.

https://developers.realgeeks.com/outgoing-leads-api/. The body is the lead, the headers say
what happened to it: `X-Lead-Router-Action`, `-Message-Id`, `-Timestamp` and, over the body
alone, `-Signature` (hex HMAC-SHA256; known from others' code). A 2xx is believed to be
success; its retries and time limit are not documented here. Those header names are Real
Geeks' own, and none of ours.

`created` is known by the id of the lead, so that it is read once. Whatever comes later
about that id is an update, told apart by its message. An update that names nobody, and
activities that are none of the person's asking, are no inquiry.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import SigningSource
from app.domain.delivery import Reading, Webhook
from app.domain.lead import Kind
from app.sources import compose, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.normalise.phones import read_phone
from app.sources.proofs.signatures import Scheme, signature_or_secret
from app.sources.repeats import Identity
from app.sources.sent import Sent
from app.sources.taking import take_instant, take_kind, take_property

_SIGNATURE = "x-lead-router-signature"
_ACTION = "x-lead-router-action"
_MESSAGE = "x-lead-router-message-id"

_CREATED = "created"
_ACTIVITY_ADDED = "activity_added"
_ASKING = frozenset({"contact_emailed", "tour_requested"})
"""Activities in which the person writes to us: their description is the message."""
_NO_ASKING = frozenset({"property_viewed", "called", "note", "was_assigned"})
"""Page views, and what agents did."""

_PROPERTY = {"address": "street_address", "city": "city", "state": "state", "zip": "zip"}


def _write(webhook: Webhook, key: bytes, _at: int) -> Mapping[str, str]:
    return {_SIGNATURE: hmac.new(key, webhook.body, hashlib.sha256).hexdigest()}


def parse(webhook: Webhook, settings: SigningSource, now: datetime) -> Reading:
    lead = Fields(read_object(webhook.body))
    action = _action(webhook, lead)
    activities = _activities(lead)
    if action == _ACTIVITY_ADDED and activities and all(_is_no_asking(it) for it in activities):
        return Reading(ignored="activities that are none of the person's asking")
    is_seller = "seller" in action
    sent = _sent(lead, action, activities, webhook, now)
    if is_seller:
        sent = replace(sent, kind=Kind.SELLER)
    if not _names_somebody(sent) and (is_seller or sent.is_update):
        return Reading(ignored="it names nobody: no name, e-mail or phone")
    sent = replace(sent, extra=lead.left() | ({"action": action} if action else {}))
    return Reading(inquiries=(compose.from_provider(sent, webhook, settings),))


def _action(webhook: Webhook, lead: Fields) -> str:
    """The header counts before the body's own member; in lower case, or empty."""
    told = texts.line(webhook.headers.get(_ACTION)) or lead.line("action")
    return (told or "").lower()


def _sent(
    lead: Fields,
    action: str,
    activities: list[Mapping[str, Any]],
    webhook: Webhook,
    now: datetime,
) -> Sent:
    lead_id = lead.line("id")
    home = take_property(lead, _PROPERTY)
    return Sent(
        identity=_identity(lead_id, action, webhook),
        external_id=lead_id,
        occurred_at=_happened_at(activities, now) or take_instant(lead, "created", now=now),
        full_name=lead.line("name"),
        first_name=lead.line("first_name"),
        last_name=lead.line("last_name"),
        email=lead.line("email", "second_email"),
        phone=_phone(lead),
        message=_message(activities) or lead.paragraphs("message", "notes"),
        kind=take_kind(lead, "role"),
        property=home if home.address else replace(home, address=lead.line("address")),
        provider_agent=_assigned(activities),
        is_update=bool(action) and not action.startswith(_CREATED) and "seller" not in action,
    )


def _phone(lead: Fields) -> str | None:
    """The first that can be called. The other stays in `extra`."""
    for name in ("phone", "phone2"):
        text = texts.line(lead.look(name))
        if text and read_phone(text).is_valid:
            return lead.line(name)
    return lead.line("phone", "phone2")


def _identity(lead_id: str | None, action: str, webhook: Webhook) -> Identity:
    if lead_id is None:
        return repeats.by_content(webhook.body)
    if action == _CREATED:
        return repeats.by_id(lead_id)
    message = texts.line(webhook.headers.get(_MESSAGE)) or repeats.by_content(webhook.body).key
    return repeats.by_id(lead_id, f"{action or 'told'}:{message}")


def _activities(lead: Fields) -> list[Mapping[str, Any]]:
    """They stay in `extra`, whole: there is more in them than we have words for."""
    sent = lead.look("activities")
    return [it for it in sent if isinstance(it, Mapping)] if isinstance(sent, list) else []


def _is_no_asking(activity: Mapping[str, Any]) -> bool:
    return texts.line(activity.get("type")) in _NO_ASKING


def _message(activities: list[Mapping[str, Any]]) -> str | None:
    told = [
        text
        for each in activities
        if texts.line(each.get("type")) in _ASKING
        if (text := texts.paragraphs(each.get("description")))
    ]
    return told[-1] if told else None


def _assigned(activities: list[Mapping[str, Any]]) -> str | None:
    """The id of the user whom Real Geeks assigned last."""
    users = [
        Fields(each.get("user")).line("id")
        for each in activities
        if texts.line(each.get("type")) == "was_assigned"
    ]
    return next((user for user in reversed(users) if user), None)


def _happened_at(activities: list[Mapping[str, Any]], now: datetime) -> datetime | None:
    instants = [take_instant(Fields(each), "created", now=now) for each in activities]
    return max((each for each in instants if each is not None), default=None)


def _names_somebody(sent: Sent) -> bool:
    return any((sent.email, sent.phone, sent.full_name, sent.first_name, sent.last_name))


ABOUT = About(
    title="Real Geeks, outgoing leads",
    format="JSON: the lead, with its activities; headers say what happened to it.",
    proof="X-Lead-Router-Signature over the body.",
    setup="Ask Real Geeks' support to send outgoing leads of your site to {url} (actions created,"
    " updated, activity_added, potential sellers), signed with the value of signing_secret.",
    config="{kind: real-geeks, signing_secret: '${REAL_GEEKS_SECRET}'}",
    reference="https://developers.realgeeks.com/outgoing-leads-api/",
)
SOURCE: SourceKind[SigningSource] = SourceKind(
    kind="real-geeks",
    about=ABOUT,
    proof=signature_or_secret(Scheme(_SIGNATURE, _write)),
    parse=parse,
)
