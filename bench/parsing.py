"""What it costs to believe and read one delivery, for every kind whose body is JSON."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import phonenumbers
from email_validator import validate_email

from app.domain.delivery import Webhook
from app.sources import files
from app.sources.base import SourceKind
from app.sources.registry import SOURCES
from app.sources.trying import settings_to_try

NOW = datetime(2026, 3, 14, 20, 30, tzinfo=UTC)
_AT_ONCE = 20

OTHER_SETTINGS: dict[str, dict[str, Any]] = {
    # Amazon's signature needs Amazon's key; what it costs is measured with nobody's.
    "zillow-tech-connect": {"sns_signature": "off", "topic_arn": None},
}


@dataclass(frozen=True, slots=True)
class Reading:
    """Microseconds for one delivery of a kind, checks of its sender included."""

    median: float
    p90: float
    size: int
    """Bytes of the body."""


@dataclass(frozen=True, slots=True)
class Readings:
    by_kind: dict[str, Reading]
    yardstick: Reading
    """The least that any reader pays: Google's sample as JSON, one phone, one e-mail."""


def readings(*, rounds: int) -> Readings:
    """Measure all kinds by turns, a few deliveries of each in every round."""
    work = {kind: _work(kind) for kind in SOURCES if files.sample_file(kind).suffix == ".json"}
    bodies = {kind: files.sample_file(kind).read_bytes() for kind in work}
    yardstick = bodies["google-ads"]
    work[""] = partial(_least, yardstick)
    times: dict[str, list[float]] = {kind: [] for kind in work}
    for _ in range(rounds):
        for kind, read in work.items():
            begun = time.perf_counter()
            for _ in range(_AT_ONCE):
                read()
            times[kind].append((time.perf_counter() - begun) / _AT_ONCE * 1e6)
    found = {
        kind: Reading(
            statistics.median(each),
            statistics.quantiles(each, n=10)[-1],
            len(bodies.get(kind, b"")),
        )
        for kind, each in times.items()
    }
    least = found.pop("")
    return Readings(found, replace(least, size=len(yardstick)))


def _work(kind: str) -> Callable[[], object]:
    source = SOURCES[kind]
    settings = settings_to_try(source, **OTHER_SETTINGS.get(kind, {}))
    url = "https://leads.example.com/webhooks/here"
    sample = replace(files.read_delivery(files.sample_file(kind), source="here"), urls=(url,))
    return partial(_believe_and_read, source, source.sign(sample, settings, now=NOW), settings)


def _believe_and_read(source: SourceKind[Any], webhook: Webhook, settings: Any) -> object:
    source.authenticate(webhook, settings, now=NOW, certificates={})
    return source.read(webhook, settings, now=NOW)


def _least(body: bytes) -> object:
    phone = phonenumbers.parse("+19195550121", "US")
    return (
        json.loads(body),
        phonenumbers.is_valid_number(phone),
        validate_email("hannah.w@example.com", check_deliverability=False),
    )
