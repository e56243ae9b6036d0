"""Turns beside the turn order: one is paid for a lead that came otherwise, or given back.

Whoever calls these has mustered the crew, and dismisses it afterwards.
"""

from datetime import datetime

from app.config.condition import Features
from app.domain.facts import Fact, FactType
from app.domain.lead import AgentId, Lead
from app.flow.crew import Crew
from app.routing.charges import charge, chose, paid_in, refund
from app.routing.question import Question
from app.snapshot import Snapshot
from app.store import ledger
from app.store.database import Tx
from app.store.write import add_facts


async def pay(
    tx: Tx, crew: Crew, team: str | None, agent: AgentId, *, snapshot: Snapshot, now: datetime
) -> int:
    """The agent pays one turn of the team's, as if the lead had come to them by turn.

    Answers its price, to be stored as `turn_paid` in the decision that tells of it: by that
    the ledger counts the lead. 0: they are no member of the team, as a manager who claims,
    and have no turn there.
    """
    del tx
    return charge(team, agent, Question(Features(), now), snapshot.plan, crew.roster)


async def give_back(
    tx: Tx, crew: Crew, lead: Lead, agent: AgentId, *, snapshot: Snapshot, now: datetime
) -> None:
    """The agent gets back the turn that they paid for this lead, if they paid one.

    It is the turn of the decision that gave them the lead last; one that came by a claim or
    by a person's hand is not given back. A fact says that it was, for the ledger.
    """
    chosen = (
        each for each in await ledger.given_to(tx, lead.id, agent) if chose(each.detail, agent)
    )
    last = next(chosen, None)
    paid = None if last is None else paid_in(last.detail, agent)
    if last is None or paid is None:
        return
    refund(paid, agent, snapshot.config, crew.roster)
    await add_facts(
        tx,
        [
            Fact(
                FactType.LEAD_TURN_RETURNED,
                now,
                lead.id,
                data={"agent": agent, "team": paid.team, "decision": str(last.id)},
            )
        ],
    )
