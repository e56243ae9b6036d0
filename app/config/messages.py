"""What leads are told at once: templates, and the greetings that use them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.config.condition import Condition
from app.config.durations import Duration, parse_duration
from app.config.model import Model
from app.config.times import Hours, parse_span
from app.config.words import Name

LeadChannel = Literal["sms", "email"]


class Template(Model):
    """A Jinja text; e-mails have a subject. A plain text in the file is a body."""

    subject: str | None = None
    body: str

    @model_validator(mode="before")
    @classmethod
    def _read_text(cls, value: object) -> object:
        return {"body": value} if isinstance(value, str) else value


class AfterHours(Model):
    """Other templates while a calendar is closed."""

    calendar: str
    templates: dict[LeadChannel, str] = Field(default_factory=dict)


class AutoResponse(Model):
    """A greeting: each channel once, text messages only with consent."""

    name: Name
    when: Condition = Condition()
    send: Annotated[tuple[LeadChannel, ...], Field(min_length=1)]
    within: Duration = parse_duration("1m")
    """Sent later than this after the inquiry, the greeting apologises for the wait."""
    templates: dict[LeadChannel, str]
    after_hours: AfterHours | None = None

    @model_validator(mode="after")
    def _has_templates(self) -> Self:
        for channel in self.send:
            if channel not in self.templates:
                raise ValueError(f"`send` names {channel}, but `templates` has none for it")
        return self


class QuietHours(Model):
    """The hours of the day in which leads may be called or texted."""

    sms: Hours = parse_span("08:00-21:00")
    voice: Hours = parse_span("08:00-21:00")
    zone: Literal["lead", "organization"] = "lead"
    """Whose clock counts. `lead`: where the person is, by their address and number."""
    states: dict[str, Hours] = Field(default_factory=dict)
    """Narrower hours where a state's law has them; the intersection counts."""
