"""Something is wrong with a source or a schedule, and people must hear of it: once per what."""

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
    FEED_FAILING = "feed_failing"
    """The feed of an on-call schedule cannot be read: what it said last goes on counting."""
    FEED_ENDING = "feed_ending"
    """By the feed of an on-call schedule, nobody is on call any more a day from now."""


FACT_OF = {
    AlertKind.REFUSED: FactType.INTAKE_REFUSED,
    AlertKind.SILENT: FactType.INTAKE_SILENT,
}
"""The event that is raised with the alert. Each quarantined delivery raises its own."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to tell about one source, or one on-call schedule."""

    kind: AlertKind
    source: str
    """The source's name, or the schedule's."""
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


def feed_failing(schedule: str, why: str, *, since: datetime) -> Alert:
    """The feed was read for the last time at `since`: one alert an outage."""
    read_at = since.astimezone(UTC).isoformat()
    return Alert(AlertKind.FEED_FAILING, schedule, read_at, {"why": why, "since": read_at})


def feed_ending(schedule: str, why: str | None, *, until: datetime | None, at: datetime) -> Alert:
    """The last shift ends at `until`; `None`: there is none. One alert an end, or a day.

    `why`: the feed cannot be read either.
    """
    end = None if until is None else until.astimezone(UTC).isoformat()
    once = end or at.astimezone(UTC).isoformat()[:10]
    return Alert(AlertKind.FEED_ENDING, schedule, once, {"why": why, "until": end})
