"""An offer ends because somebody has the lead: those who were told of it must hear of that."""

from datetime import datetime

from app.domain.lead import AgentId, Lead
from app.domain.message import Message, NoticeCause
from app.flow import tell
from app.snapshot import Snapshot
from app.store import messages
from app.store.database import Tx


async def tell_losers(
    tx: Tx, lead: Lead, winner: AgentId, *, snapshot: Snapshot, now: datetime
) -> list[Message]:
    """Notices to all who were told of the offer, and will not have the lead.

    `lead` is the lead as it was on offer, and must be locked: an alert that is at its gate
    this instant has either begun to leave, or finds the gate closed and never will. Answers
    rows that are still to be written.
    """
    if lead.offered_until is None:
        return []
    told = await messages.told_of_offer(tx, lead.id, lead.offered_until)
    return [
        tell.notice(lead, each, cause=NoticeCause.TAKEN, snapshot=snapshot, now=now)
        for each in lead.offered_to
        if each in told and each != winner
    ]
