"""The only reader of the host's wall clock. Everyone else is told the time, as `now`."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the present instant, in UTC. Read once per piece of work, then passed on."""


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - this is the one place that may.


def rfc3339(at: datetime) -> str:
    """An instant as everybody outside reads it: in UTC, with a `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
