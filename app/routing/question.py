"""What is asked of routing: everything about one lead that a decision may depend on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.config.condition import Features
from app.domain.lead import AgentId


@dataclass(frozen=True, slots=True)
class Question:
    """Who gets this lead? Beside it, only the plan and the roster are looked at."""

    features: Features
    now: datetime
    returning_owner: AgentId | None = None
    """A known person asks again: who they stay with, if the document says so."""
    former_owner: AgentId | None = None
    """Whose the person was when they last asked, however long ago: for `sticky`."""
    excluded: Mapping[AgentId, str] = field(default_factory=dict)
    """Who must not get this lead (again), each with the code: `lost_this_lead:declined`."""
    holder: AgentId | None = None
    """Whose it is, and stays if nobody else can take it: they must be excluded as well."""
    lapsed: bool = False
    """It was offered to all at once, and nobody claimed it: now it is given out."""
