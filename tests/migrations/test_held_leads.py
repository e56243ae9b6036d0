"""The second migration: leads that are there stay as they are, up and down."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from app.domain.message import MessageKind
from app.store import schema, tables
from app.store.database import Database, Tx
from tests.migrations.test_migrations import TRIGGERS, _triggers, empty, empty_url

__all__ = ["empty", "empty_url"]  # Fixtures.

NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)
LEAD = UUID(int=1)

A_LEAD: dict[str, Any] = {
    "id": LEAD,
    "status": "new",
    "source": "website",
    "kind": "buyer",
    "property": {},
    "campaign": {},
    "consent": {},
    "extra": {},
    "is_test": False,
    "received_at": NOON,
    "last_inquiry_at": NOON,
    "epoch": 1,
    "config_version": 1,
}


def _a_message(number: int, kind: MessageKind, state: str) -> dict[str, Any]:
    return {
        "id": UUID(int=number),
        "key": f"key-{number}",
        "lead_id": LEAD,
        "epoch": 1,
        "kind": kind,
        "cls": "escalation",
        "recipient": "dana",
        "channel": "push",
        "about": {},
        "state": state,
        "config_version": 1,
        "created_at": NOON,
    }


async def _columns(tx: Tx) -> set[str]:
    def read(connection: Connection) -> set[str]:
        return {column["name"] for column in inspect(connection).get_columns("lead")}

    found: set[str] = await tx.conn.run_sync(read)
    return found


async def test_leads_of_the_release_before_are_not_held(empty: Database) -> None:
    await schema.upgrade(empty, "0001")
    async with empty.transaction() as tx:
        await tx.conn.execute(insert(tables.leads).values(A_LEAD))
        assert not {"held", "merged_into"} & await _columns(tx)

    assert await schema.upgrade(empty)

    async with empty.transaction() as tx:
        columns = (tables.leads.c.id, tables.leads.c.held, tables.leads.c.merged_into)
        [lead] = await tx.conn.execute(select(*columns))
        assert tuple(lead) == (LEAD, False, None)
        # The release before may still write leads beside us.
        await tx.conn.execute(insert(tables.leads).values({**A_LEAD, "id": UUID(int=2)}))
        assert await _triggers(tx) == TRIGGERS


async def test_going_back_leaves_the_leads_and_takes_the_fetches(empty: Database) -> None:
    await schema.upgrade(empty)
    async with empty.transaction() as tx:
        await tx.conn.execute(insert(tables.leads).values({**A_LEAD, "held": True}))
        await tx.conn.execute(
            insert(tables.messages),
            [
                _a_message(1, MessageKind.FETCH, "pending"),
                _a_message(2, MessageKind.OWNER_ALERT, "suppressed"),
            ],
        )

    await schema.downgrade(empty, "0001")

    async with empty.transaction() as tx:
        assert not {"held", "merged_into"} & await _columns(tx)
        kinds = await tx.conn.execute(select(tables.messages.c.kind))
        assert kinds.scalars().all() == [MessageKind.OWNER_ALERT]
        assert await _triggers(tx) == TRIGGERS
    with pytest.raises(DBAPIError, match="never leaves a state that ends"):
        async with empty.transaction() as tx:
            await tx.conn.execute(text("UPDATE message SET state = 'pending'"))

    assert await schema.upgrade(empty)
