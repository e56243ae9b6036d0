"""Leads arrive: stored, deduplicated, routed, timed and announced together, or not at all.

Takes everything that arrived at about the same time, so that one transaction can serve
them all. Deliveries in a batch do not know of each other: a batch that fails is tried
again one by one, and a poisoned delivery fails alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from app.domain.delivery import DeliveryStatus, Reading, Webhook, least_happy
from app.domain.errors import Unreadable
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import (
    CLOSED,
    AgentId,
    Inquiry,
    Lead,
    LeadId,
    LeadStatus,
    is_open,
    present,
)
from app.domain.message import CLASS_OF, Message, MessageKind
from app.flow import tell
from app.flow.begin import Circumstances, begin
from app.flow.crew import Crew
from app.flow.identity import person_keys
from app.routing.returning import RETURNING
from app.routing.roster import Roster
from app.snapshot import Snapshot
from app.store import deliveries, keys, leads
from app.store.database import Tx
from app.store.keys import Asking
from app.store.write import NewDelivery, NewInquiry, Rows


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivery, authentic, and read as far as it could be."""

    id: UUID
    kind: str
    webhook: Webhook
    received_at: datetime
    reading: Reading = field(default_factory=Reading)
    trouble: Unreadable | None = None
    is_replay: bool = False
    """It is stored already, and is read once more."""


@dataclass(frozen=True, slots=True)
class TakenLead:
    """What became of one lead of a delivery."""

    id: LeadId
    status: DeliveryStatus
    owner: AgentId | None = None
    due: tuple[tuple[str, datetime], ...] = ()
    """(step, instant) of the clocks that were started for it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one delivery."""

    delivery_id: UUID
    status: DeliveryStatus
    leads: tuple[TakenLead, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of all of them, in their order, and the messages to ring for."""

    taken: tuple[Taken, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One inquiry of one delivery, with the claims it makes."""

    arrival: Arrival
    inquiry: Inquiry
    asking: Asking
    people: tuple[str, ...]

    @property
    def counts(self) -> bool:
        """Tests and spam are kept, and never routed, merged or deduplicated."""
        return not self.inquiry.is_test and self.inquiry.spam is None


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
    desk = _Desk(
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


def _asked(arrival: Arrival, snapshot: Snapshot) -> Iterator[_Asked]:
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
        yield _Asked(arrival, inquiry, asking, person_keys(inquiry, snapshot.config))


def _first_of_each(asked: Sequence[_Asked]) -> Iterator[Asking]:
    """Two deliveries of one batch may be the same one: only the first makes a claim."""
    claimed: set[tuple[str, str]] = set()
    for each in asked:
        key = (each.asking.source, each.asking.key)
        if each.counts and key not in claimed:
            claimed.add(key)
            yield each.asking


def _divide(
    asked: Sequence[_Asked], first_seen: Mapping[tuple[str, str], keys.FirstSeen]
) -> tuple[list[_Asked], list[_Asked]]:
    fresh: list[_Asked] = []
    repeats: list[_Asked] = []
    for each in asked:
        first = first_seen.get((each.asking.source, each.asking.key))
        is_first = first is not None and first.lead_id == each.asking.lead_id
        (fresh if is_first or not each.counts else repeats).append(each)
    return fresh, repeats


async def _recognise(tx: Tx, fresh: Sequence[_Asked]) -> Mapping[str, UUID]:
    wanted: dict[str, UUID] = {}
    for each in fresh:
        if each.counts:
            for key in each.people:
                wanted.setdefault(key, each.asking.lead_id)
    return await keys.claim_people(tx, wanted)


def _known(fresh: Sequence[_Asked], belongs_to: Mapping[str, UUID]) -> set[UUID]:
    ours = {each.asking.lead_id for each in fresh}
    return set(belongs_to.values()) - ours


def _needs_crew(fresh: Sequence[_Asked]) -> bool:
    return any(each.counts for each in fresh)


async def _told_before(
    tx: Tx,
    repeats: Sequence[_Asked],
    first_seen: Mapping[tuple[str, str], keys.FirstSeen],
    desk: "_Desk",
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


@dataclass(slots=True)
class _Desk:
    """Where a batch is worked on: the leads in hand, and the rows to be written."""

    at_hand: Circumstances
    leads: dict[LeadId, Lead]
    fresh: set[LeadId] = field(default_factory=set)
    changed: set[LeadId] = field(default_factory=set)
    settled: list[tuple[Asking, UUID]] = field(default_factory=list)
    moved: dict[LeadId, LeadId] = field(default_factory=dict)
    inquiries: list[NewInquiry] = field(default_factory=list)
    replays: list[tuple[Arrival, Taken]] = field(default_factory=list)

    def take(self, asked: _Asked, belongs_to: Mapping[str, UUID]) -> TakenLead:
        """Take in one inquiry: of somebody new, or of somebody we know."""
        known = self._known_as(asked, belongs_to)
        if known is None:
            return self._welcome(asked)
        self.settled.append((asked.asking, known.id))
        self.moved[LeadId(asked.asking.lead_id)] = known.id
        return self._welcome_back(asked, known)

    def _known_as(self, asked: _Asked, belongs_to: Mapping[str, UUID]) -> Lead | None:
        if not asked.counts:
            return None
        for key in asked.people:
            lead = self.leads.get(LeadId(belongs_to[key]))
            if lead is not None:
                return lead
        return None

    def _welcome(self, asked: _Asked) -> TakenLead:
        inquiry, snapshot = asked.inquiry, self.at_hand.snapshot
        lead = _new_lead(asked, snapshot)
        self._note(asked, lead, FactType.LEAD_RECEIVED)
        clocks_before = len(self.at_hand.rows.clocks)
        status = DeliveryStatus.ACCEPTED
        if inquiry.is_test:
            status = DeliveryStatus.TEST
        elif inquiry.spam is None:
            features = snapshot.features(inquiry, now=asked.arrival.received_at, returning=False)
            lead = begin(lead, features, self.at_hand)
        self.leads[lead.id] = lead
        self.fresh.add(lead.id)
        return TakenLead(lead.id, status, lead.owner, self._due(lead, clocks_before))

    def _welcome_back(self, asked: _Asked, lead: Lead) -> TakenLead:
        """A known person: the same lead, one more inquiry, no second owner."""
        repeat = self.at_hand.snapshot.config.identity.repeat_inquiry
        away = asked.arrival.received_at - lead.last_inquiry_at
        forgotten = away > repeat.window
        lead = _with_news(lead, asked)
        clocks_before = len(self.at_hand.rows.clocks)
        self._note(asked, lead, FactType.LEAD_UPDATED)
        if lead.status is not LeadStatus.SPAM and (lead.status in CLOSED or forgotten):
            lead = self._begin_again(asked, lead, keep=repeat.owner == "keep" and not forgotten)
        elif lead.owner is not None and is_open(lead):
            self.at_hand.rows.messages.append(
                tell.owner_alert(
                    lead,
                    lead.owner,
                    about=f"asked_again:{asked.asking.lead_id}",
                    snapshot=self.at_hand.snapshot,
                    now=self.at_hand.now,
                )
            )
        self.leads[lead.id] = lead
        self.changed.add(lead.id)
        due = self._due(lead, clocks_before)
        return TakenLead(lead.id, DeliveryStatus.UPDATED, lead.owner, due)

    def _begin_again(self, asked: _Asked, lead: Lead, *, keep: bool) -> Lead:
        roster, now = self.at_hand.roster, self.at_hand.now
        was_open, former = is_open(lead), lead.owner
        if was_open and former is not None:
            roster.release(former)
        lead = replace(
            lead,
            status=LeadStatus.NEW,
            epoch=lead.epoch + 1,
            closed_at=None,
            acknowledged_at=None,
        )
        features = self.at_hand.snapshot.features(asked.inquiry, now=now, returning=True)
        lead = begin(lead, features, self.at_hand, returning=former if keep else None)
        if lead.owner is not None and self.at_hand.rows.decisions[-1].strategy == RETURNING:
            roster.reopen(lead.owner)
        return lead

    def _note(self, asked: _Asked, lead: Lead, what: FactType) -> None:
        inquiry, arrival = asked.inquiry, asked.arrival
        self.inquiries.append(
            NewInquiry(
                id=new_id(arrival.received_at),
                lead_id=lead.id,
                delivery_id=arrival.id,
                source=inquiry.source,
                external_id=inquiry.external_id,
                received_at=arrival.received_at,
                occurred_at=inquiry.occurred_at,
                asked=_as_json(inquiry),
            )
        )
        self.at_hand.rows.facts.append(
            Fact(
                what,
                arrival.received_at,
                lead.id,
                actor=inquiry.source,
                data={"source": inquiry.source, "delivery_id": str(arrival.id)},
            )
        )

    def _due(self, lead: Lead, since: int) -> tuple[tuple[str, datetime], ...]:
        """The clocks started for the lead: those written down since there were `since`."""
        return tuple(
            (clock.step, clock.due_at)
            for clock in self.at_hand.rows.clocks[since:]
            if clock.lead_id == lead.id
        )

    def close(
        self, arrival: Arrival, asked: Sequence[_Asked], outcome: Mapping[int, TakenLead]
    ) -> Taken:
        """Sum up one delivery, and keep it whole."""
        mine = tuple(outcome[id(each)] for each in asked if each.arrival is arrival)
        status = least_happy(each.status for each in mine)
        if arrival.trouble is not None:
            status = DeliveryStatus.QUARANTINED
        if arrival.is_replay and status is not DeliveryStatus.DUPLICATE:
            self.replays.append((arrival, Taken(arrival.id, status, mine)))
        if not arrival.is_replay:
            self.at_hand.rows.deliveries.append(_kept(arrival, status, mine))
        if arrival.trouble is not None:
            self._raise_quarantine(arrival)
        if arrival.reading.handshake is not None and not arrival.is_replay:
            self.at_hand.rows.messages.append(self._handshake(arrival))
        return Taken(arrival.id, status, mine)

    def _raise_quarantine(self, arrival: Arrival) -> None:
        self.at_hand.rows.facts.append(
            Fact(
                FactType.INTAKE_QUARANTINED,
                arrival.received_at,
                data={"delivery_id": str(arrival.id), "source": arrival.webhook.source},
            )
        )

    def _handshake(self, arrival: Arrival) -> Message:
        handshake = arrival.reading.handshake
        assert handshake is not None  # noqa: S101 - the caller looked.
        return Message(
            id=new_id(arrival.received_at),
            key=f"handshake:{arrival.id}",
            kind=MessageKind.HANDSHAKE,
            cls=CLASS_OF[MessageKind.HANDSHAKE],
            recipient=arrival.webhook.source,
            channel="handshake",
            config_version=self.at_hand.snapshot.version,
            created_at=self.at_hand.now,
            about={"url": handshake.url},
            next_at=self.at_hand.now,
        )

    async def write(self, tx: Tx) -> None:
        rows = self.at_hand.rows
        rows.leads.extend(self.leads[each] for each in self.leads if each in self.fresh)
        rows.inquiries.extend(self.inquiries)
        for lead_id in sorted(self.changed - self.fresh):
            lead = self.leads[lead_id]
            await leads.change(tx, lead_id, {name: getattr(lead, name) for name in _CHANGEABLE})
        await rows.write(tx)
        for arrival, taken in self.replays:
            await deliveries.replayed(
                tx,
                arrival.id,
                status=taken.status,
                lead_ids=[str(each.id) for each in taken.leads],
                reason=arrival.trouble.why if arrival.trouble else None,
                read_until=arrival.trouble.where if arrival.trouble else None,
                at=self.at_hand.now,
            )


_CHANGEABLE = (
    "status",
    "owner",
    "owner_by",
    "team",
    "first_name",
    "last_name",
    "email",
    "phone",
    "message",
    "property",
    "consent",
    "last_inquiry_at",
    "closed_at",
    "acknowledged_at",
    "epoch",
    "route_at",
)


def _new_lead(asked: _Asked, snapshot: Snapshot) -> Lead:
    inquiry, at = asked.inquiry, asked.arrival.received_at
    configured = snapshot.config.sources.get(inquiry.source)
    return Lead(
        id=LeadId(asked.asking.lead_id),
        status=LeadStatus.NEW if inquiry.spam is None else LeadStatus.SPAM,
        owner=None,
        owner_by=None,
        team=None,
        source=inquiry.source,
        medium=inquiry.medium or (configured.medium if configured else None),
        kind=inquiry.kind,
        language=inquiry.language,
        first_name=inquiry.first_name,
        last_name=inquiry.last_name,
        email=inquiry.email,
        phone=inquiry.phone,
        message=inquiry.message,
        property=present(inquiry.property),
        campaign=present(inquiry.campaign),
        consent=present(inquiry.consent),
        extra=inquiry.extra,
        provider_agent=inquiry.provider_agent,
        is_test=inquiry.is_test,
        spam=inquiry.spam,
        received_at=at,
        last_inquiry_at=at,
        first_response_at=None,
        acknowledged_at=None,
        closed_at=at if inquiry.spam else None,
        erased_at=None,
        epoch=1,
        route_at=None,
        config_version=snapshot.version,
    )


def _with_news(lead: Lead, asked: _Asked) -> Lead:
    """What we did not know of the person yet; what they ask about now."""
    inquiry = asked.inquiry
    return replace(
        lead,
        first_name=lead.first_name or inquiry.first_name,
        last_name=lead.last_name or inquiry.last_name,
        email=lead.email or inquiry.email,
        phone=lead.phone or inquiry.phone,
        message=inquiry.message or lead.message,
        property=present(inquiry.property) or lead.property,
        consent={**lead.consent, **present(inquiry.consent)},
        last_inquiry_at=max(asked.arrival.received_at, lead.last_inquiry_at),
    )


def _kept(arrival: Arrival, status: DeliveryStatus, taken: tuple[TakenLead, ...]) -> NewDelivery:
    webhook, trouble = arrival.webhook, arrival.trouble
    return NewDelivery(
        id=arrival.id,
        source=webhook.source,
        kind=arrival.kind,
        status=status,
        received_at=arrival.received_at,
        content_type=webhook.headers.get("content-type", "")[:200],
        headers={name: text for name, text in webhook.headers.items() if name in _KEPT_HEADERS},
        query=webhook.query,
        body=webhook.body,
        leads=tuple(str(each.id) for each in taken),
        reason=None if trouble is None else trouble.why,
        read_until=None if trouble is None else trouble.where,
    )


_KEPT_HEADERS = frozenset(
    {"content-type", "user-agent", "webhook-id", "webhook-timestamp", "x-amz-sns-message-type"}
)
"""Headers that replaying needs. Credentials and addresses of callers are not kept."""


def _as_json(inquiry: Inquiry) -> dict[str, object]:
    return {
        "first_name": inquiry.first_name,
        "last_name": inquiry.last_name,
        "email": inquiry.email,
        "phone": inquiry.phone,
        "message": inquiry.message,
        "kind": inquiry.kind,
        "language": inquiry.language,
        "medium": inquiry.medium,
        "consent": present(inquiry.consent),
        "property": present(inquiry.property),
        "campaign": present(inquiry.campaign),
        "provider_agent": inquiry.provider_agent,
        "extra": dict(inquiry.extra),
    }
