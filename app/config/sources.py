"""Where leads come from: one kind of source per wire format, each with exactly its keys."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.config.model import Model
from app.config.secret import Given, Secret, Url
from app.config.words import Count, Name, Texts
from app.domain.lead import Kind

MIB = 1024 * 1024


class BasicAuth(Model):
    """User name and password that the sender must present."""

    username: Given
    password: Secret


class ConsentFields(Model):
    """Where consent is found: a field of the delivery, or `implied` by having asked."""

    sms: Name | None = None
    email: Name | None = None


class SourceBase(Model):
    """What every source may have."""

    medium: Name | None = None
    """The medium of leads that do not tell their own: `ppc`, `portal`."""
    team: str | None = None
    """The team these leads belong to, as `when: {team: …}` sees it."""
    consent: ConsentFields = ConsentFields()
    fields: dict[str, Texts] = Field(default_factory=dict)
    """Our field → the sender's names for it, first present wins."""
    max_body: Annotated[Count, Field(le=64 * MIB)] = MIB
    """The largest body taken, in bytes."""
    headers: dict[str, Given] = Field(default_factory=dict)
    """Headers that each call must carry, with their values."""

    def _needs_one_of(self, *keys: str) -> Self:
        # A key whose variable is unset counts as given: the source is off, not wrong.
        if not self.model_fields_set.intersection(keys):
            raise ValueError(f"anybody could post here: give {' or '.join(keys)}")
        return self


class ZillowTechConnect(SourceBase):
    """Zillow Premier Agent's leads, posted by Amazon SNS."""

    kind: Literal["zillow-tech-connect"]
    basic_auth: BasicAuth | None = None
    topic_arn: Given = None
    sns_signature: Literal["required", "off"] = "required"
    """`off` where a relay of ours re-posts; then `basic_auth` must prove the sender."""

    @model_validator(mode="after")
    def _is_protected(self) -> Self:
        if self.sns_signature == "off" and self.basic_auth is None:
            raise ValueError("`sns_signature: off` needs `basic_auth`")
        return self._needs_one_of("basic_auth", "topic_arn")


class ApiKeySource(SourceBase):
    """A sender that presents the key we gave it."""

    kind: Literal["realtor-com", "follow-up-boss"]
    api_key: Secret


class GoogleAds(SourceBase):
    """Google Ads lead forms; the key stands in the body."""

    kind: Literal["google-ads"]
    google_key: Secret


class MetaLeadAds(SourceBase):
    """Facebook and Instagram lead ads: ids by webhook, leads fetched with a page's token."""

    kind: Literal["meta-lead-ads"]
    app_secret: Secret
    verify_token: Secret
    access_tokens: Annotated[dict[str, Secret], Field(min_length=1)]
    """Page id → token that may read its leads."""
    graph_url: Url = "https://graph.facebook.com"


class SigningBase(SourceBase):
    """Senders that sign, or, in some of their products, only know our URL."""

    signing_secret: Secret = None
    secret: Secret = None
    access_token: Secret = None
    """Reads leads at the sender, where a delivery holds only ids."""

    @model_validator(mode="after")
    def _is_protected(self) -> Self:
        return self._needs_one_of("signing_secret", "secret")


class SigningSource(SigningBase):
    """Senders that sign and whose body is known."""

    kind: Literal[
        "typeform", "webflow", "wpforms", "linkedin", "hubspot", "real-geeks", "evocalize"
    ]


class TikTok(SigningBase):
    """TikTok lead generation; which body it sends is not publicly specified."""

    kind: Literal["tiktok"]
    mapping: dict[str, Texts] = Field(default_factory=dict)


class SignedEvents(SourceBase):
    """Partners who speak Standard Webhooks or CloudEvents."""

    kind: Literal["standard-webhooks", "cloudevents"]
    secrets: Annotated[tuple[Secret, ...], Field(min_length=1)] = ()
    """Any of these may have signed: the new one and, for a while, the old one."""
    public_keys: Annotated[tuple[Given, ...], Field(min_length=1)] = ()
    bearer: Secret = None

    @model_validator(mode="after")
    def _is_protected(self) -> Self:
        return self._needs_one_of("secrets", "public_keys", "bearer")


class MailRule(Model):
    """How one portal's mails are recognised and read."""

    name: Name
    from_: Texts = Field(default=(), alias="from")
    """Sender addresses, as patterns: `*@email.example.com`."""
    subject: Texts = ()
    medium: Name | None = None
    kind: Kind | None = None
    fields: dict[str, Texts] = Field(default_factory=dict)
    """Our field → the labels that stand before it in the mail."""

    @model_validator(mode="after")
    def _recognises_something(self) -> Self:
        if not self.from_ and not self.subject:
            raise ValueError("give `from` or `subject`, or every mail would match")
        return self


class Mailgun(SourceBase):
    """Mails received by Mailgun."""

    kind: Literal["email-mailgun"]
    signing_key: Secret
    rules: tuple[MailRule, ...] = ()


class SecretUrlSource(SourceBase):
    """Senders that cannot sign: the secret is in the path or a header."""

    secret: Secret = None
    basic_auth: BasicAuth | None = None

    @model_validator(mode="after")
    def _is_protected(self) -> Self:
        return self._needs_one_of("secret", "basic_auth")


class UnsignedSource(SecretUrlSource):
    """Senders that cannot sign and whose body is known."""

    kind: Literal[
        "zillow-rentals",
        "zillow-mortgage",
        "adf",
        "mits",
        "jotform",
        "unbounce",
        "elementor",
        "contact-form-7",
        "gravity-forms",
        "zapier",
    ]


class PostedMail(SecretUrlSource):
    """Mails received by SendGrid or Postmark, which do not sign."""

    kind: Literal["email-sendgrid", "email-postmark"]
    rules: tuple[MailRule, ...] = ()


class WebForm(SecretUrlSource):
    """A form of our own, in any encoding a browser or a plug-in sends."""

    kind: Literal["web-form"]
    honeypot: Name | None = None
    """A field that people do not see: whoever fills it in is a robot."""


class MappedSource(SecretUrlSource):
    """Senders whose body is not publicly specified: the config says where things stand."""

    kind: Literal["json", "microsoft-ads", "homes-com", "apartments-com"]
    mapping: dict[str, Texts] = Field(default_factory=dict)
    """Our field → paths into the body, such as `contact.email`; first present wins."""


Source = Annotated[
    ZillowTechConnect
    | ApiKeySource
    | GoogleAds
    | MetaLeadAds
    | SigningSource
    | TikTok
    | SignedEvents
    | Mailgun
    | PostedMail
    | UnsignedSource
    | WebForm
    | MappedSource,
    Field(discriminator="kind"),
]
