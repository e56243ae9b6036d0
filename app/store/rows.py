"""Between rows and values: how a table's row becomes one of our words, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row, Table
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.lead import AgentId, Kind, Lead, LeadStatus, Loss, LossCode
from app.domain.message import Message, MessageClass, MessageKind, MessageState
from app.domain.sla import SlaClock
from app.store.database import Tx

T = TypeVar("T")

Stored = Mapping[str, Any]
"""A row that is shown as it is: no rule ever looks at it."""


def stored(row: Any) -> Stored:
    return dict(zip(row._fields, row, strict=True))


def upsert(tx: Tx, table: Table) -> Any:
    """An INSERT that can say what to do on a conflict, in the database's own words."""
    return sqlite.insert(table) if tx.is_sqlite else postgresql.insert(table)


def plain(value: object, names: Sequence[str]) -> dict[str, Any]:
    """A value's fields as a row. Enums are texts already."""
    return {name: getattr(value, name) for name in names}


def names_of(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


LEAD = names_of(Lead)
CLOCK = names_of(SlaClock)
MESSAGE = names_of(Message)


def to_lead(row: Row[Any]) -> Lead:
    values = {name: getattr(row, name) for name in LEAD}
    values["status"] = LeadStatus(values["status"])
    values["kind"] = Kind(values["kind"])
    values["offered_to"] = tuple(values["offered_to"] or ())
    values["lost_by"] = tuple(_loss(each) for each in values["lost_by"] or ())
    return Lead(**values)


def _loss(stored: Mapping[str, Any]) -> Loss:
    return Loss(
        AgentId(stored["agent"]),
        LossCode(stored["code"]),
        datetime.fromisoformat(stored["at"]),
        stored["reason"],
    )


def to_clock(row: Row[Any]) -> SlaClock:
    return SlaClock(**{name: getattr(row, name) for name in CLOCK})


def to_message(row: Row[Any]) -> Message:
    values = {name: getattr(row, name) for name in MESSAGE}
    values["kind"] = MessageKind(values["kind"])
    values["cls"] = MessageClass(values["cls"])
    values["state"] = MessageState(values["state"])
    return Message(**values)
