"""API keys. Only a key's hash is stored: a key is shown once, when it is made.

A key is 160 random bits behind `lr_<role>_`, so a plain SHA-256 is enough: nobody can try
them out, and a leaked one is recognised by its look.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID

from sqlalchemy import insert, select, update

from app.domain.identifiers import new_id
from app.store.database import Tx
from app.store.tables import api_keys

Role = Literal["admin", "ops", "viewer", "agent", "intake"]
ROLES: tuple[Role, ...] = ("admin", "ops", "viewer", "agent", "intake")


@dataclass(frozen=True, slots=True)
class Key:
    """Who a caller is."""

    id: UUID | None
    name: str
    role: Role
    agent: str | None = None
    teams: tuple[str, ...] | None = None
    """The only teams this key may see. `None`: all."""


async def create(
    tx: Tx,
    *,
    name: str,
    role: Role,
    now: datetime,
    agent: str | None = None,
    teams: tuple[str, ...] | None = None,
) -> str:
    """Make a key and answer it: the only time it can be seen."""
    key = f"lr_{role}_{secrets.token_hex(20)}"
    await tx.conn.execute(
        insert(api_keys),
        {
            "id": new_id(now),
            "name": name,
            "role": role,
            "hash": hash_of(key),
            "agent": agent,
            "teams": None if teams is None else list(teams),
            "created_at": now,
        },
    )
    return key


async def find(tx: Tx, key: str) -> Key | None:
    rows = await tx.conn.execute(
        select(api_keys).where(api_keys.c.hash == hash_of(key), api_keys.c.revoked_at.is_(None))
    )
    row = rows.one_or_none()
    if row is None:
        return None
    return Key(
        row.id, row.name, row.role, row.agent, None if row.teams is None else tuple(row.teams)
    )


async def any_admin(tx: Tx) -> bool:
    rows = await tx.conn.execute(
        select(api_keys.c.id)
        .where(api_keys.c.role == "admin", api_keys.c.revoked_at.is_(None))
        .limit(1)
    )
    return rows.first() is not None


async def revoke(tx: Tx, name: str, *, now: datetime) -> int:
    done = await tx.conn.execute(
        update(api_keys)
        .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return done.rowcount


def hash_of(key: str) -> str:
    return sha256(key.encode()).hexdigest()
