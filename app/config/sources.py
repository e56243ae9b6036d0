"""Where leads come from: one kind of source per wire format, each with exactly its keys."""

from datetime import timedelta
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from app.config.durations import Duration
from app.config.inquiry_fields import EACH, MappedField, OurField
from app.config.model import Model
from app.config.paths import Paths
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
    fields: dict[OurField, Texts] = Field(default_factory=dict)
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
    """Ends in the version of the Graph API, if the app's own default will not do: `/v25.0`."""
    ad_details: bool = True
    """Whether to ask for ad and campaign, too. `off` where a token lacks `ads_management`:
    Meta then refuses the whole lead."""


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

    kind: Literal["real-geeks", "evocalize"]


class LinkedIn(SigningBase):
    """LinkedIn lead forms: ids by webhook, leads fetched with `access_token`."""

    kind: Literal["linkedin"]
    api_url: Url = "https://api.linkedin.com"
    api_version: Annotated[str, Field(pattern=r"^20[0-9]{4}$")] = "202609"
    """Year and month of LinkedIn's API. LinkedIn ends each version about a year later."""


class HubSpot(SigningBase):
    """HubSpot: events with ids by webhook, or whole contacts and forms."""

    kind: Literal["hubspot"]
    api_url: Url = "https://api.hubapi.com"


class Mapped(SourceBase):
    """Senders whose body is not publicly specified: the config says where things stand.

    A path is JSONPath (RFC 9535), and `$.` may be left out: `contact.email`, `..email`,
    `items[0].name`, `items[*].name`, `['odd key']`, and for lists of names and values
    `answers[?@.name=='email'].value`. Of several paths the first that names something
    counts. Where one path names several texts, they are joined by commas, but of e-mails,
    phones, ids and the like the first counts. What no path takes is guessed at, or kept.

    `each` is the path to a list of leads, if a body may hold several; the other paths then
    begin at one lead. A body that is itself a list needs no `each`.
    """

    mapping: dict[MappedField, Paths] = Field(default_factory=dict)
    """Our field → paths into the body."""

    @model_validator(mode="after")
    def _maps_a_field(self) -> Self:
        if self.mapping.keys() == {EACH}:
            raise ValueError("`mapping` says where the leads are, and nothing of what they say")
        return self


class TikTok(SigningBase, Mapped):
    """TikTok lead generation, direct or by way of an aggregator."""

    kind: Literal["tiktok"]


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
    fields: dict[OurField, Texts] = Field(default_factory=dict)
    """Our field → the labels that stand before it in the mail."""
    ignore: bool = False
    """Such mails are no leads: they are stored, and nothing else happens."""

    @model_validator(mode="after")
    def _recognises_something(self) -> Self:
        if not self.from_ and not self.subject:
            raise ValueError("give `from` or `subject`, or every mail would match")
        return self


class Mailgun(SourceBase):
    """Mails received by Mailgun."""

    kind: Literal["email-mailgun"]
    signing_key: Secret
    max_age: Duration = timedelta(minutes=5)
    """How old a signature may be. Each is good for one delivery only, for 24 hours."""
    rules: tuple[MailRule, ...] = ()

    @model_validator(mode="after")
    def _is_remembered_for_as_long(self) -> Self:
        if self.max_age > timedelta(hours=24):
            raise ValueError("`max_age` is 24h at most: that long a token cannot be used again")
        return self


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
        "rechat",
        "zapier",
    ]


class PostedMail(SecretUrlSource):
    """Mails received by SendGrid or Postmark, which do not sign."""

    kind: Literal["email-sendgrid", "email-postmark"]
    rules: tuple[MailRule, ...] = ()


class FillTime(Model):
    """How long a person needs at least to fill the form in. Robots are faster."""

    field: Name
    """A hidden field with the instant at which the form was shown, or the seconds since."""
    at_least: Duration = timedelta(seconds=3)


class FormGuards(SourceBase):
    """Forms that robots find. What they send is kept, marked as spam, and never routed."""

    honeypot: Name | None = None
    """A field that people do not see: whoever fills it in is a robot."""
    fill_time: FillTime | None = None


class PostedForm(SecretUrlSource, FormGuards):
    """A form whose sender cannot sign: our own in any encoding, or that of a form builder."""

    kind: Literal["web-form", "jotform", "unbounce", "elementor", "contact-form-7", "gravity-forms"]


class SigningForm(SigningBase, FormGuards):
    """A form builder that signs, or, in some of its products, only knows our URL."""

    kind: Literal["typeform", "webflow", "wpforms"]


class MappedSource(SecretUrlSource, Mapped):
    """Senders who neither sign nor say in public what they send."""

    kind: Literal["json", "microsoft-ads", "homes-com", "apartments-com"]


Source = Annotated[
    ZillowTechConnect
    | ApiKeySource
    | GoogleAds
    | MetaLeadAds
    | SigningSource
    | LinkedIn
    | HubSpot
    | TikTok
    | SignedEvents
    | Mailgun
    | PostedMail
    | UnsignedSource
    | PostedForm
    | SigningForm
    | MappedSource,
    Field(discriminator="kind"),
]


KINDS: tuple[str, ...] = tuple(
    kind
    for model in get_args(get_args(Source)[0])
    for kind in get_args(model.model_fields["kind"].annotation)
)
"""Every kind of source. Each is read by the file of its name in `app.sources.kinds`."""
