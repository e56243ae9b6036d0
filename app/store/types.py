"""Column types that mean the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import JSON, DateTime, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class _TextInstant(TypeDecorator[datetime]):
    """An instant as text of fixed width, so that it sorts and a person can read it."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is not UTC:
            value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds")[:26] + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else datetime.fromisoformat(value)


def instant() -> DateTime:
    """An aware instant: `timestamptz` on PostgreSQL, ISO 8601 text on SQLite."""
    return DateTime(timezone=True).with_variant(_TextInstant(), "sqlite")


def document() -> JSON:
    """JSON that we store and give back. Only `app.store.among` ever searches in it."""
    return JSON(none_as_null=True)


def dumps(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
