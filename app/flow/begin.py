"""A lead's first steps: an owner, the clocks, the greeting, and who is told of it.

The same for a new lead, one that was closed and asks again, and one that waited for
somebody to come on duty. Decides and collects rows; writes nothing itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.config.condition import Features
from app.config.sla import SlaPolicy
from app.domain.clock import rfc3339
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import AgentId, Lead
from app.domain.sla import SlaClock
from app.flow import tell
from app.routing.decision import Decision
from app.routing.roster import Roster
from app.routing.route import route
from app.sla.clocks import clocks, policy_for
from app.snapshot import Snapshot
from app.store.write import NewDecision, Rows

LOOK_AGAIN_AFTER = timedelta(minutes=1)
"""How soon a lead without an owner is looked at again, when no calendar says when."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What one transaction works with: its config, its roster, its rows, its instant."""

    snapshot: Snapshot
    roster: Roster
    rows: Rows
    now: datetime


def begin(
    lead: Lead, features: Features, at_hand: Circumstances, *, returning: AgentId | None = None
) -> Lead:
    """Give the lead an owner, start its clocks, greet it. Answers the lead as it is then."""
    lead = find_owner(lead, features, at_hand, returning=returning)
    start_clocks(lead, features, at_hand)
    at_hand.rows.messages.extend(
        tell.greetings(lead, features, snapshot=at_hand.snapshot, now=at_hand.now)
    )
    return lead


def find_owner(
    lead: Lead,
    features: Features,
    at_hand: Circumstances,
    *,
    returning: AgentId | None = None,
    excluded: Mapping[AgentId, str] | None = None,
) -> Lead:
    """Route the lead, write down why, and tell the owner."""
    snapshot, now, rows = at_hand.snapshot, at_hand.now, at_hand.rows
    decision = route(
        features,
        config=snapshot.config,
        roster=at_hand.roster,
        calendars=snapshot.openings,
        now=now,
        returning_owner=returning,
        excluded=excluded or {},
    )
    at_hand.roster.take(decision, now)
    rows.decisions.append(_written(decision, lead, snapshot, now))
    if decision.owner is None:
        rows.facts.append(
            Fact(FactType.LEAD_UNASSIGNED, now, lead.id, data={"reason": decision.reason})
        )
        retry_at = decision.retry_at or now + LOOK_AGAIN_AFTER
        return replace(lead, owner=None, team=decision.team, route_at=retry_at)
    lead = replace(lead, owner=decision.owner, owner_by="rule", team=decision.team, route_at=None)
    rows.facts.append(
        Fact(
            FactType.LEAD_ASSIGNED,
            now,
            lead.id,
            data={"owner": decision.owner, "rule": decision.rule, "reason": decision.reason},
        )
    )
    rows.messages.append(
        tell.owner_alert(
            lead, decision.owner, about=f"assigned:{lead.epoch}", snapshot=snapshot, now=now
        )
    )
    return lead


def _written(decision: Decision, lead: Lead, snapshot: Snapshot, now: datetime) -> NewDecision:
    return NewDecision(
        id=new_id(now),
        lead_id=lead.id,
        at=now,
        config_version=snapshot.version,
        rule=decision.rule,
        strategy=decision.strategy,
        owner=decision.owner,
        team=decision.team,
        detail=decision.as_json(),
    )


def start_clocks(lead: Lead, features: Features, at_hand: Circumstances) -> None:
    """One clock for each step of the first policy that fits, from the lead's arrival."""
    policy = policy_for(features, at_hand.snapshot.config)
    if policy is not None:
        start_clocks_of(policy, lead, at_hand)


def start_clocks_of(policy: SlaPolicy, lead: Lead, at_hand: Circumstances) -> None:
    snapshot, rows = at_hand.snapshot, at_hand.rows
    started_at = lead.last_inquiry_at
    new = [
        SlaClock(
            id=new_id(at_hand.now),
            lead_id=lead.id,
            epoch=lead.epoch,
            position=each.position,
            step=each.step,
            action=each.action,
            policy=policy.name,
            config_version=snapshot.version,
            state="running",
            started_at=started_at,
            due_at=each.due_at,
            fired_at=None,
            responded_at=None,
            stopped_by=None,
        )
        for each in clocks(policy, snapshot.openings, started_at)
    ]
    rows.clocks.extend(new)
    rows.facts.append(
        Fact(
            FactType.SLA_STARTED,
            at_hand.now,
            lead.id,
            data={
                "policy": policy.name,
                "due": {clock.step: rfc3339(clock.due_at) for clock in new},
            },
        )
    )
