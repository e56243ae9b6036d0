"""A person takes an asking back at its source: it must not be answered any more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.delivery import DeliveryStatus
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import LeadId, LeadStatus, is_open
from app.flow import answers, delivered
from app.flow.arrivals import Arrival, TakenLead
from app.sources.repeats import by_id
from app.store import inquiries, keys, leads
from app.store.database import Tx
from app.store.keys import Asking, FirstSeen
from app.store.write import add_facts

WHY = "withdrawn at the source"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What one delivery takes back."""

    arrival: Arrival
    key: str
    """The dedupe key of the asking that is taken back."""
    asking: Asking
    """Its own claim: it is taken back once, however often that is said."""


def withdrawals(arrival: Arrival) -> Iterator[Withdrawal]:
    source = arrival.webhook.source
    for key in dict.fromkeys(arrival.reading.withdrawn):
        asking = Asking(
            source=source,
            key=by_id("withdrawn", key).key,
            delivery_id=arrival.id,
            lead_id=new_id(arrival.received_at),
            first_seen_at=arrival.received_at,
            expires_at=None,
        )
        yield Withdrawal(arrival, key, asking)


@dataclass(frozen=True, slots=True)
class Concerned:
    """A withdrawal, and the lead that the asking made."""

    withdrawal: Withdrawal
    lead_id: LeadId
    is_repeat: bool

    def as_moved(self, moved: Mapping[LeadId, LeadId]) -> "Concerned":
        """The same, where the asking turned out to be a known person's."""
        return replace(self, lead_id=moved.get(self.lead_id, self.lead_id))

    @property
    def taken(self) -> TakenLead:
        status = DeliveryStatus.DUPLICATE if self.is_repeat else DeliveryStatus.UPDATED
        return TakenLead(self.lead_id, status)


async def concerned(
    tx: Tx,
    withdrawn: Sequence[Withdrawal],
    first_seen: Mapping[tuple[str, str], FirstSeen],
) -> list[Concerned]:
    """Which leads are meant. Nobody ever told us of the others, so there is nothing to do."""
    if not withdrawn:
        return []
    held_by = await keys.holders(tx, ((each.asking.source, each.key) for each in withdrawn))
    done = {key: first.lead_id for key, first in first_seen.items()}
    found = []
    for each in withdrawn:
        source = each.asking.source
        holder = held_by.get((source, each.key))
        if holder is None:
            continue
        # The claim names the lead once it was taken back, and nothing before that: an
        # asking may become known after its withdrawal.
        claim = (source, each.asking.key)
        is_repeat = done.get(claim) == holder.lead_id
        done[claim] = holder.lead_id
        found.append(Concerned(each, LeadId(holder.lead_id), is_repeat))
    return found


async def take_back(tx: Tx, each: Concerned, *, now: datetime) -> None:
    """Close the lead, if this asking was all there is to it. Else it is only written down.

    The lead must be held already, and every row of its delivery be written.
    """
    if each.is_repeat:
        return
    arrival = each.withdrawal.arrival
    source = arrival.webhook.source
    await keys.settle_leads(tx, [(each.withdrawal.asking, each.lead_id)])
    lead = await leads.lock(tx, each.lead_id)
    data = {"source": source, "delivery_id": str(arrival.id), "reason": WHY}
    await add_facts(tx, [Fact(FactType.LEAD_UPDATED, now, lead.id, actor=source, data=data)])
    if is_open(lead) and await inquiries.how_many(tx, lead.id) == 1:
        await answers.set_status(tx, lead.id, LeadStatus.LOST, actor=source, now=now, reason=WHY)
    if lead.held:
        # Who takes it back does not want us to learn who they are.
        await leads.change(tx, lead.id, {"held": False})
        await delivered.settle_of(tx, lead.id)
