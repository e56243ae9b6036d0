"""Leads arrive: stored, deduplicated, routed, timed and announced together, or not at all.

Takes everything that arrived at about the same time, so that one transaction can serve
them all. Deliveries in a batch do not know of each other: a batch that fails is tried
again one by one, and a poisoned delivery fails alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.domain.delivery import DeliveryStatus
from app.domain.identifiers import new_id
from app.domain.lead import LeadId
from app.flow.arrivals import Arrival, Asked, Batch, Taken, TakenLead
from app.flow.begin import Circumstances
from app.flow.crew import Crew
from app.flow.desk import Desk
from app.flow.identity import person_keys
from app.routing.roster import Roster
from app.snapshot import Snapshot
from app.store import deliveries, keys, leads
from app.store.database import Tx
from app.store.keys import Asking
from app.store.write import Rows


async def receive(
    tx: Tx, arrivals: Sequence[Arrival], *, snapshot: Snapshot, now: datetime
) -> Batch:
    """Take a batch in. Everything it leads to is written in this transaction."""
    asked = [each for arrival in arrivals for each in _asked(arrival, snapshot)]
    first_seen = await keys.claim_askings(tx, _first_of_each(asked))
    fresh, repeats = _divide(asked, first_seen)
    belongs_to = await _recognise(tx, fresh)
    known = await leads.lock_many(tx, _known(fresh, belongs_to))
    crew = await Crew.muster(tx, snapshot, now=now) if _needs_crew(fresh) else None
    desk = Desk(
        Circumstances(snapshot, crew.roster if crew else Roster(), Rows(), now), dict(known)
    )
    outcome: dict[int, TakenLead] = {}
    for each in fresh:
        outcome[id(each)] = desk.take(each, belongs_to)
    outcome |= await _told_before(tx, repeats, first_seen, desk)
    taken = tuple(desk.close(arrival, asked, outcome) for arrival in arrivals)
    await desk.write(tx)
    await keys.settle_leads(tx, desk.settled)
    if crew:
        await crew.dismiss(tx, snapshot, now=now)
    return Batch(taken, tuple(desk.at_hand.rows.messages))


async def recall(tx: Tx, delivery_ids: Sequence[UUID]) -> dict[UUID, Taken]:
    """What became of deliveries whose COMMIT got no answer. Missing ones never happened."""
    there = await deliveries.committed(tx, delivery_ids)
    ids = [UUID(each) for row in there.values() for each in row["leads"]]
    known = await deliveries.owners_and_deadlines(tx, ids)
    return {
        delivery_id: Taken(
            delivery_id,
            DeliveryStatus(row["status"]),
            tuple(
                TakenLead(LeadId(lead_id), DeliveryStatus(row["status"]), *known[lead_id])
                for lead_id in map(UUID, row["leads"])
                if lead_id in known
            ),
        )
        for delivery_id, row in there.items()
    }


def _asked(arrival: Arrival, snapshot: Snapshot) -> Iterator[Asked]:
    for inquiry in arrival.reading.inquiries:
        window = inquiry.dedupe_window
        asking = Asking(
            source=inquiry.source,
            key=inquiry.dedupe_key,
            delivery_id=arrival.id,
            lead_id=new_id(arrival.received_at),
            first_seen_at=arrival.received_at,
            expires_at=None if window is None else arrival.received_at + window,
        )
        yield Asked(arrival, inquiry, asking, person_keys(inquiry, snapshot.config))


def _first_of_each(asked: Sequence[Asked]) -> Iterator[Asking]:
    """Two deliveries of one batch may be the same one: only the first makes a claim."""
    claimed: set[tuple[str, str]] = set()
    for each in asked:
        key = (each.asking.source, each.asking.key)
        if each.counts and key not in claimed:
            claimed.add(key)
            yield each.asking


def _divide(
    asked: Sequence[Asked], first_seen: Mapping[tuple[str, str], keys.FirstSeen]
) -> tuple[list[Asked], list[Asked]]:
    fresh: list[Asked] = []
    repeats: list[Asked] = []
    for each in asked:
        first = first_seen.get((each.asking.source, each.asking.key))
        is_first = first is not None and first.lead_id == each.asking.lead_id
        (fresh if is_first or not each.counts else repeats).append(each)
    return fresh, repeats


async def _recognise(tx: Tx, fresh: Sequence[Asked]) -> Mapping[str, UUID]:
    wanted: dict[str, UUID] = {}
    for each in fresh:
        if each.counts:
            for key in each.people:
                wanted.setdefault(key, each.asking.lead_id)
    return await keys.claim_people(tx, wanted)


def _known(fresh: Sequence[Asked], belongs_to: Mapping[str, UUID]) -> set[UUID]:
    ours = {each.asking.lead_id for each in fresh}
    return set(belongs_to.values()) - ours


def _needs_crew(fresh: Sequence[Asked]) -> bool:
    return any(each.counts for each in fresh)


async def _told_before(
    tx: Tx,
    repeats: Sequence[Asked],
    first_seen: Mapping[tuple[str, str], keys.FirstSeen],
    desk: Desk,
) -> dict[int, TakenLead]:
    """Repeats change nothing: they are told of the lead that the first one made."""
    lead_of = {
        id(each): LeadId(first_seen[each.asking.source, each.asking.key].lead_id)
        for each in repeats
    }
    elsewhere = set(lead_of.values()) - desk.leads.keys()
    found = {**desk.leads, **(await leads.find(tx, elsewhere) if elsewhere else {})}
    outcome = {}
    for each in repeats:
        lead_id = desk.moved.get(lead_of[id(each)], lead_of[id(each)])
        lead = found.get(lead_id)
        owner = lead.owner if lead else None
        outcome[id(each)] = TakenLead(lead_id, DeliveryStatus.DUPLICATE, owner)
    return outcome
