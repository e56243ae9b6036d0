"""The whole config document, checked part by part."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr

from app.config.alerts import Alerts
from app.config.calendars import Calendar
from app.config.channels import Channel, Webhook
from app.config.durations import Duration, parse_duration
from app.config.messages import AutoResponse, QuietHours, Template
from app.config.model import Model
from app.config.organization import Organization
from app.config.people import Agent, OnCall, Team
from app.config.plans import FollowUpPlan
from app.config.routing import Routing
from app.config.sla import SlaPolicy
from app.config.sources import Source
from app.config.words import Slug, refuse_bool


class RepeatInquiry(Model):
    """What happens when a known person asks again."""

    owner: Literal["keep", "reroute"] = "keep"
    window: Duration = parse_duration("180d")
    """For how long after their last inquiry a person is known."""


class Identity(Model):
    """By what two inquiries are the same person's. Relay addresses never count."""

    same_person: tuple[Literal["email", "phone", "phone_and_name"], ...] = (
        "email",
        "phone_and_name",
    )
    repeat_inquiry: RepeatInquiry = RepeatInquiry()


class Retention(Model):
    """How long personal data is kept."""

    raw_deliveries: Duration = parse_duration("90d")
    messages: Duration = parse_duration("400d")


class Config(Model):
    """Who gets which lead, by when they must answer, and what happens if they don't."""

    version: Annotated[Literal[1], BeforeValidator(refuse_bool)] = 1
    organization: Organization
    calendars: dict[Slug, Calendar] = Field(default_factory=dict)
    agents: Annotated[tuple[Agent, ...], Field(min_length=1)]
    teams: dict[Slug, Team] = Field(default_factory=dict)
    on_call: dict[Slug, OnCall] = Field(default_factory=dict)
    sources: dict[Slug, Source] = Field(default_factory=dict)
    identity: Identity = Identity()
    routing: Routing
    sla: tuple[SlaPolicy, ...] = ()
    auto_responses: tuple[AutoResponse, ...] = ()
    templates: dict[str, Template] = Field(default_factory=dict)
    follow_up_plans: tuple[FollowUpPlan, ...] = ()
    quiet_hours: QuietHours = QuietHours()
    channels: dict[Slug, Channel] = Field(default_factory=dict)
    webhooks: tuple[Webhook, ...] = ()
    retention: Retention = Retention()
    alerts: Alerts = Alerts()

    _agents: dict[str, Agent] = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: Any, /) -> None:
        """Index the people: they are looked up for every lead."""
        del context
        self._agents = {agent.id: agent for agent in self.agents}

    def agent(self, agent_id: str) -> Agent | None:
        """The agent or manager of that id."""
        return self._agents.get(agent_id)
