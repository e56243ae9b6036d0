"""A config document made ready for routing: what holds for every lead is worked out once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Self

from app.config.document import Config
from app.domain.lead import AgentId
from app.hours.oncall import Shift, who
from app.hours.opening import Opening
from app.routing.asks import Asks
from app.routing.member import Member
from app.routing.rules import ReadyRule
from app.routing.traits import Holders

_NO_SHIFTS: Mapping[str, Sequence[Shift]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Immutable, and shared by all decisions under one version of the document."""

    config: Config
    calendars: Mapping[str, Opening]
    """Every calendar of the document, by name."""
    shifts: Mapping[str, Sequence[Shift]]
    """What was read of the feeds of on-call schedules, by schedule."""
    people: Mapping[AgentId, Member]
    teams: Mapping[str, Mapping[AgentId, Member]]
    """The members of each team, once each, in the order of the document."""
    rules: tuple[ReadyRule, ...]
    holders: Holders
    asks: Asks
    """What the rules can ask: no more is kept of a lead with its decision."""

    @classmethod
    def of(
        cls,
        config: Config,
        calendars: Mapping[str, Opening],
        shifts: Mapping[str, Sequence[Shift]] = _NO_SHIFTS,
    ) -> Self:
        people = {agent.id: Member.of(agent) for agent in config.agents}
        return cls(
            config,
            calendars,
            shifts,
            people,
            teams={
                name: {member: people[member] for member in team.members}
                for name, team in config.teams.items()
            },
            rules=tuple(ReadyRule.of(rule) for rule in config.routing.rules),
            holders=Holders.of(config.agents),
            asks=Asks.of(config.routing),
        )

    def on_call(self, schedule: str, at: datetime) -> AgentId | None:
        """Who is on call at `at`, by a schedule of the document."""
        return who(
            self.config.on_call[schedule],
            at,
            default_timezone=self.config.organization.timezone,
            shifts=self.shifts.get(schedule, ()),
        )
