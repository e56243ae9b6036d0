"""One SLA clock: a step of a policy, counting for one lead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.lead import LeadId


@dataclass(frozen=True, slots=True)
class SlaClock:
    """What is stored of a clock.

    `state` is what was last written, not what is true now: ask `app.sla.state` for that.
    """

    id: UUID
    lead_id: LeadId
    epoch: int
    position: int
    step: str
    action: str
    """`remind` or `escalate`."""
    policy: str
    config_version: int
    state: str
    started_at: datetime
    due_at: datetime
    fired_at: datetime | None
    responded_at: datetime | None
    stopped_by: Mapping[str, Any] | None
