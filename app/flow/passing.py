"""A lead is taken from its owner and routed anew: how, whatever the cause.

Whoever lost it does not get it back by automation. Its clocks run on, for the person has
waited since they asked, and only count for the new epoch. Decides and collects rows;
`write` changes the lead. The lead must be locked, and the crew be mustered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.config.sla import Reassign
from app.domain.facts import Fact, FactType
from app.domain.lead import AgentId, Lead, Loss, LossCode
from app.domain.message import NoticeCause
from app.flow import tell
from app.flow.finding import ROUTED, Circumstances, carry_out, question_about, written
from app.routing.passing_on import why_not
from app.routing.route import route
from app.routing.seen import seen_by
from app.sla.clocks import policy_for
from app.snapshot import Snapshot
from app.store import clocks, leads
from app.store.database import Tx

NOBODY_ELSE = "nobody_else"
"""Why a lead stays with its owner though it was to be passed on; see `passing_on` for others."""

_TOLD: Mapping[LossCode, NoticeCause] = {
    LossCode.MISSED: NoticeCause.MISSED,
    LossCode.OFF_DUTY: NoticeCause.OFF_DUTY,
    LossCode.UNASSIGNED: NoticeCause.UNASSIGNED,
}
"""What a former owner is told. Who declined knows it."""

_CHANGED = (*ROUTED, "epoch", "acknowledged_at")


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of a lead that was to be passed on."""

    lead: Lead
    """As it is then: of another epoch if it was passed on, else as it was."""
    why_not: str | None = None
    """The code of why its owner keeps it. `None`: they lost it."""
    retry_at: datetime | None = None
    """When somebody else may be there, as far as clocks can tell; with `NOBODY_ELSE`."""


def pass_on(lead: Lead, code: LossCode, at_hand: Circumstances, limits: Reassign) -> Passed:
    """Take the lead from its owner by automation, if that may be and somebody else can.

    Either way the timeline says what happened; once routing was asked, so do the decisions.
    """
    forbidden = why_not(lead, code, limits)
    if forbidden is not None or lead.owner is None:
        at_hand.rows.facts.append(_kept(lead, code, str(forbidden), at_hand.now))
        return Passed(lead, forbidden)
    return _route_anew(lead, lead.owner, Loss(lead.owner, code, at_hand.now), at_hand, keep=True)


def take_away(lead: Lead, loss: Loss, at_hand: Circumstances) -> Lead:
    """Take the lead from its owner by a person's doing: with nobody else it waits, unowned.

    Answers the lead as it is then. Whether it may be the caller has looked.
    """
    return _route_anew(lead, loss.agent, loss, at_hand, keep=False).lead


def _route_anew(
    lead: Lead, owner: AgentId, loss: Loss, at_hand: Circumstances, *, keep: bool
) -> Passed:
    snapshot, roster, now = at_hand.snapshot, at_hand.roster, at_hand.now
    lost = replace(lead, lost_by=(*lead.lost_by, loss), epoch=lead.epoch + 1, acknowledged_at=None)
    question = question_about(lost, snapshot.features_of(lead, now=now), now=now)
    question = replace(question, holder=owner if keep else None)
    decision = route(question, plan=snapshot.plan, roster=roster)
    seen = seen_by(decision, question, plan=snapshot.plan, roster=roster)
    if decision.owner == owner:
        at_hand.rows.decisions.append(written(decision, lead, at_hand, seen))
        at_hand.rows.facts.append(_kept(lead, loss.code, NOBODY_ELSE, now))
        return Passed(lead, NOBODY_ELSE, decision.retry_at)
    roster.release(owner)
    passed = carry_out(decision, lost, at_hand, seen=seen)
    if (cause := _TOLD.get(loss.code)) is not None and owner in snapshot.people:
        notice = tell.notice(passed, owner, cause=cause, snapshot=snapshot, now=now)
        at_hand.rows.messages.append(notice)
    return Passed(passed)


async def write(tx: Tx, changed: Iterable[tuple[Lead, Lead]]) -> None:
    """Change leads, each as it was and as it is, and let clocks run on for new owners."""
    moved, watched = [], []
    for before, after in changed:
        if after.epoch != before.epoch:
            moved.append({"id": after.id, **{name: getattr(after, name) for name in _CHANGED}})
        elif after.recheck_at != before.recheck_at:
            watched.append({"id": after.id, "recheck_at": after.recheck_at})
    await leads.change_all(tx, moved)
    await leads.change_all(tx, watched)
    await clocks.carry_over_all(tx, [each["id"] for each in moved])


def limits_of(lead: Lead, policy: str | None, snapshot: Snapshot, now: datetime) -> Reassign:
    """What limits the passing on of this lead: by the policy of its clocks, named `policy`.

    Without any, by the first policy that fits the lead as it is.
    """
    named = next((each for each in snapshot.config.sla if each.name == policy), None)
    fits = named or policy_for(snapshot.features_of(lead, now=now), snapshot.config)
    return Reassign() if fits is None else fits.reassign


def _kept(lead: Lead, code: LossCode, why: str, now: datetime) -> Fact:
    return Fact(
        FactType.LEAD_KEPT, now, lead.id, data={"owner": lead.owner, "why": why, "code": code}
    )
