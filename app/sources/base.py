"""What a kind of source is: how its deliveries prove themselves, and what they say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from app.config.sources import SourceBase
from app.domain.delivery import DeliveryStatus, Greeting, Held, Reading, Webhook
from app.domain.errors import BadCredentials
from app.domain.lead import Inquiry
from app.sources.proofs import credentials
from app.sources.proofs.proof import Proof

Settings = TypeVar("Settings", bound=SourceBase)
"""The part of the config that belongs to one source, with the keys of its kind."""

TEST_HEADER = "x-lead-router-test"
"""On an authentic delivery of any kind: this is a test. `lead-router send-test` sets it."""


@dataclass(frozen=True, slots=True)
class About:
    """What somebody must know who sets such a source up: `lead-router sources show`."""

    title: str
    """Whose leads these are, as people call it: `Google Ads lead forms`."""
    format: str
    """What arrives, in a sentence."""
    proof: str
    """How a delivery proves its sender, in a sentence."""
    setup: str
    """What to type where at the provider. `{url}` stands for the address to deliver to."""
    config: str
    """An entry for the config, as YAML. Secrets are `${VARIABLES}`."""
    reference: str | None = None
    """The vendor's own page. `None`: the vendor publishes none, and the format is known
    from what others have seen; then it must be possible to override it in the config."""


@dataclass(frozen=True, slots=True)
class Question:
    """One GET, by which a held lead is fetched."""

    url: str
    headers: Mapping[str, str]


class CannotAsk(Exception):
    """There is no way to fetch a held lead as the config is; `str()` says what to do."""


class Gone(Exception):
    """The provider has no such lead, or no longer: fetching again is of no use."""


@dataclass(frozen=True, slots=True)
class Fetching(Generic[Settings]):
    """How what a delivery left out is asked for. Pure: the network is somebody else's."""

    ask: Callable[[Held, Settings], Question]
    """Raises `CannotAsk`."""
    read: Callable[[Held, bytes, Webhook, Settings, datetime], Inquiry]
    """Reads the body of a 200. `webhook` is the delivery that held it. Raises `Unreadable`."""
    is_gone: Callable[[int, bytes], bool] = lambda status, body: status in {404, 410}  # noqa: ARG005
    """Whether an answer that is no 2xx means that the lead does not exist."""


@dataclass(frozen=True, slots=True)
class SourceKind(Generic[Settings]):
    """One wire format. Pure: the same delivery always reads the same."""

    kind: str
    about: About
    proof: Proof[Settings]
    parse: Callable[[Webhook, Settings, datetime], Reading]
    """Reads an authentic delivery, or raises `Unreadable`."""
    greet: Callable[[Webhook, Settings], Greeting] | None = None
    """Answers a GET or OPTIONS by which the provider makes sure of us, or raises
    `BadCredentials`. `None`: this kind knows no handshake."""
    fetching: Fetching[Settings] | None = None
    """For kinds whose deliveries hold only ids."""
    http_status: Callable[[DeliveryStatus, int], int] | None = None
    """The status of our answer, for senders to whom a 200 is not the only success, by what
    became of the delivery and how many leads it had."""
    certificate_url: Callable[[Webhook, Settings], str | None] | None = None
    """Where the signer's certificate is, if a signature is to be checked."""
    check_signature: Callable[[Webhook, Settings, datetime, Mapping[str, bytes]], None] | None = (
        None
    )
    """Raises `BadCredentials` unless one of the certificates vouches for the delivery."""
    refuse: Callable[[BadCredentials], Mapping[str, Any]] | None = None
    reply_to_unread: Callable[[], Mapping[str, Any]] | None = None
    """Members that this provider wants in our answer to a delivery that was kept unread."""

    def needs(self, webhook: Webhook, settings: Settings, *, now: datetime) -> str | None:
        """The URL of a certificate that `authenticate` will ask for; safe to fetch.

        `None` if there is none to fetch, also for a delivery that will be refused.
        """
        if self.certificate_url is None:
            return None
        try:
            # Strangers must not make us fetch anything, not even from Amazon.
            self._check(webhook, settings, now)
        except BadCredentials:
            return None
        return self.certificate_url(webhook, settings)

    def authenticate(
        self,
        webhook: Webhook,
        settings: Settings,
        *,
        now: datetime,
        certificates: Mapping[str, bytes],
    ) -> None:
        """Raise `BadCredentials` unless the delivery comes from whom it should.

        `certificates` are the PEM files at hand, by URL.
        """
        self._check(webhook, settings, now)
        if self.check_signature is not None:
            self.check_signature(webhook, settings, now, certificates)

    def sign(self, webhook: Webhook, settings: Settings, *, now: datetime) -> Webhook:
        """The delivery as its sender would send it now: with all that proves the sender.

        Raises `CannotSign` where only the provider can.
        """
        required = {name.lower(): value for name, value in settings.headers.items() if value}
        return self.proof.sign(
            replace(webhook, headers={**webhook.headers, **required}), settings, now
        )

    def read(self, webhook: Webhook, settings: Settings, *, now: datetime) -> Reading:
        """What an authentic delivery says. Raises `Unreadable`, quoting nothing of it."""
        reading = self.parse(webhook, settings, now)
        return _as_test(reading) if webhook.headers.get(TEST_HEADER) else reading

    def refusal(self, error: BadCredentials) -> Mapping[str, Any]:
        """Members that this provider expects in a 401's body, beside ours."""
        return self.refuse(error) if self.refuse else {}

    def _check(self, webhook: Webhook, settings: Settings, now: datetime) -> None:
        credentials.check_headers(webhook, settings.headers)
        self.proof.check(webhook, settings, now)


def _as_test(reading: Reading) -> Reading:
    """A test's id must not make a real lead of that id a repeat."""
    return replace(
        reading,
        inquiries=tuple(
            replace(each, is_test=True, dedupe_key=f"test#{each.dedupe_key}"[:200])
            for each in reading.inquiries
        ),
        held=tuple(
            replace(each, is_test=True, dedupe_key=f"test#{each.dedupe_key}"[:200])
            for each in reading.held
        ),
        withdrawn=tuple(f"test#{each}"[:200] for each in reading.withdrawn),
    )
