"""One config version, compiled: what a piece of work goes by from beginning to end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.config.condition import Features
from app.config.document import Config
from app.config.load import Checked, Off
from app.config.people import Agent
from app.domain.lead import AgentId, Inquiry, Lead
from app.hours.oncall import Shift
from app.hours.opening import Opening
from app.routing.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Immutable: a change of the config is another snapshot, never a change of this one."""

    version: int
    config: Config
    off: tuple[Off, ...]
    openings: Mapping[str, Opening]
    zone: ZoneInfo
    plan: Plan
    """The same, made ready for routing."""
    people: Mapping[str, Agent] = field(default_factory=dict)
    _external: Mapping[tuple[str, str], AgentId] = field(default_factory=dict)

    @classmethod
    def of(cls, version: int, checked: Checked) -> "Snapshot":
        config = checked.config
        default = config.organization.timezone
        openings = {
            name: Opening.of(calendar, default_timezone=default)
            for name, calendar in config.calendars.items()
        }
        return cls(
            version,
            config,
            checked.off,
            openings,
            ZoneInfo(default),
            Plan.of(config, openings),
            {agent.id: agent for agent in config.agents},
            {
                (place, external): agent.id
                for agent in config.agents
                for place, external in agent.external_ids.items()
            },
        )

    def with_shifts(self, shifts: Mapping[str, Sequence[Shift]]) -> "Snapshot":
        """The same version, once the feeds of its on-call schedules were read."""
        return replace(self, plan=Plan.of(self.config, self.openings, shifts))

    def why_off(self, section: str, name: str) -> str | None:
        """Why a source, channel or subscriber is off; `None` when it is on."""
        for each in self.off:
            if (each.section, each.name) == (section, name):
                return f"{', '.join(each.variables)} is not set"
        return None

    def day_of(self, agent: str, now: datetime) -> str:
        """The local date at an agent's desk: what "per day" means for them."""
        person = self.people.get(agent)
        calendar = None
        if person is not None and person.calendar is not None:
            calendar = self.config.calendars.get(person.calendar)
        zone = ZoneInfo(calendar.timezone) if calendar and calendar.timezone else self.zone
        return now.astimezone(zone).date().isoformat()

    def provider_agent(self, source: str, external_id: str | None) -> AgentId | None:
        """The agent of ours whom a source means by its own id, by source or by its kind."""
        if external_id is None:
            return None
        found = self._external.get((source, external_id))
        configured = self.config.sources.get(source)
        if found is None and configured is not None:
            found = self._external.get((configured.kind, external_id))
        return found

    def features(self, inquiry: Inquiry, *, now: datetime, returning: bool) -> Features:
        """What the conditions of rules, policies and greetings may ask about an inquiry."""
        local = now.astimezone(self.zone)
        configured = self.config.sources.get(inquiry.source)
        return Features(
            source=inquiry.source,
            kind=inquiry.kind,
            price=inquiry.property.price,
            zip=inquiry.property.zip,
            city=inquiry.property.city,
            state=inquiry.property.state,
            language=inquiry.language,
            campaign=inquiry.campaign.name,
            medium=inquiry.medium or (configured.medium if configured else None),
            team=configured.team if configured else None,
            returning=returning,
            provider_agent=self.provider_agent(inquiry.source, inquiry.provider_agent),
            local_minute=local.hour * 60 + local.minute,
            extra=inquiry.extra,
        )

    def features_of(self, lead: Lead, *, now: datetime) -> Features:
        """The same about a lead that is being looked at again."""
        local = now.astimezone(self.zone)
        return Features(
            status=lead.status,
            source=lead.source,
            kind=lead.kind,
            price=lead.property.get("price"),
            zip=lead.property.get("zip"),
            city=lead.property.get("city"),
            state=lead.property.get("state"),
            language=lead.language,
            campaign=lead.campaign.get("name"),
            medium=lead.medium,
            team=lead.team,
            provider_agent=self.provider_agent(lead.source, lead.provider_agent),
            local_minute=local.hour * 60 + local.minute,
            extra=lead.extra,
        )
