"""Somebody gives a lead back, or a person takes it off its owner: it is routed anew.

Each is one transaction that holds the lead. Who declined does not get the lead back by
automation, and neither does who it was taken off.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.config.recipients import Recipient
from app.domain.errors import FieldProblem, InvalidFields, MustBeAssigned, NotPossibleNow
from app.domain.facts import Fact, FactType
from app.domain.lead import AgentId, Lead, Loss, LossCode
from app.domain.message import Message, NoticeCause
from app.flow import passing, tell, turns
from app.flow.crew import Crew
from app.flow.finding import Circumstances
from app.routing.claiming import is_on_offer
from app.routing.passing_on import HELD, NOT_OPEN, SOURCE_FORBIDS, why_not
from app.sla.firing import resolve
from app.snapshot import Snapshot
from app.store import clocks, leads
from app.store.database import Tx
from app.store.write import Rows, add_facts


@dataclass(frozen=True, slots=True)
class Decline:
    """Somebody does not want a lead that they have, or are offered."""

    by: AgentId
    reason: str


async def decline(
    tx: Tx, lead_id: UUID, said: Decline, *, snapshot: Snapshot, now: datetime
) -> tuple[Lead, list[Message]]:
    """Give the lead to somebody else. Answers it, and the messages to ring for.

    Doing it twice changes nothing more. Raises `NotPossibleNow` for a lead that was never
    theirs to decline, `MustBeAssigned` where only a person may pass it on.
    """
    if said.by not in snapshot.people:
        raise InvalidFields((FieldProblem("by", "is nobody in the config"),))
    lead = await leads.lock(tx, lead_id)
    loss = Loss(said.by, LossCode.DECLINED, now, said.reason)
    if lead.owner == said.by:
        return await _give_back(tx, lead, loss, snapshot=snapshot, now=now)
    if is_on_offer(lead, now) and said.by in lead.offered_to:
        return await _refuse_offer(tx, lead, loss, now=now), []
    if any(each.agent == said.by and each.code is LossCode.DECLINED for each in lead.lost_by):
        return lead, []
    whose = f"It belongs to {lead.owner}" if lead.owner else "It belongs to nobody"
    raise NotPossibleNow(f"{whose}, and is not on offer to {said.by}: nothing is to be declined.")


@dataclass(frozen=True, slots=True)
class Unassign:
    """A person takes a lead off its owner."""

    actor: str
    reason: str


async def unassign(
    tx: Tx, lead_id: UUID, said: Unassign, *, snapshot: Snapshot, now: datetime
) -> tuple[Lead, list[Message]]:
    """Take the lead off its owner, whoever gave it to them, and route it anew."""
    lead = await leads.lock(tx, lead_id)
    if lead.owner is None:
        raise NotPossibleNow("The lead belongs to nobody: there is nobody to take it off.")
    loss = Loss(lead.owner, LossCode.UNASSIGNED, now, said.reason or None)
    await _check(tx, lead, loss.code, snapshot=snapshot, now=now)
    data = {"from": lead.owner, "reason": said.reason, "code": loss.code}
    await add_facts(tx, [Fact(FactType.LEAD_UNASSIGNED, now, lead.id, said.actor, data)])
    crew = await Crew.muster(tx, snapshot, now=now)
    return await _take_away(tx, lead, loss, crew, snapshot=snapshot, now=now)


async def _give_back(
    tx: Tx, lead: Lead, loss: Loss, *, snapshot: Snapshot, now: datetime
) -> tuple[Lead, list[Message]]:
    await _check(tx, lead, loss.code, snapshot=snapshot, now=now)
    await add_facts(tx, [_declined(lead, loss)])
    crew = await Crew.muster(tx, snapshot, now=now)
    if not snapshot.config.routing.turns.declines:
        await turns.give_back(tx, crew, lead, loss.agent, snapshot=snapshot, now=now)
    return await _take_away(tx, lead, loss, crew, snapshot=snapshot, now=now)


async def _take_away(
    tx: Tx, lead: Lead, loss: Loss, crew: Crew, *, snapshot: Snapshot, now: datetime
) -> tuple[Lead, list[Message]]:
    at_hand = Circumstances(snapshot, crew.roster, Rows(), now)
    after = passing.take_away(lead, loss, at_hand)
    if after.owner is None and not after.offered_to:
        at_hand.rows.messages.extend(_tell_manager(lead, after, at_hand))
    await passing.write(tx, [(lead, after)])
    await at_hand.rows.write(tx)
    await crew.dismiss(tx, snapshot, now=now)
    return after, at_hand.rows.messages


def _tell_manager(lead: Lead, after: Lead, at_hand: Circumstances) -> list[Message]:
    """Nobody has it, and nobody would know: the nearest manager there is."""
    snapshot = at_hand.snapshot
    told = resolve(
        Recipient(role="manager"),
        owner=lead.owner,
        team=after.team or lead.team,
        config=snapshot.config,
        on_call=snapshot.plan.on_call,
        now=at_hand.now,
    )
    return [
        tell.notice(
            after,
            each.agent,
            cause=NoticeCause.NOBODY_ELSE,
            snapshot=snapshot,
            now=at_hand.now,
        )
        for each in told
    ]


async def _refuse_offer(tx: Tx, lead: Lead, loss: Loss, *, now: datetime) -> Lead:
    """They hear no more of it. When nobody is left who could claim it, the offer is over."""
    left = tuple(each for each in lead.offered_to if each != loss.agent)
    after = replace(lead, offered_to=left, lost_by=(*lead.lost_by, loss))
    if not left:
        after = replace(after, offered_until=now, route_at=now)
    changed = ("offered_to", "lost_by", "offered_until", "route_at")
    await leads.change(tx, lead.id, {name: getattr(after, name) for name in changed})
    await add_facts(tx, [_declined(lead, loss)])
    return after


async def _check(tx: Tx, lead: Lead, code: LossCode, *, snapshot: Snapshot, now: datetime) -> None:
    policy = (await clocks.policies_of(tx, [lead.id])).get(lead.id)
    limits = passing.limits_of(lead, policy, snapshot, now)
    forbidden = why_not(lead, code, limits)
    if forbidden == SOURCE_FORBIDS:
        raise MustBeAssigned(lead.id, lead.source)
    if forbidden == HELD:
        raise NotPossibleNow("The lead was not fetched from its source yet: assign it instead.")
    if forbidden == NOT_OPEN:
        raise NotPossibleNow(f"The lead is {lead.status}: re-open it first.")


def _declined(lead: Lead, loss: Loss) -> Fact:
    data = {"by": loss.agent, "reason": loss.reason, "was_offered": lead.owner is None}
    return Fact(FactType.LEAD_DECLINED, loss.at, lead.id, loss.agent, data)
