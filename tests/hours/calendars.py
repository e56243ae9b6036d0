"""Calendars as the config document writes them, compiled."""

from datetime import UTC, datetime
from typing import Any

from app.config.calendars import Calendar
from app.hours.opening import Opening

NEW_YORK = "America/New_York"


def opening(weekly: dict[str, Any], timezone: str | None = NEW_YORK, **rest: Any) -> Opening:
    document = {"weekly": weekly, "timezone": timezone, **rest}
    return Opening.of(Calendar.model_validate(document), default_timezone="UTC")


def instant(text: str) -> datetime:
    """Read `2026-11-01T01:30-04:00`: the offset tells the two half past ones apart."""
    return datetime.fromisoformat(text).astimezone(UTC)
