"""May a lead be taken from its owner, to be given to somebody else? What forbids it."""

from app.config.sla import Reassign
from app.domain.lead import Lead, LeadStatus, LossCode, is_open

NOT_OPEN = "not_open"
HELD = "held"
NO_OWNER = "no_owner"
BY_A_PERSON = "assigned_by_a_person"
ANSWERED = "answered"
HOP_LIMIT = "hop_limit"
SOURCE_FORBIDS = "source_forbids"


def why_not(lead: Lead, code: LossCode, limits: Reassign) -> str | None:
    """The code of what forbids it; `None`: it may be passed on.

    People may do what automation may not, except where the source forbids that a lead is
    given to anybody but whom it was meant for: then a person must name who gets it.
    """
    if not is_open(lead):
        return NOT_OPEN
    if lead.held:
        return HELD
    if lead.owner is None:
        return NO_OWNER
    if code.is_automatic and (forbidden := _not_by_automation(lead, code, limits)):
        return forbidden
    return SOURCE_FORBIDS if lead.source in limits.never_for_sources else None


def _not_by_automation(lead: Lead, code: LossCode, limits: Reassign) -> str | None:
    if lead.owner_by == "person":
        return BY_A_PERSON
    if code is LossCode.OFF_DUTY and not is_unanswered(lead):
        return ANSWERED
    hops = sum(loss.code.is_automatic for loss in lead.lost_by)
    return HOP_LIMIT if hops >= limits.at_most else None


def is_unanswered(lead: Lead) -> bool:
    """Whether the owner has neither said that they have it, nor tried to reach the person.

    What was answered before the person asked the last time, and began anew, is no answer.
    """
    responded_at = lead.first_response_at
    is_answered = responded_at is not None and responded_at >= lead.last_inquiry_at
    return lead.status is LeadStatus.NEW and lead.acknowledged_at is None and not is_answered
