"""Something is wrong with a source, and people must hear of it: what, and once per what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app.domain.facts import FactType


class AlertKind(StrEnum):
    """Why the alert exists."""

    REFUSED = "refused"
    """Deliveries do not prove their sender: a provider gives up after a 401."""
    QUARANTINED = "quarantined"
    """A delivery could not be read."""
    SILENT = "silent"
    """No lead comes, where the pattern of the weeks before says that some should have."""


FACT_OF = {
    AlertKind.REFUSED: FactType.INTAKE_REFUSED,
    AlertKind.SILENT: FactType.INTAKE_SILENT,
}
"""The event that is raised with the alert. Each quarantined delivery raises its own."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to tell about one source."""

    kind: AlertKind
    source: str
    once: str
    """What makes it the same alert: it is raised once for each of these."""
    said: Mapping[str, Any]
    """What the words are made from: reasons, ids and figures. No personal data."""


def hour_of(at: datetime) -> str:
    """The hour that an alert is raised once in: `2026-03-16T16`, in UTC."""
    return at.astimezone(UTC).isoformat()[:13]


def refused(source: str, why: str, *, count: int, at: datetime) -> Alert:
    """`count` deliveries were refused, the last one because of `why`."""
    return Alert(AlertKind.REFUSED, source, hour_of(at), {"why": why, "count": count})


def quarantined(source: str, why: str, *, delivery_id: str, at: datetime) -> Alert:
    said = {"why": why, "delivery_id": delivery_id}
    return Alert(AlertKind.QUARANTINED, source, hour_of(at), said)


def silent(source: str, last_lead: str, *, last_at: datetime, expected: float) -> Alert:
    """`last_lead` is the id of the last delivery that brought a lead: one alert a silence."""
    said = {
        "last_delivery_id": last_lead,
        "last_at": last_at.astimezone(UTC).isoformat(),
        "expected": round(expected, 1),
    }
    return Alert(AlertKind.SILENT, source, last_lead, said)
