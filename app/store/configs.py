"""Config documents, each version kept for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from app.domain.errors import VersionMismatch
from app.store.database import Tx
from app.store.rows import upsert
from app.store.tables import configs


@dataclass(frozen=True, slots=True)
class Version:
    version: int
    document: Mapping[str, Any]
    created_at: datetime
    created_by: str


class Edit(NamedTuple):
    """A version without its document."""

    version: int
    created_at: datetime
    created_by: str


async def newest_number(tx: Tx) -> int:
    """The newest version's number; 0 before the first."""
    number: int | None = await tx.conn.scalar(select(func.max(configs.c.version)))
    return number or 0


def newest_of_all() -> Any:
    """The newest version's number, as part of a larger question."""
    return select(func.coalesce(func.max(configs.c.version), 0)).scalar_subquery()


async def newest(tx: Tx) -> Version | None:
    rows = await tx.conn.execute(select(configs).order_by(configs.c.version.desc()).limit(1))
    row = rows.one_or_none()
    return None if row is None else Version(*row)


async def get(tx: Tx, version: int) -> Version | None:
    rows = await tx.conn.execute(select(configs).where(configs.c.version == version))
    row = rows.one_or_none()
    return None if row is None else Version(*row)


async def history(tx: Tx, *, limit: int) -> list[Edit]:
    """Who put which version in force, the newest first."""
    rows = await tx.conn.execute(
        select(configs.c.version, configs.c.created_at, configs.c.created_by)
        .order_by(configs.c.version.desc())
        .limit(limit)
    )
    return [Edit(*row) for row in rows]


async def add(
    tx: Tx, document: Mapping[str, Any], *, after: int, by: str, now: datetime
) -> Version:
    """Write the version that follows `after`. Raises `VersionMismatch` if one is there."""
    current = await newest_number(tx)
    if current != after:
        raise VersionMismatch(current)
    version = Version(after + 1, document, now, by)
    done = await tx.conn.execute(
        upsert(tx, configs).on_conflict_do_nothing(index_elements=["version"]),
        {
            "version": version.version,
            "document": dict(document),
            "created_at": now,
            "created_by": by,
        },
    )
    if not done.rowcount:
        raise VersionMismatch(after + 1)
    return version
