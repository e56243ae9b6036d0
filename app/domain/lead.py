"""A person who asked about a home, and what they asked: the canonical words.

An *inquiry* is one asking, as one source told it. A *lead* is the person, with the
owner who answers them: who asks again is the same lead with one more inquiry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

LeadId = NewType("LeadId", UUID)
AgentId = NewType("AgentId", str)
"""The slug of a person in the config document: an agent or a manager."""


class Kind(StrEnum):
    """What the person wants."""

    BUYER = "buyer"
    SELLER = "seller"
    RENTER = "renter"
    MORTGAGE = "mortgage"
    UNKNOWN = "unknown"


class LeadStatus(StrEnum):
    """How far we have come with the person."""

    NEW = "new"
    ATTEMPTED = "attempted"
    CONTACTED = "contacted"
    APPOINTMENT = "appointment"
    CONVERTED = "converted"
    LOST = "lost"
    SPAM = "spam"


CLOSED = frozenset({LeadStatus.CONVERTED, LeadStatus.LOST, LeadStatus.SPAM})
"""Closing a lead stops its clocks, its follow-up and every message still to come."""


@dataclass(frozen=True, slots=True)
class Property:
    """The home asked about. Price in whole units of the local currency."""

    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    price: int | None = None
    mls: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """What brought the person here: UTM parameters and click ids."""

    source: str | None = None
    medium: str | None = None
    name: str | None = None
    term: str | None = None
    content: str | None = None
    gclid: str | None = None
    fbclid: str | None = None
    msclkid: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether we may write. `None` means the source did not say."""

    sms: bool | None = None
    email: bool | None = None
    evidence: str | None = None
    """What proves it: the form's own words, a Jornaya or TrustedForm id."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One asking, normalised. Texts are trimmed, and `None` rather than empty."""

    source: str
    """Id of the source in the config, or the `source` of `POST /v1/leads`."""
    dedupe_key: str
    """Equal for the same asking, however often it is delivered; unique per source."""
    dedupe_window: timedelta | None = None
    """For how long a repeat is the same asking. `None`: for ever (a provider's id)."""
    external_id: str | None = None
    """The provider's own id of this lead."""
    occurred_at: datetime | None = None
    """When the person asked, by the provider's clock. Clocks run from *our* receipt."""
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    email_is_relay: bool = False
    """A portal's per-conversation address: reaches the person, never identifies them."""
    phone: str | None = None
    """E.164, or as given when it is no valid number (`extra["phone_invalid"]` is set)."""
    message: str | None = None
    kind: Kind = Kind.UNKNOWN
    language: str | None = None
    medium: str | None = None
    consent: Consent = Consent()
    property: Property = Property()
    campaign: Campaign = Campaign()
    provider_agent: str | None = None
    """The provider's id of the agent it meant, resolved through `external_ids`."""
    is_test: bool = False
    """Marked as a test by the provider: stored, never routed, nobody is told."""
    is_update: bool = False
    """The provider says this concerns a lead it sent before: that of its `external_id`."""
    is_aside: bool = False
    """It asks for nothing, but says something of a person: known, they are brought up to
    date and nobody is alarmed; unknown, no lead is made of it. Who unsubscribed, for one."""
    spam: str | None = None
    """Why this is thought to be spam: kept, marked, never routed. `None`: it is not."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Every field the source sent that has no canonical place. Nothing is dropped."""


def present(part: Property | Campaign | Consent) -> dict[str, Any]:
    """The parts of a record that are known, as plain data."""
    return {
        name: value for name in _NAMES[type(part)] if (value := getattr(part, name)) is not None
    }


_NAMES = {
    record: tuple(each.name for each in fields(record)) for record in (Property, Campaign, Consent)
}


class LossCode(StrEnum):
    """Why somebody does not have a lead any more, and does not get it back by automation."""

    MISSED = "missed_the_deadline"
    OFF_DUTY = "went_off_duty"
    DECLINED = "declined"
    UNASSIGNED = "unassigned_by_a_person"

    @property
    def is_automatic(self) -> bool:
        """Whether automation took it away. Those are limited in number."""
        return self in {LossCode.MISSED, LossCode.OFF_DUTY}


@dataclass(frozen=True, slots=True)
class Loss:
    """Somebody lost the lead."""

    agent: AgentId
    code: LossCode
    at: datetime
    reason: str | None = None
    """In their own words, where they declined."""


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead as it stands: the person, their owner, how far we have come."""

    id: LeadId
    status: LeadStatus
    owner: AgentId | None
    owner_by: str | None
    """`rule` or `person`: what a person assigned, automation never takes away."""
    team: str | None
    source: str
    medium: str | None
    kind: Kind
    language: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    message: str | None
    property: Mapping[str, Any]
    campaign: Mapping[str, Any]
    consent: Mapping[str, Any]
    extra: Mapping[str, Any]
    provider_agent: str | None
    is_test: bool
    spam: str | None
    received_at: datetime
    last_inquiry_at: datetime
    first_response_at: datetime | None
    acknowledged_at: datetime | None
    closed_at: datetime | None
    erased_at: datetime | None
    epoch: int
    route_at: datetime | None
    config_version: int
    held: bool = False
    """Only the provider's id came, and what it says was not fetched yet: nobody is known."""
    merged_into: LeadId | None = None
    """It was held, and turned out to be of somebody known: that lead stands for it."""
    offered_to: tuple[AgentId, ...] = ()
    """Who may claim it: it is offered to all of them at once. Empty: to nobody."""
    offered_until: datetime | None = None
    """When the offer lapses, and the lead is given out by turn instead."""
    lost_by: tuple[Loss, ...] = ()
    """Who had it, or was offered it, and lost it since it last began; in order."""
    former_owner: AgentId | None = None
    """Whose the person was when they last asked before; for `sticky`."""
    recheck_at: datetime | None = None
    """When to see whether its owner, who has not answered, is still on duty."""


def name_of(lead: Lead) -> str | None:
    return " ".join(filter(None, (lead.first_name, lead.last_name))) or None


def is_open(lead: Lead) -> bool:
    return lead.status not in CLOSED and lead.erased_at is None and lead.merged_into is None
