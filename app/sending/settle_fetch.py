"""When a held lead that could not be fetched this time is asked for again.

Its source being busy or away passes by itself, so it is asked for again within seconds.
A token that is wrong or missing needs a person, so the pauses grow longer. Nobody is told
by another channel here: the lead's own clocks run, and tell a manager.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.message import Message, MessageState

GIVE_UP_AFTER = timedelta(hours=36)
"""As long as the most patient of the providers goes on delivering."""

FIRST_WAIT = timedelta(milliseconds=500)
LONGEST_WAIT = timedelta(minutes=1)
FIRST_WAIT_FOR_PEOPLE = timedelta(seconds=5)
LONGEST_WAIT_FOR_PEOPLE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class NotFetched:
    """Why it did not come this time."""

    because: str
    after: timedelta | None = None
    """The least pause, as the source wants it."""
    needs_people: bool = False
    """Nothing but a change of the config, or at the source, will help."""


def put_off(message: Message, why: NotFetched, *, now: datetime, jitter: float) -> dict[str, Any]:
    """What to write down of one that is back in line. `jitter` is random, from 0 to 1."""
    return {
        "state": MessageState.PENDING,
        "next_at": min(now + (why.after or _pause(message, why, jitter)), _deadline(message)),
        "reason": why.because,
        "lease_until": None,
        "leased_by": None,
    }


def is_over(message: Message, *, now: datetime) -> bool:
    """Whether it was asked for long enough."""
    return now >= _deadline(message)


def fetched(*, now: datetime) -> dict[str, Any]:
    """What to write down of a fetch that brought the lead."""
    return {
        "state": MessageState.SENT,
        "sent_at": now,
        "reason": None,
        "next_at": None,
        "lease_until": None,
    }


def given_up(because: str) -> dict[str, Any]:
    """What to write down of one that will not come: from here on it is people's affair."""
    return {
        "state": MessageState.FAILED,
        "reason": because,
        "next_at": None,
        "lease_until": None,
    }


def _deadline(message: Message) -> datetime:
    return message.deadline_at or message.created_at + GIVE_UP_AFTER


def _pause(message: Message, why: NotFetched, jitter: float) -> timedelta:
    """Doubling, and spread out so that many held leads do not ask all at once."""
    doublings = 1 << min(max(message.attempts - 1, 0), 16)
    if why.needs_people:
        ceiling = min(FIRST_WAIT_FOR_PEOPLE * doublings, LONGEST_WAIT_FOR_PEOPLE)
        return ceiling * (1 + jitter) / 2
    return max(FIRST_WAIT / 5, jitter * min(FIRST_WAIT * doublings, LONGEST_WAIT))
