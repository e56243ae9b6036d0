"""All that one routing decision looks at: the lead, the document, the people, the instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.config.condition import Features
from app.config.document import Config
from app.config.people import Agent
from app.domain.lead import AgentId
from app.hours.opening import Opening
from app.routing.roster import Roster


@dataclass(frozen=True, slots=True)
class Situation:
    """Read, never changed, while one lead is routed."""

    features: Features
    config: Config
    roster: Roster
    calendars: Mapping[str, Opening]
    now: datetime
    excluded: Mapping[AgentId, str]
    """Who must not get this lead (again), each with the reason code."""
    people: Mapping[AgentId, Agent]
    _open: dict[str, bool] = field(default_factory=dict)

    def is_on_shift(self, agent: Agent) -> bool:
        """Whether the agent's hours include now. Without a calendar, always.

        Teams share calendars, so each is asked once per lead.
        """
        name = agent.calendar
        if name is None:
            return True
        if name not in self._open:
            self._open[name] = self.calendars[name].is_open(self.now)
        return self._open[name]
