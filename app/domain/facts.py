"""What happened: the timeline of a lead, and the events we tell others.

A fact is written in the transaction of the change it describes, and never altered. Its
`data` holds ids, states and figures; never a name, an address or a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.lead import LeadId

SYSTEM = "system"
"""The actor of what we did by ourselves."""


class FactType(StrEnum):
    LEAD_RECEIVED = "lead.received"
    LEAD_UPDATED = "lead.updated"
    LEAD_ASSIGNED = "lead.assigned"
    LEAD_UNASSIGNED = "lead.unassigned"
    LEAD_OFFERED = "lead.offered"
    LEAD_DECLINED = "lead.declined"
    LEAD_KEPT = "lead.kept"
    """It was to be taken from its owner, and stays with them: `why` says what forbade it."""
    LEAD_TURN_RETURNED = "lead.turn_returned"
    LEAD_ACKNOWLEDGED = "lead.acknowledged"
    LEAD_ATTEMPTED = "lead.attempted"
    LEAD_RESPONDED = "lead.responded"
    LEAD_STATUS_CHANGED = "lead.status_changed"
    LEAD_ERASED = "lead.erased"
    SLA_STARTED = "sla.started"
    SLA_MET = "sla.met"
    SLA_REMINDED = "sla.reminded"
    SLA_BREACHED = "sla.breached"
    SLA_CANCELLED = "sla.cancelled"
    ESCALATION_SENT = "escalation.sent"
    ESCALATION_ACKNOWLEDGED = "escalation.acknowledged"
    ESCALATION_EXHAUSTED = "escalation.exhausted"
    MESSAGE_SENT = "message.sent"
    MESSAGE_FAILED = "message.failed"
    MESSAGE_SUPPRESSED = "message.suppressed"
    MESSAGE_UNKNOWN = "message.unknown"
    INTAKE_QUARANTINED = "intake.quarantined"
    INTAKE_REFUSED = "intake.refused"
    INTAKE_SILENT = "intake.silent"
    CONFIG_CHANGED = "config.changed"
    AGENT_AVAILABILITY_CHANGED = "agent.availability_changed"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened, to one lead or to the house itself (`lead_id` None)."""

    type: FactType
    at: datetime
    lead_id: LeadId | None = None
    actor: str = SYSTEM
    data: Mapping[str, Any] = field(default_factory=dict)
