"""How deliveries prove their sender: a check, and its reverse for tests."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from app.config.sources import SourceBase
from app.domain.delivery import Webhook

Settings_contra = TypeVar("Settings_contra", bound=SourceBase, contravariant=True)


class CannotSign(Exception):
    """Only the provider can sign this; `str()` says what to do instead."""


@dataclass(frozen=True, slots=True)
class Proof(Generic[Settings_contra]):
    """One way to prove a sender. What `sign` makes, `check` believes."""

    check: Callable[[Webhook, Settings_contra, datetime], None]
    """Raises `BadCredentials` unless the delivery itself proves its sender."""
    sign: Callable[[Webhook, Settings_contra, datetime], Webhook]
    """The same delivery with its proof, as the sender would send it at that instant.
    Raises `CannotSign`."""
