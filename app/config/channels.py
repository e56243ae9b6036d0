"""Over what people are told: one kind of channel per service, and our event subscribers."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from app.config.model import Model
from app.config.secret import Given, Secret, Url
from app.config.words import Name

SLOTS = ("email", "sms", "voice", "push")
"""Channels that always exist: one that is not configured is a sandbox."""

_FAMILIES = ("lead", "sla", "escalation", "message", "intake", "config", "agent")


class Smtp(Model):
    """E-mail through one server: `smtps://user:password@host:465`."""

    kind: Literal["smtp"]
    url: Secret
    from_: Given = Field(alias="from")


class Twilio(Model):
    """Text messages or calls."""

    kind: Literal["twilio"]
    account_sid: Given
    auth_token: Secret
    from_: Given = Field(alias="from")
    base_url: Url = "https://api.twilio.com"


class Ntfy(Model):
    """Push through an ntfy server; each agent subscribes to a topic."""

    kind: Literal["ntfy"]
    url: Url
    topic: Given = "leads-{agent}"
    token: Secret = None


class WebPush(Model):
    """Push to browsers (RFC 8030) with our VAPID key."""

    kind: Literal["web-push"]
    private_key: Secret
    subject: Given
    """`mailto:` or `https:` address by which push services reach us."""


class Slack(Model):
    """An incoming webhook, or a bot's token and a channel."""

    kind: Literal["slack"]
    url: Secret = None
    token: Secret = None
    channel: Given = None

    @model_validator(mode="after")
    def _has_a_way_in(self) -> Self:
        if "url" not in self.model_fields_set and not {"token", "channel"} <= self.model_fields_set:
            raise ValueError("give `url`, or `token` and `channel`")
        return self


class Teams(Model):
    """A Microsoft Teams workflow's webhook."""

    kind: Literal["teams"]
    url: Secret


class PagerDuty(Model):
    """PagerDuty Events API v2."""

    kind: Literal["pagerduty"]
    routing_key: Secret
    url: Url = "https://events.pagerduty.com"


class Apprise(Model):
    """Any service that Apprise knows, by its URLs."""

    kind: Literal["apprise"]
    urls: Annotated[tuple[Secret, ...], Field(min_length=1)]


class Sandbox(Model):
    """Keeps messages where the board shows them, and sends nothing."""

    kind: Literal["sandbox"]


Channel = Annotated[
    Smtp | Twilio | Ntfy | WebPush | Slack | Teams | PagerDuty | Apprise | Sandbox,
    Field(discriminator="kind"),
]


def _event_pattern(pattern: str) -> str:
    family, dot, rest = pattern.partition(".")
    if pattern != "*" and (family not in _FAMILIES or not dot or not rest):
        raise ValueError(
            f"no event is called that: write *, lead.*, or one such as lead.assigned; "
            f"events begin with {', '.join(_FAMILIES)}"
        )
    return pattern


class Webhook(Model):
    """A subscriber to our events, told by Standard Webhooks."""

    name: Name
    url: Url
    secret: Secret
    events: Annotated[
        tuple[Annotated[str, AfterValidator(_event_pattern)], ...], Field(min_length=1)
    ] = ("*",)
