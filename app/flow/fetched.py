"""A held lead was fetched: it is somebody now, new or known, and is treated as such.

Everything here dates from the arrival of its delivery: the person has waited since then.
What people did with the lead while it was held stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.config.condition import Features
from app.domain.delivery import Reading
from app.domain.facts import Fact, FactType
from app.domain.lead import Inquiry, Lead, LeadId, LeadStatus, is_open
from app.domain.message import Message
from app.domain.sla import SlaClock
from app.flow import tell
from app.flow.arrivals import Arrival, Asked
from app.flow.begin import start_clocks_of
from app.flow.carry_over import carry_over
from app.flow.crew import Crew, adjust_open_leads
from app.flow.desk import Desk
from app.flow.finding import ROUTED, Circumstances, find_owner
from app.flow.first_rows import as_json, told
from app.flow.held import NoLongerHeld, Wanted, as_stored
from app.flow.identity import person_keys
from app.sla.clocks import policy_for
from app.snapshot import Snapshot
from app.store import clocks, inquiries, keys, leads
from app.store.database import Tx
from app.store.faults import Contended
from app.store.keys import Asking
from app.store.write import Rows, add_facts


async def complete(
    tx: Tx, wanted: Wanted, inquiry: Inquiry, *, snapshot: Snapshot, now: datetime
) -> list[Message]:
    """Make a held lead the lead that it is. Answers the messages that this calls for.

    Raises `NoLongerHeld`, and `Contended` if the person it is was erased this instant.
    """
    asked = _asked(wanted, inquiry, snapshot)
    # Keys before leads, and leads before people, as intake does: nobody waits in a circle.
    belongs_to = await keys.claim_people(tx, dict.fromkeys(asked.people, wanted.lead_id))
    locked = await leads.lock_many(tx, {wanted.lead_id, *belongs_to.values()})
    lead = locked.pop(wanted.lead_id, None)
    if lead is None or not lead.held or lead.erased_at is not None:
        raise NoLongerHeld
    held = Completing(tx, lead, wanted, asked, snapshot, now)
    known = held.known_among(locked, [LeadId(belongs_to[key]) for key in asked.people])
    if known is not None:
        await keys.hand_over_people(tx, lead.id, known.id)
    if not is_open(lead) or not asked.counts:
        return await held.only_fill_in()
    return await (held.begin() if known is None else held.merge_into(known))


def _asked(wanted: Wanted, inquiry: Inquiry, snapshot: Snapshot) -> Asked:
    """The inquiry as intake would have seen it, had it been in the delivery."""
    arrival = Arrival(
        wanted.delivery_id, wanted.kind, wanted.webhook, wanted.received_at, Reading((inquiry,))
    )
    asking = Asking(
        source=wanted.webhook.source,
        key=wanted.held.dedupe_key,
        delivery_id=wanted.delivery_id,
        lead_id=wanted.lead_id,
        first_seen_at=wanted.received_at,
        expires_at=None,
    )
    asked = Asked(arrival, inquiry, asking, person_keys(inquiry, snapshot.config), wanted.held)
    return asked if asked.counts else replace(asked, people=())


@dataclass(frozen=True, slots=True)
class Completing:
    """One held lead, locked, and what was fetched of it."""

    tx: Tx
    lead: Lead
    wanted: Wanted
    asked: Asked
    snapshot: Snapshot
    now: datetime

    @staticmethod
    def known_among(locked: Mapping[LeadId, Lead], owners: Sequence[LeadId]) -> Lead | None:
        """The lead that the person has already: the one of their strongest key."""
        known = next((locked[each] for each in owners if each in locked), None)
        if known is not None and known.erased_at is not None:
            raise Contended
        return known

    async def only_fill_in(self) -> list[Message]:
        """It was closed meanwhile, or is a test or spam: nobody is told, nothing runs on."""
        lead, inquiry = self.lead, self.asked.inquiry
        facts = [self._fetched()]
        changes: dict[str, Any] = {**told(inquiry, self.snapshot), "held": False}
        if not self.asked.counts:
            changes |= {"is_test": inquiry.is_test, "epoch": lead.epoch + 1}
            facts += await self._cancel_clocks("it is a test" if inquiry.is_test else "it is spam")
        if inquiry.spam is not None and is_open(lead):
            changes |= {"status": LeadStatus.SPAM, "spam": inquiry.spam, "closed_at": self.now}
            await adjust_open_leads(self.tx, [(lead.owner, -1)])
        await leads.change(self.tx, lead.id, changes)
        await self._keep_what_was_asked()
        await add_facts(self.tx, facts)
        return []

    async def begin(self) -> list[Message]:
        """Somebody new: an owner, a greeting, the clocks that fit now that more is known."""
        crew = await Crew.muster(self.tx, self.snapshot, now=self.now)
        at_hand = Circumstances(self.snapshot, crew.roster, Rows(), self.now)
        at_hand.rows.facts.append(self._fetched())
        lead = replace(self.lead, **told(self.asked.inquiry, self.snapshot), held=False)
        features = self.snapshot.features(
            self.asked.inquiry, now=self.wanted.received_at, returning=False
        )
        lead = await self._promise(lead, features, at_hand)
        features = replace(features, status=lead.status)
        if lead.owner is None:
            lead = find_owner(lead, features, at_hand)
        else:
            alert = tell.owner_alert(
                lead, lead.owner, about="fetched", snapshot=self.snapshot, now=self.now
            )
            at_hand.rows.messages.append(alert)
        at_hand.rows.messages.extend(
            tell.greetings(lead, features, snapshot=self.snapshot, now=self.now)
        )
        await leads.change(self.tx, lead.id, {name: getattr(lead, name) for name in _COMPLETED})
        await self._keep_what_was_asked()
        await at_hand.rows.write(self.tx)
        await crew.dismiss(self.tx, self.snapshot, now=self.now)
        return at_hand.rows.messages

    async def merge_into(self, known: Lead) -> list[Message]:
        """Somebody known: they asked again, and this lead was never one of its own."""
        crew = await Crew.muster(self.tx, self.snapshot, now=self.now)
        desk = Desk(Circumstances(self.snapshot, crew.roster, Rows(), self.now), {known.id: known})
        desk.take_as(self.asked, known)
        await desk.write(self.tx)
        await keys.settle_leads(self.tx, desk.settled)
        await crew.dismiss(self.tx, self.snapshot, now=self.now)
        facts = [self._fetched(merged_into=str(known.id))]
        facts += await self._cancel_clocks("the person has a lead already")
        values = {
            "merged_into": known.id,
            "held": False,
            "owner": None,
            "route_at": None,
            "epoch": self.lead.epoch + 1,
        }
        await leads.change(self.tx, self.lead.id, values)
        await add_facts(self.tx, facts)
        told_of_it = await carry_over(
            self.tx, self.lead, known.id, snapshot=self.snapshot, now=self.now
        )
        return [*desk.at_hand.rows.messages, *told_of_it]

    async def _promise(self, lead: Lead, features: Features, at_hand: Circumstances) -> Lead:
        """Another policy may fit, or none. What was answered, or fits still, is left alone."""
        running: list[SlaClock] = await clocks.of_lead(self.tx, lead.id)
        policy = policy_for(features, self.snapshot.config)
        still_fits = policy is not None and any(clock.policy == policy.name for clock in running)
        is_answered = any(clock.responded_at is not None for clock in running)
        if still_fits or is_answered or (policy is None and not running):
            return lead
        why = "no policy fits" if policy is None else "another policy fits"
        at_hand.rows.facts.extend(await self._cancel_clocks(why))
        lead = replace(lead, epoch=lead.epoch + 1)
        if policy is not None:
            start_clocks_of(policy, lead, at_hand)
        return lead

    async def _cancel_clocks(self, why: str) -> list[Fact]:
        if not await clocks.cancel(self.tx, self.lead.id, why=why):
            return []
        return [Fact(FactType.SLA_CANCELLED, self.now, self.lead.id, data={"why": why})]

    async def _keep_what_was_asked(self) -> None:
        inquiry, reference = self.asked.inquiry, as_stored(self.wanted.held)
        values = {
            "external_id": inquiry.external_id or self.wanted.held.external_id,
            "occurred_at": inquiry.occurred_at or self.wanted.held.occurred_at,
            "asked": as_json(inquiry) | {"held": reference},
        }
        await inquiries.change(self.tx, self.wanted.inquiry_id, values)

    def _fetched(self, **more: str) -> Fact:
        source = self.wanted.webhook.source
        data = {"source": source, "delivery_id": str(self.wanted.delivery_id), "fetched": True}
        return Fact(FactType.LEAD_UPDATED, self.now, self.lead.id, actor=source, data=data | more)


_COMPLETED = (
    *("medium", "kind", "language", "first_name", "last_name", "email", "phone", "message"),
    *("property", "campaign", "consent", "extra", "provider_agent"),
    *("epoch", "held"),
    *ROUTED,
)
