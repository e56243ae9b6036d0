"""A person asks to be forgotten: everything that tells who they are goes, figures stay."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.facts import Fact, FactType
from app.domain.lead import CLOSED, Lead, LeadStatus
from app.flow import delivered
from app.flow.crew import adjust_open_leads
from app.store import clocks, decisions, deliveries, facts, keys, leads, messages
from app.store.database import Tx
from app.store.write import add_facts

_FORGOTTEN: Mapping[str, Any] = {
    "first_name": None,
    "last_name": None,
    "email": None,
    "phone": None,
    "message": None,
    "property": {},
    "campaign": {},
    "consent": {},
    "extra": {},
    "provider_agent": None,
    "route_at": None,
    "recheck_at": None,
    "offered_to": (),
    "offered_until": None,
    "held": False,
}


async def erase(tx: Tx, lead_id: UUID, *, actor: str, now: datetime) -> Lead:
    """Forget the person behind a lead. Doing it again changes nothing."""
    lead = await leads.lock(tx, lead_id)
    if lead.erased_at is not None:
        return lead
    was_open = lead.status not in CLOSED
    await clocks.cancel(tx, lead.id, why="the person was erased")
    await leads.change(
        tx,
        lead.id,
        {
            **_FORGOTTEN,
            "status": LeadStatus.LOST if was_open else lead.status,
            "closed_at": lead.closed_at or now,
            "erased_at": now,
            "epoch": lead.epoch + 1,
            # Who declined it may have written why in words about the person.
            "lost_by": tuple(replace(each, reason=None) for each in lead.lost_by),
        },
    )
    await _forget_said(tx, lead.id)
    for each in await leads.merged_into(tx, lead.id):
        await leads.change(tx, each, _FORGOTTEN)
        await _forget_said(tx, each)
    await keys.forget_person(tx, lead.id)
    await adjust_open_leads(tx, [(lead.owner, -1 if was_open else 0)])
    await add_facts(tx, [Fact(FactType.LEAD_ERASED, now, lead.id, actor)])
    if lead.held:
        # Its delivery waited for what is not to be fetched any more.
        await delivered.settle_of(tx, lead.id)
    return await leads.get(tx, lead.id)


async def _forget_said(tx: Tx, lead_id: UUID) -> None:
    await deliveries.erase_of_lead(tx, lead_id)
    await messages.erase_of_lead(tx, lead_id)
    await facts.erase_notes(tx, lead_id)
    await decisions.forget_person(tx, lead_id)
