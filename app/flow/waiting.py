"""Leads that nobody could take, or claimed in time: routed again when their time comes."""

from datetime import datetime

from app.domain.lead import Lead, is_open
from app.domain.message import Message
from app.flow.crew import Crew
from app.flow.finding import ROUTED, Circumstances, find_owner
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
    rows = Rows()
    for lead in waiting:
        if lead.owner is not None or not is_open(lead):
            await leads.change(tx, lead.id, {"route_at": None})
            continue
        attempt = Circumstances(snapshot, crew.roster, Rows(), now)
        found = find_owner(lead, snapshot.features_of(lead, now=now), attempt)
        if not _is_as_before(lead, found):
            # That there is still nobody was written down the first time.
            _add(attempt.rows, to=rows)
        await leads.change(tx, lead.id, {name: getattr(found, name) for name in ROUTED})
    await rows.write(tx)
    await crew.dismiss(tx, snapshot, now=now)
    return rows.messages


def _is_as_before(lead: Lead, found: Lead) -> bool:
    """It waited for somebody to be there, and still does."""
    waits = found.owner is None and not found.offered_to and found.route_at is not None
    return waits and lead.offered_until is None and lead.team == found.team


def _add(rows: Rows, *, to: Rows) -> None:
    to.decisions.extend(rows.decisions)
    to.messages.extend(rows.messages)
    to.facts.extend(rows.facts)
