"""Leads arrive: stored, deduplicated, routed, timed and announced together, or not at all.

Takes everything that arrived at about the same time, so that one transaction can serve
them all. Deliveries in a batch do not know of each other: a batch that fails is tried
again one by one, and a poisoned delivery fails alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.domain.delivery import DeliveryStatus
from app.domain.identifiers import new_id
from app.domain.lead import Lead, LeadId
from app.domain.message import Message
from app.flow import held, nonces, withdrawal
from app.flow.arrivals import Arrival, Asked, Batch, Taken, TakenLead
from app.flow.crew import Crew
from app.flow.desk import Desk
from app.flow.finding import Circumstances
from app.flow.held import inquiry_of
from app.flow.identity import person_keys
from app.flow.withdrawal import Withdrawal, withdrawals
from app.routing.roster import Roster
from app.snapshot import Snapshot
from app.sources.repeats import by_id
from app.store import deliveries, keys, leads
from app.store.database import Tx
from app.store.keys import Asking
from app.store.write import Rows


async def receive(
    tx: Tx, arrivals: Sequence[Arrival], *, snapshot: Snapshot, now: datetime
) -> Batch:
    """Take a batch in. Everything it leads to is written in this transaction."""
    asked = [each for arrival in arrivals for each in _asked(arrival, snapshot)]
    withdrawn = [each for arrival in arrivals for each in withdrawals(arrival)]
    first_seen = await keys.claim_askings(tx, _claims(arrivals, asked, withdrawn))
    fresh, repeats = _divide(asked, first_seen)
    await nonces.check(tx, arrivals, first_seen, repeats)
    fresh, asides = _apart(fresh)
    belongs_to = await _recognise(tx, fresh)
    concerns = await _concerned(tx, fresh, asides)
    taken_back = await withdrawal.concerned(tx, withdrawn, first_seen)
    locked = await leads.lock_many(
        tx,
        _known(fresh, belongs_to)
        | set(concerns.values())
        | {each.lead_id for each in taken_back}
        | _held_again(repeats, first_seen),
    )
    people = {*belongs_to.values(), *concerns.values()}
    known = {lead_id: lead for lead_id, lead in locked.items() if lead_id in people}
    crew = await Crew.muster(tx, snapshot, now=now) if _needs_crew(fresh) else None
    desk = Desk(Circumstances(snapshot, crew.roster if crew else Roster(), Rows(), now), known)
    outcome: dict[int, TakenLead] = {}
    for each in fresh:
        outcome[id(each)] = desk.take(each, belongs_to, concerns.get(id(each)))
    for each in asides:
        if id(each) in concerns:
            outcome[id(each)] = desk.take_aside(each, concerns[id(each)])
    outcome |= await _told_before(tx, repeats, first_seen, desk)
    taken_back = [each.as_moved(desk.moved) for each in taken_back]
    fetches = await _ask_again(tx, repeats, outcome, locked, snapshot=snapshot, now=now)
    taken = tuple(
        desk.close(
            arrival,
            asked,
            outcome,
            [each.taken for each in taken_back if each.withdrawal.arrival is arrival],
        )
        for arrival in arrivals
    )
    await desk.write(tx)
    await keys.settle_leads(tx, desk.settled)
    if crew:
        await crew.dismiss(tx, snapshot, now=now)
    for back in taken_back:
        await withdrawal.take_back(tx, back, now=now)
    return Batch(taken, (*desk.at_hand.rows.messages, *fetches))


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
    asked = [
        *((inquiry, None) for inquiry in arrival.reading.inquiries),
        *((inquiry_of(each, arrival.webhook.source), each) for each in arrival.reading.held),
    ]
    for inquiry, held_back in asked:
        window = inquiry.dedupe_window
        asking = Asking(
            source=inquiry.source,
            key=inquiry.dedupe_key,
            delivery_id=arrival.id,
            lead_id=new_id(arrival.received_at),
            first_seen_at=arrival.received_at,
            expires_at=None if window is None else arrival.received_at + window,
        )
        yield Asked(arrival, inquiry, asking, person_keys(inquiry, snapshot.config), held_back)


def _claims(
    arrivals: Sequence[Arrival], asked: Sequence[Asked], withdrawn: Sequence[Withdrawal]
) -> list[Asking]:
    """Everything that is claimed, in one go: claims are written in one order."""
    others = [*nonces.claims(arrivals), *(each.asking for each in withdrawn)]
    first = {(each.source, each.key): each for each in reversed(others)}
    return [*_first_of_each(asked), *first.values()]


def _apart(fresh: Sequence[Asked]) -> tuple[list[Asked], list[Asked]]:
    """Those that may become leads, and those that only say something of a person."""
    asides = [each for each in fresh if each.inquiry.is_aside and each.counts]
    return [each for each in fresh if each not in asides], asides


async def _concerned(tx: Tx, fresh: Sequence[Asked], asides: Sequence[Asked]) -> dict[int, UUID]:
    """Whom an update concerns, by its provider's id, and whom an aside does, by the person."""
    updates = {
        id(each): (each.inquiry.source, by_id(each.inquiry.external_id).key)
        for each in fresh
        if each.inquiry.is_update and each.inquiry.external_id and each.counts
    }
    concerns: dict[int, UUID] = {}
    if updates:
        held_by = await keys.holders(tx, updates.values())
        concerns = {who: held_by[key].lead_id for who, key in updates.items() if key in held_by}
    if asides:
        people = await keys.find_people(tx, {key for each in asides for key in each.people})
        for each in asides:
            known = [people[key] for key in each.people if key in people]
            concerns |= {id(each): known[0]} if known else {}
    return concerns


def _first_of_each(asked: Sequence[Asked]) -> Iterator[Asking]:
    """Two deliveries of one batch may be the same one: only the first makes a claim."""
    claimed: set[tuple[str, str]] = set()
    for each in asked:
        key = (each.asking.source, each.asking.key)
        if each.counts and not each.inquiry.is_aside and key not in claimed:
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
        # An aside may be said as often as somebody likes.
        is_repeat = each.counts and not each.inquiry.is_aside and not is_first
        (repeats if is_repeat else fresh).append(each)
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
    """Whether there is anybody to be routed: nobody is for a lead that is held."""
    return any(each.counts and each.held is None for each in fresh)


def _held_again(
    repeats: Sequence[Asked], first_seen: Mapping[tuple[str, str], keys.FirstSeen]
) -> set[UUID]:
    """Leads that may still be held, in deliveries that somebody replays."""
    return {
        first_seen[each.asking.source, each.asking.key].lead_id
        for each in repeats
        if each.arrival.is_replay and each.held is not None
    }


async def _ask_again(
    tx: Tx,
    repeats: Sequence[Asked],
    outcome: dict[int, TakenLead],
    locked: Mapping[LeadId, Lead],
    *,
    snapshot: Snapshot,
    now: datetime,
) -> list[Message]:
    """Who replays a delivery whose leads are still held has them fetched again."""
    asked_for: list[Message] = []
    for each in repeats:
        taken = outcome[id(each)]
        lead = locked.get(taken.id)
        if each.arrival.is_replay and each.held is not None and lead is not None and lead.held:
            asked_for += await held.ask_again(tx, lead, snapshot=snapshot, now=now)
            outcome[id(each)] = replace(taken, status=DeliveryStatus.HELD)
    return asked_for


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
