"""A config document made ready for routing: what holds for every lead is worked out once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Self

from app.config.document import Config
from app.config.people import Agent
from app.domain.lead import AgentId
from app.hours.oncall import Shift, who
from app.hours.opening import Opening

_NO_SHIFTS: Mapping[str, Sequence[Shift]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Immutable, and shared by all decisions under one version of the document."""

    config: Config
    calendars: Mapping[str, Opening]
    """Every calendar of the document, by name."""
    shifts: Mapping[str, Sequence[Shift]] = field(default_factory=dict)
    """What was read of the feeds of on-call schedules, by schedule."""
    people: Mapping[AgentId, Agent] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        config: Config,
        calendars: Mapping[str, Opening],
        shifts: Mapping[str, Sequence[Shift]] = _NO_SHIFTS,
    ) -> Self:
        return cls(config, calendars, shifts, {agent.id: agent for agent in config.agents})

    def on_call(self, schedule: str, at: datetime) -> AgentId | None:
        """Who is on call at `at`, by a schedule of the document."""
        return who(
            self.config.on_call[schedule],
            at,
            default_timezone=self.config.organization.timezone,
            shifts=self.shifts.get(schedule, ()),
        )
