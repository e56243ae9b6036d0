"""What people do with a lead: attempts, acknowledgements, hand-overs, closing.

Each is one transaction that holds the lead. Whatever stops or moves the clocks also moves
the lead's epoch on: messages written for the old one find it gone and are not sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.clock import rfc3339
from app.domain.errors import FieldProblem, InvalidFields, NotPossibleNow
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import CLOSED, AgentId, Lead, LeadStatus, is_open
from app.domain.message import Message
from app.flow import offers, tell, turns
from app.flow.crew import Crew, adjust_open_leads
from app.sla.evidence import AttemptOutcome, Evidence, check_dated, shown_by, status_after, stops
from app.snapshot import Snapshot
from app.store import clocks, leads, messages
from app.store.database import Tx
from app.store.write import NewDecision, Rows, add_facts


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tried to reach the person."""

    channel: str
    outcome: AttemptOutcome
    by: AgentId
    at: datetime
    note: str = ""


async def attempt(
    tx: Tx, lead_id: UUID, tried: Attempt, *, snapshot: Snapshot, now: datetime
) -> Lead:
    """Record an attempt. It stops the clocks if that is the evidence their policy wants."""
    _check_person(tried.by, snapshot)
    lead = await leads.lock(tx, lead_id)
    check_dated(tried.at, received_at=lead.received_at, now=now)
    noted = Fact(
        FactType.LEAD_ATTEMPTED, now, lead.id, tried.by, {**_evidence(tried), "note": tried.note}
    )
    await add_facts(tx, [noted])
    await count_attempt(tx, lead, tried, snapshot=snapshot, now=now)
    return await leads.get(tx, lead.id)


def _evidence(tried: Attempt) -> dict[str, Any]:
    return {
        "evidence": shown_by(tried.outcome),
        "channel": tried.channel,
        "outcome": tried.outcome,
        "by": tried.by,
        "at": rfc3339(tried.at),
    }


async def count_attempt(
    tx: Tx, lead: Lead, tried: Attempt, *, snapshot: Snapshot, now: datetime
) -> None:
    """What follows from an attempt that is written down already. The lead must be locked."""
    status = status_after(lead.status, tried.outcome)
    evidence = _evidence(tried)
    changes: dict[str, Any] = {"status": status, "recheck_at": None}
    facts: list[Fact] = []
    if lead.first_response_at is None:
        changes["first_response_at"] = tried.at
        facts.append(Fact(FactType.LEAD_RESPONDED, now, lead.id, tried.by, evidence))
    if status is not lead.status:
        facts.append(_status_fact(lead, status, tried.by, now))
    shown = shown_by(tried.outcome)
    facts += await _stop(tx, lead, shown, evidence, snapshot=snapshot, now=now)
    if any(fact.type is FactType.SLA_MET for fact in facts):
        changes["epoch"] = lead.epoch + 1
    await leads.change(tx, lead.id, changes)
    await add_facts(tx, facts)


async def acknowledge(
    tx: Tx, lead_id: UUID, *, by: AgentId, snapshot: Snapshot, now: datetime
) -> Lead:
    """Record "I have it". Stops the clocks only of a policy that asks for no more."""
    _check_person(by, snapshot)
    lead = await leads.lock(tx, lead_id)
    facts = [Fact(FactType.LEAD_ACKNOWLEDGED, now, lead.id, by)]
    heard = await messages.acknowledge(tx, lead.id, by, now=now)
    facts += [
        Fact(FactType.ESCALATION_ACKNOWLEDGED, now, lead.id, by, {"message_id": str(each)})
        for each in heard
    ]
    await add_facts(tx, facts)
    await count_acknowledgement(tx, lead, by, at=now, snapshot=snapshot, now=now)
    return await leads.get(tx, lead.id)


async def count_acknowledgement(
    tx: Tx, lead: Lead, by: AgentId, *, at: datetime, snapshot: Snapshot, now: datetime
) -> None:
    """What follows from an "I have it" that is written down already. Lock the lead first."""
    evidence = {"evidence": "acknowledged", "by": by, "at": rfc3339(at)}
    acknowledged_at = lead.acknowledged_at or at
    changes: dict[str, Any] = {"acknowledged_at": acknowledged_at, "recheck_at": None}
    stopped = await _stop(tx, lead, "acknowledged", evidence, snapshot=snapshot, now=now)
    if stopped:
        changes["epoch"] = lead.epoch + 1
    await leads.change(tx, lead.id, changes)
    await add_facts(tx, stopped)


@dataclass(frozen=True, slots=True)
class HandOver:
    """A person gives a lead to somebody."""

    owner: AgentId
    reason: str
    actor: str


async def assign(
    tx: Tx, lead_id: UUID, to: HandOver, *, snapshot: Snapshot, now: datetime
) -> tuple[Lead, list[Message]]:
    """Give the lead to `to.owner`. Automation never takes it away from them again."""
    _check_person(to.owner, snapshot, field="owner")
    lead = await leads.lock(tx, lead_id)
    if not is_open(lead):
        raise NotPossibleNow(f"The lead is {lead.status}: re-open it first.")
    if lead.owner == to.owner and lead.owner_by == "person":
        return lead, []
    counted = snapshot.config.routing.turns.manual_assignments and lead.owner != to.owner
    # Before `give` holds only two of them: everybody locks agents in the order of their ids.
    crew = await Crew.muster(tx, snapshot, now=now) if counted else None
    await give(tx, lead, to.owner, snapshot=snapshot)
    given = await leads.get(tx, lead.id)
    paid = 0
    if crew is not None:
        paid = await turns.pay(tx, crew, given.team, to.owner, snapshot=snapshot, now=now)
        await crew.dismiss(tx, snapshot, now=now)
    alert = tell.owner_alert(
        given, to.owner, about=f"assigned:{given.epoch}", snapshot=snapshot, now=now
    )
    detail = {
        "rule": None,
        "strategy": "manual",
        "owner": to.owner,
        "reason": to.reason or f"assigned by {to.actor}",
        "candidates": [{"agent": to.owner, "chosen": True, "why": ["chosen_by_a_person"]}],
        "trail": [],
        "turn_paid": paid,
    }
    decision = NewDecision(
        id=new_id(now),
        lead_id=lead.id,
        at=now,
        config_version=snapshot.version,
        rule=None,
        strategy="manual",
        owner=to.owner,
        team=given.team,
        detail=detail,
    )
    fact = Fact(
        FactType.LEAD_ASSIGNED,
        now,
        lead.id,
        to.actor,
        {"owner": to.owner, "from": lead.owner, "reason": to.reason},
    )
    losers = await offers.tell_losers(tx, lead, to.owner, snapshot=snapshot, now=now)
    await Rows(decisions=[decision], messages=[alert, *losers], facts=[fact]).write(tx)
    return given, [alert, *losers]


async def set_status(
    tx: Tx,
    lead_id: UUID,
    status: LeadStatus,
    *,
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> Lead:
    """Move the lead along. Closing it stops its clocks and whatever was still to be said.

    An edit of the status is no evidence that anybody was called: it never meets a clock.
    """
    lead = await leads.lock(tx, lead_id)
    if status is lead.status:
        return lead
    changes: dict[str, Any] = {"status": status}
    facts = [_status_fact(lead, status, actor, now, reason=reason)]
    closes = status in CLOSED and lead.status not in CLOSED
    reopens = status not in CLOSED and lead.status in CLOSED
    if closes:
        changes |= {"closed_at": now, "epoch": lead.epoch + 1, "route_at": None}
        changes |= {"offered_to": (), "offered_until": None, "recheck_at": None}
        if await clocks.cancel(tx, lead.id, why=f"the lead is {status}"):
            facts.append(Fact(FactType.SLA_CANCELLED, now, lead.id, actor))
    if reopens:
        changes |= {"closed_at": None, "epoch": lead.epoch + 1}
        if lead.owner is None and not lead.held:
            changes["route_at"] = now
    await leads.change(tx, lead.id, changes)
    await adjust_open_leads(tx, [(lead.owner, reopens - closes)])
    await add_facts(tx, facts)
    return await leads.get(tx, lead.id)


async def give(tx: Tx, lead: Lead, owner: AgentId, *, snapshot: Snapshot) -> None:
    await change_hands(tx, lead, owner, snapshot=snapshot)
    await adjust_open_leads(tx, [(lead.owner, -1), (owner, +1)])


async def change_hands(tx: Tx, lead: Lead, owner: AgentId, *, snapshot: Snapshot) -> None:
    """The lead itself is theirs, by a person's doing. Whose load it is, the caller counts."""
    epoch = lead.epoch + 1
    team = lead.team or next(
        (name for name, team in snapshot.config.teams.items() if owner in team.members), None
    )
    await leads.change(
        tx,
        lead.id,
        {
            "owner": owner,
            "owner_by": "person",
            "team": team,
            "epoch": epoch,
            "route_at": None,
            "offered_to": (),
            "offered_until": None,
            "recheck_at": None,
            "acknowledged_at": None,
        },
    )
    await clocks.carry_over(tx, lead.id, epoch=epoch)


async def _stop(
    tx: Tx,
    lead: Lead,
    shown: Evidence,
    evidence: Mapping[str, Any],
    *,
    snapshot: Snapshot,
    now: datetime,
) -> list[Fact]:
    """Stop the lead's clocks if `shown` is enough; the facts that this makes."""
    running = [each for each in await clocks.of_lead(tx, lead.id) if each.responded_at is None]
    if not running or not stops(_stops_on(running[0].policy, snapshot), shown):
        return []
    responded_at = datetime.fromisoformat(evidence["at"])
    stopped = await clocks.stop(tx, lead.id, responded_at=responded_at, evidence=evidence)
    return [
        Fact(
            FactType.SLA_MET,
            now,
            lead.id,
            str(evidence["by"]),
            {"steps": [clock.step for clock in stopped], **evidence},
        )
    ]


def _stops_on(policy: str, snapshot: Snapshot) -> Evidence:
    for each in snapshot.config.sla:
        if each.name == policy:
            return each.stops_on
    return "attempted"


def _check_person(person: AgentId, snapshot: Snapshot, *, field: str = "by") -> None:
    if person not in snapshot.people:
        raise InvalidFields((FieldProblem(field, "is nobody in the config"),))


def _status_fact(
    lead: Lead, status: LeadStatus, actor: str, now: datetime, *, reason: str | None = None
) -> Fact:
    data = {"from": lead.status, "to": status}
    return Fact(
        FactType.LEAD_STATUS_CHANGED,
        now,
        lead.id,
        actor,
        data if reason is None else {**data, "reason": reason},
    )
