"""What arrives: one HTTP delivery of a provider, and what was read from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.domain.lead import Inquiry


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery, as received. Header names are in lower case."""

    source: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    path_secret: str | None = None
    """The secret in `/webhooks/{source}/{secret}`, for senders that cannot sign."""

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Handshake:
    """A URL the provider wants fetched once, before it starts to deliver."""

    url: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one delivery says. No inquiries and no handshake: nothing to do."""

    inquiries: tuple[Inquiry, ...] = ()
    handshake: Handshake | None = None
    reply: Mapping[str, Any] = field(default_factory=dict)
    """Members this provider wants in our answer, beside those of the contract."""


class DeliveryStatus(StrEnum):
    """What became of a delivery, or of one lead in it."""

    ACCEPTED = "accepted"
    UPDATED = "updated"
    DUPLICATE = "duplicate"
    TEST = "test"
    HELD = "held"
    QUARANTINED = "quarantined"


_HAPPIEST_FIRST = tuple(DeliveryStatus)


def least_happy(statuses: Iterable[DeliveryStatus]) -> DeliveryStatus:
    """The status of a whole delivery: that of its least happy lead."""
    ranked = sorted(statuses, key=_HAPPIEST_FIRST.index)
    return ranked[-1] if ranked else DeliveryStatus.ACCEPTED
