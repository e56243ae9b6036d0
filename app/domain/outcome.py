"""What came of one attempt to send: the five answers a channel can give."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it. Only with an id of theirs does a send count as accepted."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Certainly not accepted; worth another try, not before `after` where it says so."""

    because: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Certainly not accepted, and never will be."""

    because: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request had left when the answer failed to come: accepted, or not."""

    because: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """Our own gate closed at the last moment: nothing was sent."""


Outcome = Accepted | TryAgain | GiveUp | Unknown | Withheld
