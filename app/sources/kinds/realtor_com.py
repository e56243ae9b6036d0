"""Leads pushed by Realtor.com, as JSON with a key of ours in `X-API-Key`.

There is no public specification. Two shapes are seen: the groups of a lead inside
`lead_info`, and beside it. The answer has a shape of its own (`message`, `description`,
`status_code`, `communications_guid`), on success and on a bad key. Whether and how it
retries is not documented. `signature` in the body follows no published rule and is kept,
not trusted.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import ApiKeySource
from app.domain.delivery import Reading, Webhook
from app.domain.errors import BadCredentials
from app.domain.lead import Consent, Kind
from app.sources import compose, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.normalise.kinds import read_kind
from app.sources.proofs import credentials
from app.sources.repeats import Identity
from app.sources.sent import Sent
from app.sources.taking import take_instant, take_kind, take_property

_GROUPS = (
    "rdc_customer_info",
    "lead_consumer_info",
    "lead_property_info",
    "listing_customer_info",
    "lead_property_preferences_info",
    "lead_form_info",
)
_PROPERTY = {
    "address": "property_street_address",
    "city": "property_city",
    "state": "property_state_code",
    "zip": "property_zip",
    "price": "property_price",
    "mls": "mls_id",
    "url": "rdc_property_url",
}


def parse(webhook: Webhook, settings: ApiKeySource, now: datetime) -> Reading:
    top = Fields(read_object(webhook.body))
    lead = top.inner("Lead")
    info = lead.inner("lead_info")
    communication = texts.line(info.look("communication_guid"))
    groups = {name: _group(name, info, lead) for name in _GROUPS}
    sent = _sent(info, groups, webhook, now)
    left = {name: group.left() for name, group in groups.items()}
    extra = top.left() | lead.left() | info.left() | {k: v for k, v in left.items() if v}
    inquiry = compose.from_provider(replace(sent, extra=extra), webhook, settings)
    return Reading(inquiries=(inquiry,), reply=_reply("The lead was received.", communication))


def _group(name: str, info: Fields, lead: Fields) -> Fields:
    """A group stands inside `lead_info` or beside it, depending on who was asked."""
    return info.inner(name) if isinstance(info.look(name), dict) else lead.inner(name)


def _sent(info: Fields, groups: Mapping[str, Fields], webhook: Webhook, now: datetime) -> Sent:
    consumer = groups["lead_consumer_info"]
    home = groups["lead_property_info"]
    guid = info.line("lead_guid", "inquiry_guid")
    is_test = info.flag("test") or info.look("paid_type") == "test"
    return Sent(
        identity=_identity(guid, webhook, is_test=is_test),
        external_id=guid,
        occurred_at=take_instant(info, "lead_date_time", now=now),
        full_name=consumer.line("full_name"),
        first_name=consumer.line("first_name"),
        last_name=consumer.line("last_name"),
        email=consumer.line("email"),
        phone=consumer.line("phone"),
        message=consumer.paragraphs("message"),
        kind=_kind(consumer, home),
        consent=_consent(consumer.line("jornaya_tcpa_id")),
        property=take_property(home, _PROPERTY),
        provider_agent=_provider_agent(info, groups["rdc_customer_info"]),
        is_test=is_test,
    )


def _identity(guid: str | None, webhook: Webhook, *, is_test: bool) -> Identity:
    """Test pushes reuse ids, and must not make the real lead of that id a repeat."""
    if guid is None:
        return repeats.by_content(webhook.body)
    return repeats.by_id("test", guid) if is_test else repeats.by_id(guid)


def _kind(consumer: Fields, home: Fields) -> Kind:
    kind = take_kind(consumer, "role")
    status = texts.line(home.look("property_status"))
    return read_kind(status) if kind is Kind.UNKNOWN else kind


def _consent(jornaya: str | None) -> Consent:
    return Consent(evidence=jornaya and f"jornaya: {jornaya}")


def _provider_agent(info: Fields, customer: Fields) -> str | None:
    """The id agreed with us; else whom Realtor.com believes to be the customer."""
    agreed = info.line("partner_customer_id")
    return agreed or customer.line("recipient_customer_id", "recipient_customer_email")


def _reply(description: str, communication: str | None = None) -> Mapping[str, Any]:
    return {
        "message": "OK",
        "description": description,
        "status_code": 200,
        "communications_guid": communication,
    }


def reply_to_unread() -> Mapping[str, Any]:
    """The same shape for what is kept and could not be read: the sender is done with it."""
    return _reply("The delivery was received.")


def refuse(error: BadCredentials) -> Mapping[str, Any]:
    return {
        "message": "Unauthorized",
        "description": str(error),
        "status_code": 401,
        "communications_guid": None,
    }


ABOUT = About(
    title="Realtor.com lead push",
    format="JSON: `Lead` with `lead_info`, and the consumer, home and form inside or beside it.",
    proof="Header `X-API-Key` equals the key we gave Realtor.com.",
    setup="Ask your Realtor.com representative to push leads to {url} with the header X-API-Key"
    " set to the value of api_key.",
    config="{kind: realtor-com, api_key: '${REALTOR_API_KEY}'}",
)
SOURCE: SourceKind[ApiKeySource] = SourceKind(
    kind="realtor-com",
    about=ABOUT,
    proof=credentials.key_in_header("x-api-key"),
    parse=parse,
    refuse=refuse,
    reply_to_unread=reply_to_unread,
)
