"""A lead's first steps: an owner, the clocks, the greeting, and who is told of it.

The same for a new lead, one that was closed and asks again, and one that waited for
somebody to come on duty. Decides and collects rows; writes nothing itself.
"""

from app.config.condition import Features
from app.config.sla import SlaPolicy
from app.domain.clock import rfc3339
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import Lead
from app.domain.sla import SlaClock
from app.flow import tell
from app.flow.finding import Circumstances, find_owner
from app.sla.clocks import clocks, policy_for


def begin(lead: Lead, features: Features, at_hand: Circumstances, *, keep: bool = False) -> Lead:
    """Give the lead an owner, start its clocks, greet it. Answers the lead as it is then.

    `keep`: the person stays with the lead's former owner, if they can.
    """
    lead = find_owner(lead, features, at_hand, keep=keep)
    start_clocks(lead, features, at_hand)
    at_hand.rows.messages.extend(
        tell.greetings(lead, features, snapshot=at_hand.snapshot, now=at_hand.now)
    )
    return lead


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
