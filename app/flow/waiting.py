"""Leads that nobody could take when they came: routed again when their time comes."""

from datetime import datetime

from app.domain.lead import is_open
from app.domain.message import Message
from app.flow.begin import Circumstances, find_owner
from app.flow.crew import Crew
from app.snapshot import Snapshot
from app.store import leads
from app.store.database import Tx
from app.store.write import Rows

AT_ONCE = 50


async def route_again(tx: Tx, *, snapshot: Snapshot, now: datetime) -> list[Message]:
    """Look for owners again. Clocks have been running all the while, and go on."""
    waiting = await leads.waiting_for_an_owner(tx, now=now, limit=AT_ONCE)
    if not waiting:
        return []
    crew = await Crew.muster(tx, snapshot, now=now)
    at_hand = Circumstances(snapshot, crew.roster, Rows(), now)
    for lead in waiting:
        if lead.owner is not None or not is_open(lead):
            await leads.change(tx, lead.id, {"route_at": None})
            continue
        found = find_owner(lead, snapshot.features_of(lead, now=now), at_hand)
        await leads.change(
            tx,
            lead.id,
            {
                "owner": found.owner,
                "owner_by": found.owner_by,
                "team": found.team,
                "route_at": found.route_at,
            },
        )
    await at_hand.rows.write(tx)
    await crew.dismiss(tx, snapshot, now=now)
    return at_hand.rows.messages
