"""The first rows of a lead: from what was asked to what is stored of it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from app.domain.delivery import DeliveryStatus
from app.domain.lead import Inquiry, Lead, LeadId, LeadStatus, present
from app.flow.arrivals import Arrival, Asked, TakenLead
from app.snapshot import Snapshot
from app.store.write import NewDelivery


def new_lead(asked: Asked, snapshot: Snapshot) -> Lead:
    inquiry, at = asked.inquiry, asked.arrival.received_at
    configured = snapshot.config.sources.get(inquiry.source)
    held = asked.held is not None and not inquiry.is_test
    return Lead(
        id=LeadId(asked.asking.lead_id),
        status=LeadStatus.NEW if inquiry.spam is None else LeadStatus.SPAM,
        owner=None,
        owner_by=None,
        # Nobody will be found for a held lead before it is fetched: its source's team hears
        # of it until then.
        team=configured.team if held and configured else None,
        source=inquiry.source,
        **told(inquiry, snapshot),
        is_test=inquiry.is_test,
        spam=inquiry.spam,
        received_at=at,
        last_inquiry_at=at,
        first_response_at=None,
        acknowledged_at=None,
        closed_at=at if inquiry.spam else None,
        erased_at=None,
        epoch=1,
        route_at=None,
        config_version=snapshot.version,
        held=held,
    )


def told(inquiry: Inquiry, snapshot: Snapshot) -> dict[str, Any]:
    """The fields of a lead that are as its person told them."""
    configured = snapshot.config.sources.get(inquiry.source)
    return {
        "medium": inquiry.medium or (configured.medium if configured else None),
        "kind": inquiry.kind,
        "language": inquiry.language,
        "first_name": inquiry.first_name,
        "last_name": inquiry.last_name,
        "email": inquiry.email,
        "phone": inquiry.phone,
        "message": inquiry.message,
        "property": present(inquiry.property),
        "campaign": present(inquiry.campaign),
        "consent": present(inquiry.consent),
        "extra": inquiry.extra,
        "provider_agent": inquiry.provider_agent,
    }


def with_news(lead: Lead, asked: Asked) -> Lead:
    """What we did not know of the person yet; what they ask about now."""
    return brought_up_to_date(lead, asked.inquiry, asked.arrival.received_at)


def brought_up_to_date(lead: Lead, inquiry: Inquiry, received_at: datetime) -> Lead:
    """The same, for an inquiry that may be long past."""
    return replace(
        lead,
        first_name=lead.first_name or inquiry.first_name,
        last_name=lead.last_name or inquiry.last_name,
        email=lead.email or inquiry.email,
        phone=lead.phone or inquiry.phone,
        message=inquiry.message or lead.message,
        property=present(inquiry.property) or lead.property,
        consent={**lead.consent, **present(inquiry.consent)},
        last_inquiry_at=max(received_at, lead.last_inquiry_at),
    )


def kept(arrival: Arrival, status: DeliveryStatus, taken: tuple[TakenLead, ...]) -> NewDelivery:
    webhook, trouble = arrival.webhook, arrival.trouble
    return NewDelivery(
        id=arrival.id,
        source=webhook.source,
        kind=arrival.kind,
        status=status,
        received_at=arrival.received_at,
        content_type=webhook.headers.get("content-type", "")[:200],
        headers={name: text for name, text in webhook.headers.items() if _is_kept(name)},
        query={name: text for name, text in webhook.query.items() if not _is_secret(name)},
        body=webhook.body,
        leads=tuple(str(each.id) for each in taken),
        reason=arrival.reading.ignored if trouble is None else trouble.why,
        read_until=None if trouble is None else trouble.where,
    )


_KEPT_HEADERS = frozenset(
    {
        "content-type",
        "user-agent",
        "webhook-id",
        "webhook-timestamp",
        "svix-id",
        "svix-timestamp",
        "x-amz-sns-message-type",
        "x-system",
    }
)
_KEPT_FAMILIES = ("ce-", "x-lead-router-")
"""Headers that replaying needs. Credentials and addresses of callers are not kept."""


def _is_kept(name: str) -> bool:
    return name in _KEPT_HEADERS or (
        name.startswith(_KEPT_FAMILIES) and not name.endswith("-signature")
    )


_SECRETS = ("token", "key", "secret", "password", "signature", "auth")


def _is_secret(parameter: str) -> bool:
    """Whether a parameter of the address proves the sender: `access_token`, `ApiKey`."""
    return any(each in parameter.lower() for each in _SECRETS)


def as_json(inquiry: Inquiry) -> dict[str, object]:
    return {
        "first_name": inquiry.first_name,
        "last_name": inquiry.last_name,
        "email": inquiry.email,
        "phone": inquiry.phone,
        "message": inquiry.message,
        "kind": inquiry.kind,
        "language": inquiry.language,
        "medium": inquiry.medium,
        "consent": present(inquiry.consent),
        "property": present(inquiry.property),
        "campaign": present(inquiry.campaign),
        "provider_agent": inquiry.provider_agent,
        "extra": dict(inquiry.extra),
    }
