"""The only reader of the host's wall clock. Everyone else is told the time, as `now`."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the present instant, in UTC. Read once per piece of work, then passed on."""


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - this is the one place that may.
