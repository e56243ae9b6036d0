"""Agents, managers, teams, and who is on call when."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from app.config.durations import Duration
from app.config.model import Model
from app.config.times import LocalTime
from app.config.words import Count, Email, Name, Phone, Texts, Zone, check_slug
from app.domain.lead import AgentId


class Capacity(Model):
    """How much one agent takes. `None`: no limit."""

    open: Count | None = None
    """Open leads at once."""
    per_day: Count | None = None
    """New leads a day, counted in the agent's calendar or the organization's zone."""


class Agent(Model):
    """A person who answers leads, or a manager who hears when nobody does."""

    id: Annotated[AgentId, AfterValidator(check_slug)]
    name: Name
    email: Email | None = None
    phone: Phone | None = None
    role: Literal["agent", "manager"] = "agent"
    calendar: str | None = None
    """When this person works. `None`: always."""
    weight: Count = 1
    """The share of turns, against the others of the team."""
    capacity: Capacity = Capacity()
    skills: Texts = ()
    languages: Texts = ()
    zips: Texts = ()
    """Areas served, as patterns: `342*`."""
    licences: Texts = ()
    external_ids: dict[str, str] = Field(default_factory=dict)
    """This person's id at a source, by the source's kind or name."""
    reach: tuple[str, ...] = ("push",)
    """Channels over which this person is told, best first."""


class Team(Model):
    """People who share leads, and the manager who answers for them."""

    members: Annotated[tuple[AgentId, ...], Field(min_length=1)]
    manager: AgentId | None = None


class Rotation(Model):
    """Turns of equal length, taken in order, for ever."""

    every: Duration
    starts: LocalTime
    members: Annotated[tuple[AgentId, ...], Field(min_length=1)]


class Override(Model):
    """Somebody else is on call for a while."""

    from_: LocalTime = Field(alias="from")
    to: LocalTime
    member: AgentId

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to <= self.from_:
            raise ValueError("`to` must be later than `from`")
        return self


def _feed(secret: SecretStr) -> SecretStr:
    """An address as calendars give it out: `webcal` is another word for `https`."""
    given = secret.get_secret_value().strip()
    url = f"https://{given[9:]}" if given.lower().startswith("webcal://") else given
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_one = False
    if not is_one:
        raise ValueError(
            "write the address of the feed: it begins with https://, http:// or webcal://"
        )
    return SecretStr(url)


FeedAddress = Annotated[SecretStr, AfterValidator(_feed)]
"""Whoever knows it may read the calendar: it is never shown."""


class OnCall(Model):
    """Who is on call: a rotation with overrides, or somebody's iCalendar feed."""

    timezone: Zone | None = None
    """Where local times are meant. `None`: the organization's own zone."""
    rotation: Rotation | None = None
    overrides: tuple[Override, ...] = ()
    ical: FeedAddress | None = None
    """Address of an iCalendar feed whose events name the person."""

    @model_validator(mode="after")
    def _one_way_to_know(self) -> Self:
        if (self.rotation is None) == (self.ical is None):
            raise ValueError("give either `rotation` or `ical`")
        return self
