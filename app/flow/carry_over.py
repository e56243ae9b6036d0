"""What people did with a lead while it was held counts for the lead that stands for it.

Whoever took it keeps the person, unless somebody else was given them by a person before:
then there are two decisions of people, and the older one stands, for a lead has one owner.
"""

from datetime import datetime

from app.domain.facts import Fact, FactType
from app.domain.lead import AgentId, Lead, LeadId, is_open
from app.domain.message import Message
from app.flow import answers, tell
from app.flow.answers import Attempt
from app.flow.crew import adjust_open_leads
from app.snapshot import Snapshot
from app.store import facts, leads
from app.store.database import Tx
from app.store.rows import Stored
from app.store.write import Rows


async def carry_over(
    tx: Tx, merged: Lead, to: LeadId, *, snapshot: Snapshot, now: datetime
) -> list[Message]:
    """`merged` is the lead as it was while it was held. Answers the messages to ring for."""
    for row in await facts.answers_to(tx, merged.id):
        await _count(tx, row, to, snapshot=snapshot, now=now)
    await adjust_open_leads(tx, [(merged.owner, -1)])
    lead = await leads.get(tx, to)
    if merged.owner is None or lead.owner == merged.owner:
        return []
    if lead.owner_by == "person" or not is_open(lead):
        return []
    await answers.give(tx, lead, merged.owner, snapshot=snapshot)
    given = await leads.get(tx, to)
    alert = tell.owner_alert(
        given, merged.owner, about=f"merged:{merged.id}", snapshot=snapshot, now=now
    )
    data = {"owner": merged.owner, "from": lead.owner, "reason": "had taken it while it was held"}
    fact = Fact(FactType.LEAD_ASSIGNED, now, to, merged.owner, data)
    await Rows(messages=[alert], facts=[fact]).write(tx)
    return [alert]


async def _count(tx: Tx, row: Stored, to: LeadId, *, snapshot: Snapshot, now: datetime) -> None:
    lead = await leads.get(tx, to)
    if row["type"] == FactType.LEAD_ACKNOWLEDGED:
        by = AgentId(row["actor"])
        await answers.count_acknowledgement(tx, lead, by, at=row["at"], snapshot=snapshot, now=now)
        return
    said = row["data"]
    at = datetime.fromisoformat(said["at"])
    tried = Attempt(said["channel"], said["outcome"], AgentId(said["by"]), at)
    await answers.count_attempt(tx, lead, tried, snapshot=snapshot, now=now)
