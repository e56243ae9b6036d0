"""What a kind of source is: how its deliveries prove themselves, and what they say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from app.config.sources import SourceBase
from app.domain.delivery import Reading, Webhook
from app.domain.errors import BadCredentials
from app.sources import credentials

Settings = TypeVar("Settings", bound=SourceBase)
"""The part of the config that belongs to one source, with the keys of its kind."""


@dataclass(frozen=True, slots=True)
class SourceKind(Generic[Settings]):
    """One wire format. Pure: the same delivery always reads the same."""

    kind: str
    check: Callable[[Webhook, Settings], None]
    """Raises `BadCredentials` unless the delivery itself proves its sender."""
    parse: Callable[[Webhook, Settings, datetime], Reading]
    """Reads an authentic delivery, or raises `Unreadable`."""
    certificate_url: Callable[[Webhook, Settings], str | None] | None = None
    """Where the signer's certificate is, if a signature is to be checked."""
    check_signature: Callable[[Webhook, Settings, datetime, Mapping[str, bytes]], None] | None = (
        None
    )
    """Raises `BadCredentials` unless one of the certificates vouches for the delivery."""
    refuse: Callable[[BadCredentials], Mapping[str, Any]] | None = None

    def needs(self, webhook: Webhook, settings: Settings) -> str | None:
        """The URL of a certificate that `authenticate` will ask for; safe to fetch.

        `None` if there is none to fetch, also for a delivery that will be refused.
        """
        if self.certificate_url is None:
            return None
        try:
            # Strangers must not make us fetch anything, not even from Amazon.
            self._check(webhook, settings)
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
        self._check(webhook, settings)
        if self.check_signature is not None:
            self.check_signature(webhook, settings, now, certificates)

    def read(self, webhook: Webhook, settings: Settings, *, now: datetime) -> Reading:
        """What an authentic delivery says. Raises `Unreadable`, quoting nothing of it."""
        return self.parse(webhook, settings, now)

    def refusal(self, error: BadCredentials) -> Mapping[str, Any]:
        """Members that this provider expects in a 401's body, beside ours."""
        return self.refuse(error) if self.refuse else {}

    def _check(self, webhook: Webhook, settings: Settings) -> None:
        credentials.check_headers(webhook, settings.headers)
        self.check(webhook, settings)
