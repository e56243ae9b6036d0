"""Where a batch is worked on: each inquiry welcomed, each delivery summed up.

Decides and collects rows. `write` hands them all to the database at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from app.domain import alert
from app.domain.delivery import DeliveryStatus, least_happy
from app.domain.errors import Unreadable
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import CLOSED, Lead, LeadId, LeadStatus, is_open
from app.domain.message import CLASS_OF, Message, MessageKind
from app.flow import held, tell
from app.flow.alerts import raise_alerts
from app.flow.arrivals import Arrival, Asked, Taken, TakenLead
from app.flow.begin import begin
from app.flow.finding import Circumstances
from app.flow.first_rows import as_json, kept, new_lead, with_news
from app.routing.returning import RETURNING
from app.store import deliveries, leads
from app.store.database import Tx
from app.store.keys import Asking
from app.store.write import NewInquiry


@dataclass(slots=True)
class Desk:
    """The leads in hand, and the rows to be written."""

    at_hand: Circumstances
    leads: dict[LeadId, Lead]
    fresh: set[LeadId] = field(default_factory=set)
    changed: set[LeadId] = field(default_factory=set)
    settled: list[tuple[Asking, UUID]] = field(default_factory=list)
    moved: dict[LeadId, LeadId] = field(default_factory=dict)
    inquiries: list[NewInquiry] = field(default_factory=list)
    replays: list[tuple[Arrival, Taken]] = field(default_factory=list)
    alerts: list[alert.Alert] = field(default_factory=list)

    def take(
        self, asked: Asked, belongs_to: Mapping[str, UUID], concerns: UUID | None = None
    ) -> TakenLead:
        """Take in one inquiry: of somebody new, or of somebody we know.

        `concerns` is the lead that its provider says it is about.
        """
        about = None if concerns is None else self.leads.get(LeadId(concerns))
        known = about or self._known_as(asked, belongs_to)
        return self._welcome(asked) if known is None else self.take_as(asked, known)

    def take_as(self, asked: Asked, known: Lead) -> TakenLead:
        """Take in one inquiry of somebody who has a lead already."""
        self.settled.append((asked.asking, known.id))
        self.moved[LeadId(asked.asking.lead_id)] = known.id
        return self._welcome_back(asked, known)

    def take_aside(self, asked: Asked, lead_id: UUID) -> TakenLead:
        """Take in what was said of a person we know. Nobody is alarmed, no clock starts."""
        lead = self.leads[LeadId(lead_id)]
        news = with_news(lead, asked)
        lead = replace(news, last_inquiry_at=lead.last_inquiry_at)
        self._note(asked, lead, FactType.LEAD_UPDATED)
        self.leads[lead.id] = lead
        self.changed.add(lead.id)
        return TakenLead(lead.id, DeliveryStatus.UPDATED, lead.owner)

    def _known_as(self, asked: Asked, belongs_to: Mapping[str, UUID]) -> Lead | None:
        if not asked.counts:
            return None
        for key in asked.people:
            owner = LeadId(belongs_to[key])
            # The first of this batch to use a key may have been known by another one.
            lead = self.leads.get(self.moved.get(owner, owner))
            if lead is not None:
                return lead
        return None

    def _welcome(self, asked: Asked) -> TakenLead:
        inquiry, snapshot = asked.inquiry, self.at_hand.snapshot
        lead = new_lead(asked, snapshot)
        inquiry_id = self._note(asked, lead, FactType.LEAD_RECEIVED)
        clocks_before = len(self.at_hand.rows.clocks)
        status = DeliveryStatus.ACCEPTED
        if inquiry.is_test:
            status = DeliveryStatus.TEST
        elif inquiry.spam is None:
            features = snapshot.features(inquiry, now=asked.arrival.received_at, returning=False)
            if lead.held:
                status = DeliveryStatus.HELD
                held.hold(lead, inquiry_id, features, self.at_hand)
            else:
                lead = begin(lead, features, self.at_hand)
        self.leads[lead.id] = lead
        self.fresh.add(lead.id)
        return TakenLead(lead.id, status, lead.owner, self._due(lead, clocks_before))

    def _welcome_back(self, asked: Asked, lead: Lead) -> TakenLead:
        """A known person: the same lead, one more inquiry, no second owner."""
        repeat = self.at_hand.snapshot.config.identity.repeat_inquiry
        away = asked.arrival.received_at - lead.last_inquiry_at
        forgotten = away > repeat.window
        lead = with_news(lead, asked)
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

    def _begin_again(self, asked: Asked, lead: Lead, *, keep: bool) -> Lead:
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
            offered_to=(),
            offered_until=None,
            lost_by=(),
            recheck_at=None,
            former_owner=former or lead.former_owner,
        )
        features = self.at_hand.snapshot.features(asked.inquiry, now=now, returning=True)
        lead = begin(lead, features, self.at_hand, keep=keep and former is not None)
        if lead.owner is not None and self.at_hand.rows.decisions[-1].strategy == RETURNING:
            roster.reopen(lead.owner)
        return lead

    def _note(self, asked: Asked, lead: Lead, what: FactType) -> UUID:
        """Write down what was asked, and that it was. Answers the id of the inquiry."""
        inquiry, arrival = asked.inquiry, asked.arrival
        inquiry_id = new_id(arrival.received_at)
        reference = {} if asked.held is None else {"held": held.as_stored(asked.held)}
        self.inquiries.append(
            NewInquiry(
                id=inquiry_id,
                lead_id=lead.id,
                delivery_id=arrival.id,
                source=inquiry.source,
                external_id=inquiry.external_id,
                received_at=arrival.received_at,
                occurred_at=inquiry.occurred_at,
                asked=as_json(inquiry) | reference,
            )
        )
        self.at_hand.rows.facts.append(
            Fact(
                what,
                arrival.received_at,
                lead.id,
                actor=inquiry.source,
                data={"source": inquiry.source, "delivery_id": str(arrival.id)}
                | ({"held": True} if lead.held else {}),
            )
        )
        return inquiry_id

    def _due(self, lead: Lead, since: int) -> tuple[tuple[str, datetime], ...]:
        """The clocks started for the lead: those written down since there were `since`."""
        return tuple(
            (clock.step, clock.due_at)
            for clock in self.at_hand.rows.clocks[since:]
            if clock.lead_id == lead.id
        )

    def close(
        self,
        arrival: Arrival,
        asked: Sequence[Asked],
        outcome: Mapping[int, TakenLead],
        taken_back: Sequence[TakenLead] = (),
    ) -> Taken:
        """Sum up one delivery, and keep it whole."""
        said = [each for each in asked if each.arrival is arrival and id(each) in outcome]
        mine = (*(outcome[id(each)] for each in said), *taken_back)
        status = least_happy(each.status for each in mine)
        if arrival.trouble is not None:
            status = DeliveryStatus.QUARANTINED
        if arrival.is_replay and status is not DeliveryStatus.DUPLICATE:
            self.replays.append((arrival, Taken(arrival.id, status, mine)))
        if not arrival.is_replay:
            self.at_hand.rows.deliveries.append(kept(arrival, status, mine))
        if arrival.trouble is not None:
            self._raise_quarantine(arrival, arrival.trouble)
        if arrival.reading.handshake is not None and not arrival.is_replay:
            self.at_hand.rows.messages.append(self._handshake(arrival))
        return Taken(arrival.id, status, mine)

    def _raise_quarantine(self, arrival: Arrival, trouble: Unreadable) -> None:
        self.at_hand.rows.facts.append(
            Fact(
                FactType.INTAKE_QUARANTINED,
                arrival.received_at,
                data={"delivery_id": str(arrival.id), "source": arrival.webhook.source},
            )
        )
        if not arrival.is_replay:
            # Whoever replays a delivery is told by the answer.
            self.alerts.append(
                alert.quarantined(
                    arrival.webhook.source,
                    trouble.why,
                    delivery_id=str(arrival.id),
                    at=self.at_hand.now,
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
                reason=arrival.trouble.why if arrival.trouble else arrival.reading.ignored,
                read_until=arrival.trouble.where if arrival.trouble else None,
                at=self.at_hand.now,
                seen=arrival.seen,
            )
        # Written there; rung for with all the others.
        rows.messages.extend(
            await raise_alerts(
                tx, self.alerts, snapshot=self.at_hand.snapshot, now=self.at_hand.now
            )
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
    "offered_to",
    "offered_until",
    "lost_by",
    "recheck_at",
    "former_owner",
)
