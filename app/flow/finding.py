"""An owner is looked for: routing is asked, its decision written down, and people told.

The same for a lead that has just come, one that waited, and one that its owner lost.
Decides and collects rows; writes nothing itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.config.condition import Features
from app.domain.clock import rfc3339
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import AgentId, Lead
from app.flow import tell
from app.routing.decision import Decision
from app.routing.duty import first_look_at
from app.routing.question import Question
from app.routing.roster import Roster
from app.routing.route import route
from app.routing.seen import Seen, seen_by
from app.snapshot import Snapshot
from app.store.write import NewDecision, Rows

LOOK_AGAIN_AFTER = timedelta(minutes=1)
"""How soon a lead without an owner is looked at again, when no calendar says when."""

LOST = "lost_this_lead"
"""Why somebody is not considered (again); followed by how they lost it."""

ROUTED = (
    *("owner", "owner_by", "team", "route_at", "offered_to", "offered_until", "recheck_at"),
    "lost_by",
)
"""What of a lead may be another once an owner was looked for."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What one transaction works with: its config, its roster, its rows, its instant."""

    snapshot: Snapshot
    roster: Roster
    rows: Rows
    now: datetime


def find_owner(
    lead: Lead, features: Features, at_hand: Circumstances, *, keep: bool = False
) -> Lead:
    """Route the lead, write down why, and tell whoever it is given or offered to.

    `keep`: the person stays with the lead's former owner, if they can.

    Answers the lead as it is then: all of `ROUTED` may have changed.
    """
    question = question_about(lead, features, keep=keep, now=at_hand.now)
    plan, roster = at_hand.snapshot.plan, at_hand.roster
    decision = route(question, plan=plan, roster=roster)
    seen = seen_by(decision, question, plan=plan, roster=roster)
    return carry_out(decision, lead, at_hand, seen=seen)


def question_about(
    lead: Lead, features: Features, *, now: datetime, keep: bool = False
) -> Question:
    """What routing is asked about the lead as it stands."""
    return Question(
        features,
        now,
        returning_owner=lead.former_owner if keep else None,
        former_owner=lead.former_owner,
        excluded={each.agent: f"{LOST}:{each.code}" for each in lead.lost_by},
        lapsed=lead.offered_until is not None and lead.offered_until <= now,
    )


def carry_out(
    decision: Decision, lead: Lead, at_hand: Circumstances, *, seen: Seen | None = None
) -> Lead:
    """Collect all rows that follow from a decision. Answers the lead as it is then."""
    at_hand.roster.take(decision, at_hand.now)
    at_hand.rows.decisions.append(written(decision, lead, at_hand, seen))
    lost = _lost(lead)
    # One copy: of all that is done for a lead, copying it costs most.
    lead = replace(
        lead,
        owner=decision.owner,
        owner_by=None if decision.owner is None else "rule",
        team=decision.team,
        route_at=_look_again_at(decision, at_hand.now),
        recheck_at=_look_at_owner(decision, at_hand),
        offered_to=decision.offered,
        offered_until=decision.offered_until,
    )
    if decision.owner is not None:
        _given(lead, decision.owner, decision, at_hand, lost)
    elif decision.offered_until is not None:
        _offered(lead, decision.offered_until, decision, at_hand, lost)
    else:
        data = {"reason": decision.reason, **lost}
        at_hand.rows.facts.append(Fact(FactType.LEAD_UNASSIGNED, at_hand.now, lead.id, data=data))
    return lead


def _look_again_at(decision: Decision, now: datetime) -> datetime | None:
    """When an owner is looked for again. `None`: there is one, or somebody has to claim it."""
    if decision.owner is not None or decision.in_pond:
        return None
    return decision.offered_until or decision.retry_at or now + LOOK_AGAIN_AFTER


def _look_at_owner(decision: Decision, at_hand: Circumstances) -> datetime | None:
    """When to see whether the owner has gone off duty."""
    if decision.owner is None:
        return None
    return first_look_at(decision.owner, at_hand.snapshot.plan, at_hand.now)


def _lost(lead: Lead) -> dict[str, str]:
    """Who loses the lead by this decision, and why: for the fact. Empty: nobody does."""
    last = lead.lost_by[-1] if lead.lost_by else None
    if last is None or last.agent != lead.owner:
        return {}
    return {"from": last.agent, "code": last.code}


def _given(
    lead: Lead, owner: AgentId, decision: Decision, at_hand: Circumstances, lost: dict[str, str]
) -> None:
    data = {"owner": owner, "rule": decision.rule, "reason": decision.reason, **lost}
    at_hand.rows.facts.append(Fact(FactType.LEAD_ASSIGNED, at_hand.now, lead.id, data=data))
    at_hand.rows.messages.append(
        tell.owner_alert(
            lead,
            owner,
            about=f"assigned:{lead.epoch}",
            snapshot=at_hand.snapshot,
            now=at_hand.now,
        )
    )


def _offered(
    lead: Lead,
    until: datetime,
    decision: Decision,
    at_hand: Circumstances,
    lost: dict[str, str],
) -> None:
    data = {
        "to": list(decision.offered),
        "until": rfc3339(until),
        "rule": decision.rule,
        "reason": decision.reason,
        **lost,
    }
    at_hand.rows.facts.append(Fact(FactType.LEAD_OFFERED, at_hand.now, lead.id, data=data))
    at_hand.rows.messages.extend(
        tell.offer(lead, each, until=until, snapshot=at_hand.snapshot, now=at_hand.now)
        for each in decision.offered
    )


def written(
    decision: Decision, lead: Lead, at_hand: Circumstances, seen: Seen | None
) -> NewDecision:
    """The decision as a row."""
    return NewDecision(
        id=new_id(at_hand.now),
        lead_id=lead.id,
        at=at_hand.now,
        config_version=at_hand.snapshot.version,
        rule=decision.rule,
        strategy=decision.strategy,
        owner=decision.owner,
        team=decision.team,
        detail=decision.as_json(),
        seen=seen,
    )
