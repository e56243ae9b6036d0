"""Instants, as providers write them, in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Any

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_CLOCK_ERROR = timedelta(days=1)
"""A provider's clock may be wrong, or in another zone; no lead asks in the future."""


def read_instant(value: Any, *, now: datetime) -> datetime | None:
    """An ISO 8601 text, or Unix seconds. Without an offset it is taken to be in UTC.

    `None` if it is neither, or cannot be true: before 2000, or more than a day ahead.
    """
    try:
        instant = _instant(value)
        return instant if _EARLIEST <= instant <= now + _CLOCK_ERROR else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def read_milliseconds(value: Any, *, now: datetime) -> datetime | None:
    """Like `read_instant`, for senders that count in milliseconds, in a number or a text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Python refuses to divide what is too large for a float.
        return read_instant(value / 1000, now=now) if abs(value) < 1e15 else None
    return read_instant(value, now=now)


def _instant(value: Any) -> datetime:
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, tz=UTC)
    instant = datetime.fromisoformat(value.strip() if isinstance(value, str) else "")
    return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
