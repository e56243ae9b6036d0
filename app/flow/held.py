"""Leads of which only an id came: what stands for them until the rest has been fetched.

Such a lead is a lead: it has a row and its clocks run from arrival, so that one that never
can be fetched is heard of like one that nobody answers. It has no owner and no greeting,
for nobody knows yet whose it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.config.condition import Features
from app.domain import alert
from app.domain.clock import rfc3339
from app.domain.delivery import Held, Webhook
from app.domain.errors import Unreadable
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import Inquiry, Lead, LeadId
from app.domain.message import CLASS_OF, Message, MessageKind
from app.flow import delivered
from app.flow.alerts import raise_alerts
from app.flow.begin import start_clocks_of
from app.flow.finding import Circumstances
from app.sending.settle_fetch import GIVE_UP_AFTER
from app.sla.clocks import policy_until_known
from app.snapshot import Snapshot
from app.sources.limits import within_limits
from app.store import deliveries, fetches, inquiries, leads, messages
from app.store.database import Tx
from app.store.write import add_facts


class NoLongerHeld(Exception):
    """It was fetched, withdrawn or erased by somebody else: there is nothing to do."""


def inquiry_of(held: Held, source: str) -> Inquiry:
    """All that is known of an asking before it is fetched."""
    return within_limits(
        Inquiry(
            source=source,
            dedupe_key=held.dedupe_key,
            external_id=held.external_id,
            occurred_at=held.occurred_at,
            provider_agent=held.provider_agent,
            is_test=held.is_test,
            extra=dict(held.reference),
        )
    )


def as_stored(held: Held) -> dict[str, Any]:
    """What is needed to ask for it, beside the inquiry: nothing is left to be read again."""
    return {
        "dedupe_key": held.dedupe_key,
        "external_id": held.external_id,
        "reference": dict(held.reference),
        "occurred_at": None if held.occurred_at is None else rfc3339(held.occurred_at),
        "provider_agent": held.provider_agent,
    }


def from_stored(kept: Mapping[str, Any]) -> Held:
    occurred_at = kept["occurred_at"]
    return Held(
        dedupe_key=kept["dedupe_key"],
        external_id=kept["external_id"],
        reference=kept["reference"],
        occurred_at=None if occurred_at is None else datetime.fromisoformat(occurred_at),
        provider_agent=kept["provider_agent"],
    )


def hold(lead: Lead, inquiry_id: UUID, features: Features, at_hand: Circumstances) -> None:
    """Start its clocks, and have it fetched."""
    policy = policy_until_known(features, at_hand.snapshot.config)
    if policy is not None:
        start_clocks_of(policy, lead, at_hand)
    fetch = fetch_of(lead, inquiry_id, snapshot=at_hand.snapshot, now=at_hand.now)
    at_hand.rows.messages.append(fetch)


def fetch_of(
    lead: Lead, inquiry_id: UUID, *, snapshot: Snapshot, now: datetime, number: int = 1
) -> Message:
    """The row by which the lead is fetched. `number`: the how manieth time of asking."""
    return Message(
        id=new_id(now),
        key=f"fetch:{lead.id}" if number == 1 else f"fetch:{lead.id}:{number}",
        kind=MessageKind.FETCH,
        cls=CLASS_OF[MessageKind.FETCH],
        recipient=lead.source,
        channel="fetch",
        config_version=snapshot.version,
        created_at=now,
        lead_id=lead.id,
        epoch=lead.epoch,
        about={"inquiry_id": str(inquiry_id)},
        next_at=now,
        deadline_at=now + GIVE_UP_AFTER,
    )


async def ask_again(tx: Tx, lead: Lead, *, snapshot: Snapshot, now: datetime) -> list[Message]:
    """Fetch a held lead now, whether it was given up or waits. `lead` must be locked."""
    hurried = await fetches.hurry(tx, lead.id, now=now)
    if hurried or await fetches.under_way(tx, [lead.id]):
        return hurried
    inquiry_id = await inquiries.first_of(tx, lead.id)
    assert inquiry_id is not None  # noqa: S101 - an inquiry made it.
    number = await fetches.how_many(tx, lead.id) + 1
    fetch = fetch_of(lead, inquiry_id, snapshot=snapshot, now=now, number=number)
    await messages.add_if_new(tx, fetch)
    return [fetch]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A held lead, and everything by which it is asked for and understood."""

    lead_id: LeadId
    inquiry_id: UUID
    delivery_id: UUID
    kind: str
    """The kind of source that it came by."""
    webhook: Webhook
    """The delivery that held it. Without its bytes, if they were erased since."""
    received_at: datetime
    held: Held


async def wanted(tx: Tx, message: Message) -> Wanted | None:
    """What a fetch is about. `None`: it was erased."""
    inquiry = await inquiries.find(tx, UUID(message.about["inquiry_id"]))
    if inquiry is None or "held" not in inquiry["asked"]:
        return None
    row = await deliveries.get(tx, inquiry["delivery_id"])
    return Wanted(
        lead_id=LeadId(inquiry["lead_id"]),
        inquiry_id=inquiry["id"],
        delivery_id=row["id"],
        kind=row["kind"],
        webhook=Webhook(row["source"], row["body"] or b"", row["headers"], row["query"]),
        received_at=row["received_at"],
        held=from_stored(inquiry["asked"]["held"]),
    )


async def lock(tx: Tx, lead_id: LeadId) -> Lead:
    """Hold a lead that must still be held back. Raises `NoLongerHeld`."""
    lead = (await leads.lock_many(tx, [lead_id])).get(lead_id)
    if lead is None or not lead.held or lead.erased_at is not None:
        raise NoLongerHeld
    return lead


async def give_up(
    tx: Tx, lead: Lead, wanted: Wanted, trouble: Unreadable, *, snapshot: Snapshot, now: datetime
) -> list[Message]:
    """It cannot be fetched. Its delivery is shown to people, who can have it asked for again.

    The lead stays, without an owner and with its clocks running. It must be locked, and its
    fetch be recorded as over.
    """
    source = wanted.webhook.source
    await delivered.settle(tx, wanted.delivery_id, trouble=trouble)
    data = {"delivery_id": str(wanted.delivery_id), "source": source}
    await add_facts(tx, [Fact(FactType.INTAKE_QUARANTINED, now, lead.id, data=data)])
    told = alert.quarantined(source, trouble.why, delivery_id=str(wanted.delivery_id), at=now)
    return await raise_alerts(tx, [told], snapshot=snapshot, now=now)
