"""What a provider sent: sorted into our words, but not yet normalised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.lead import Campaign, Consent, Kind, Property
from app.sources.repeats import Identity


@dataclass(frozen=True, slots=True)
class Sent:
    """Texts as they came, trimmed at most. `compose.inquiry` does the rest."""

    identity: Identity
    external_id: str | None = None
    occurred_at: datetime | None = None
    full_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    message: str | None = None
    kind: Kind = Kind.UNKNOWN
    language: str | None = None
    medium: str | None = None
    consent: Consent = field(default_factory=Consent)
    property: Property = field(default_factory=Property)
    campaign: Campaign = field(default_factory=Campaign)
    provider_agent: str | None = None
    is_test: bool = False
    is_update: bool = False
    is_aside: bool = False
    spam: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
