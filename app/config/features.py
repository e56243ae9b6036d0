"""What a condition may ask about a lead: plain values, and none that tells who somebody is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.lead import AgentId


@dataclass(frozen=True, slots=True)
class Features:
    """All that a condition may ask about a lead. `None`: not known."""

    status: str = "new"
    source: str | None = None
    kind: str | None = None
    price: int | None = None
    zip: str | None = None
    city: str | None = None
    state: str | None = None
    language: str | None = None
    campaign: str | None = None
    """The campaign's name."""
    medium: str | None = None
    team: str | None = None
    """The team that its source belongs to."""
    returning: bool = False
    """A person we knew before."""
    provider_agent: AgentId | None = None
    """The agent of ours whom the source named."""
    local_minute: int | None = None
    """Minutes since midnight, in the organization's zone."""
    score: int | None = None
    """How promising its source says it is."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    campaign_source: str | None = None
    campaign_medium: str | None = None
    address: str | None = None
    """Of the home."""
    mls: str | None = None
    email: bool = False
    """There is an e-mail address."""
    phone: bool = False
    """There is a phone number, and it can be dialled."""
    phone_type: str | None = None
    """`mobile`, `landline`, …: as its digits tell."""
    consent_sms: bool | None = None
    consent_email: bool | None = None
    """What the person said about being written to. `None`: nothing."""
    weekday: int | None = None
    """0 is Monday, in the organization's zone."""


Test = Callable[[Features], str | None]
"""`None`: holds. A text: why it does not, in words without personal data."""
