"""Who was first? The unique keys that keep one asking, and one person, one.

Never check-then-insert: everybody inserts, and then reads whose row it is. A loser of a
race waits on the winner's transaction, and only then reads. Keys are written in sorted
order, so that two batches wait for each other in one direction only.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from app.store.database import Tx
from app.store.rows import upsert
from app.store.tables import intake_keys, person_keys


@dataclass(frozen=True, slots=True)
class Asking:
    """A claim to be the first delivery of one asking."""

    source: str
    key: str
    delivery_id: UUID
    lead_id: UUID
    first_seen_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """The delivery that came first, and the lead it made."""

    delivery_id: UUID
    lead_id: UUID


async def claim_askings(tx: Tx, askings: Iterable[Asking]) -> Mapping[tuple[str, str], FirstSeen]:
    """Claim each asking's key; answers who holds it now: we, or whoever was first."""
    ordered = sorted(askings, key=lambda each: (each.source, each.key))
    if not ordered:
        return {}
    insert = upsert(tx, intake_keys)
    await tx.conn.execute(
        insert.on_conflict_do_update(
            index_elements=["source", "key"],
            set_={
                name: insert.excluded[name]
                for name in ("delivery_id", "lead_id", "first_seen_at", "expires_at")
            },
            where=intake_keys.c.expires_at <= insert.excluded.first_seen_at,
        ),
        [
            {
                "source": each.source,
                "key": each.key,
                "delivery_id": each.delivery_id,
                "lead_id": each.lead_id,
                "first_seen_at": each.first_seen_at,
                "expires_at": each.expires_at,
            }
            for each in ordered
        ],
    )
    found = await tx.conn.execute(
        select(
            intake_keys.c.source,
            intake_keys.c.key,
            intake_keys.c.delivery_id,
            intake_keys.c.lead_id,
        ).where(intake_keys.c.key.in_([each.key for each in ordered]))
    )
    return {(row.source, row.key): FirstSeen(row.delivery_id, row.lead_id) for row in found}


async def release_askings(tx: Tx, delivery_id: UUID) -> None:
    """Forget a delivery's claims, so that it can be read again."""
    await tx.conn.execute(delete(intake_keys).where(intake_keys.c.delivery_id == delivery_id))


async def settle_leads(tx: Tx, settled: Sequence[tuple[Asking, UUID]]) -> None:
    """Point askings at the lead they turned out to concern: a known person's.

    So are the keys by which nobody knew that person yet: whoever asks by one of them next
    time is the same person.
    """
    for asking, lead_id in settled:
        await tx.conn.execute(
            intake_keys.update()
            .where(intake_keys.c.source == asking.source, intake_keys.c.key == asking.key)
            .values(lead_id=lead_id)
        )
        await hand_over_people(tx, asking.lead_id, lead_id)


async def holders(
    tx: Tx, askings: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], FirstSeen]:
    """Who holds these (source, key), as far as anybody ever claimed them."""
    wanted = set(askings)
    found = await tx.conn.execute(
        select(
            intake_keys.c.source,
            intake_keys.c.key,
            intake_keys.c.delivery_id,
            intake_keys.c.lead_id,
        ).where(intake_keys.c.key.in_([key for _, key in wanted]))
    )
    return {
        (row.source, row.key): FirstSeen(row.delivery_id, row.lead_id)
        for row in found
        if (row.source, row.key) in wanted
    }


async def claim_people(tx: Tx, wanted: Mapping[str, UUID]) -> Mapping[str, UUID]:
    """Claim each person key for a lead; answers which lead each key belongs to now."""
    if not wanted:
        return {}
    await tx.conn.execute(
        upsert(tx, person_keys).on_conflict_do_nothing(index_elements=["key"]),
        [{"key": key, "lead_id": wanted[key]} for key in sorted(wanted)],
    )
    found = await tx.conn.execute(select(person_keys).where(person_keys.c.key.in_(list(wanted))))
    return {row.key: row.lead_id for row in found}


async def find_people(tx: Tx, wanted: Collection[str]) -> Mapping[str, UUID]:
    """Which lead each person key belongs to, if anybody ever claimed it."""
    found = await tx.conn.execute(select(person_keys).where(person_keys.c.key.in_(list(wanted))))
    return {row.key: row.lead_id for row in found}


async def hand_over_people(tx: Tx, lead_id: UUID, to: UUID) -> None:
    """What one lead claimed belongs to another from now on: they are one person."""
    await tx.conn.execute(
        person_keys.update().where(person_keys.c.lead_id == lead_id).values(lead_id=to)
    )


async def forget_person(tx: Tx, lead_id: UUID) -> None:
    await tx.conn.execute(delete(person_keys).where(person_keys.c.lead_id == lead_id))


async def forget_expired(tx: Tx, *, now: datetime) -> None:
    """Drop keys whose window has passed: they no longer tell anything."""
    await tx.conn.execute(delete(intake_keys).where(intake_keys.c.expires_at <= now))
