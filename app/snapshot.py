"""One config version, compiled: what a piece of work goes by from beginning to end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.config.condition import Features
from app.config.document import Config
from app.config.load import Checked, Off
from app.config.people import Agent
from app.config.testing import read_number
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
        if not shifts and not self.plan.shifts:
            return self
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
        home, campaign = inquiry.property, inquiry.campaign
        return Features(
            source=inquiry.source,
            kind=inquiry.kind,
            price=home.price,
            zip=home.zip,
            city=home.city,
            state=home.state,
            language=inquiry.language,
            campaign=campaign.name,
            medium=inquiry.medium or (configured.medium if configured else None),
            team=configured.team if configured else None,
            returning=returning,
            provider_agent=self.provider_agent(inquiry.source, inquiry.provider_agent),
            local_minute=local.hour * 60 + local.minute,
            score=_score(inquiry.extra),
            extra=inquiry.extra,
            campaign_source=campaign.source,
            campaign_medium=campaign.medium,
            address=home.address,
            mls=home.mls,
            email=inquiry.email is not None,
            phone=_can_be_dialled(inquiry.phone, inquiry.extra),
            phone_type=inquiry.extra.get("phone_type"),
            consent_sms=inquiry.consent.sms,
            consent_email=inquiry.consent.email,
            weekday=local.weekday(),
        )

    def features_of(self, lead: Lead, *, now: datetime) -> Features:
        """The same about a lead that is being looked at again."""
        local = now.astimezone(self.zone)
        configured = self.config.sources.get(lead.source)
        home, campaign = lead.property, lead.campaign
        return Features(
            status=lead.status,
            source=lead.source,
            kind=lead.kind,
            price=home.get("price"),
            zip=home.get("zip"),
            city=home.get("city"),
            state=home.get("state"),
            language=lead.language,
            campaign=campaign.get("name"),
            medium=lead.medium,
            # The source's, as when it came: not the team that its lead went to since.
            team=configured.team if configured else None,
            # Whoever asked again since they first did was known by then.
            returning=lead.received_at < lead.last_inquiry_at <= now,
            provider_agent=self.provider_agent(lead.source, lead.provider_agent),
            local_minute=local.hour * 60 + local.minute,
            score=_score(lead.extra),
            extra=lead.extra,
            campaign_source=campaign.get("source"),
            campaign_medium=campaign.get("medium"),
            address=home.get("address"),
            mls=home.get("mls"),
            email=lead.email is not None,
            phone=_can_be_dialled(lead.phone, lead.extra),
            phone_type=lead.extra.get("phone_type"),
            consent_sms=lead.consent.get("sms"),
            consent_email=lead.consent.get("email"),
            weekday=local.weekday(),
        )


def _can_be_dialled(phone: str | None, extra: Mapping[str, Any]) -> bool:
    return phone is not None and "phone_invalid" not in extra


def _score(extra: Mapping[str, Any]) -> int | None:
    """How promising the source says a lead is, where it says so in a number."""
    said = extra.get("score", extra.get("lead_score"))
    number = None if said is None else read_number(said)
    return None if number is None else round(number)
