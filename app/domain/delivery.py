"""What arrives: one HTTP delivery of a provider, and what was read from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
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
    method: str = "POST"
    urls: tuple[str, ...] = ()
    """The address it was sent to, query included: by our public URL, and as the caller
    wrote it. Some senders sign it. Not stored: empty when a delivery is read again."""

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Handshake:
    """A URL the provider wants fetched once, before it starts to deliver."""

    url: str


@dataclass(frozen=True, slots=True)
class Held:
    """A lead of which only the provider's id came. What it says has to be fetched."""

    dedupe_key: str
    """The same as that of the inquiry which the fetch will give."""
    external_id: str
    reference: Mapping[str, str] = field(default_factory=dict)
    """What its kind needs in order to ask for it: ids of the page, form and ad."""
    occurred_at: datetime | None = None
    provider_agent: str | None = None
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What one delivery says. Nothing in it: there is nothing to do."""

    inquiries: tuple[Inquiry, ...] = ()
    held: tuple[Held, ...] = ()
    withdrawn: tuple[str, ...] = ()
    """Dedupe keys of askings that the person took back: they must not be answered."""
    ignored: str | None = None
    """Why an authentic, readable delivery is no lead: an auto-reply, a page view."""
    nonce: str | None = None
    """Good for one delivery only: another one that carries it is a forgery."""
    handshake: Handshake | None = None
    reply: Mapping[str, Any] = field(default_factory=dict)
    """Members this provider wants in our answer, beside those of the contract."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a provider wants to hear when it asks whether this address is ours."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


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
