"""What of a person is looked at for every lead, taken out of the document once."""

from typing import NamedTuple, Self

from app.config.people import Agent
from app.domain.lead import AgentId


class Member(NamedTuple):
    """A person as routing sees them.

    A plain tuple: two hundred are looked at for one lead, and reading the document's own
    records would take longer than deciding.
    """

    id: AgentId
    calendar: str | None
    """`None`: always at work."""
    open_limit: int | None
    """Open leads at once. `None`: no limit."""
    daily_limit: int | None
    """New leads a day. `None`: no limit."""
    weight: int

    @classmethod
    def of(cls, agent: Agent) -> Self:
        limit = agent.capacity
        return cls(agent.id, agent.calendar, limit.open, limit.per_day, agent.weight)
