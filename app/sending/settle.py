"""An attempt has ended: what becomes of the message? One pure answer from a typed outcome.

The one question that has no right answer is what to do when a send may or may not have
been accepted. To people inside, a second alarm is better than none: another channel rings
at once, and this one is tried again. To the person who asked, a second greeting is worse
than none: it is never sent blindly again, and stays `unknown` until somebody can tell.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, assert_never

from app.domain.facts import FactType
from app.domain.message import Message, MessageKind, MessageState
from app.domain.outcome import Accepted, GiveUp, Outcome, TryAgain, Unknown, Withheld

FIRST_WAIT = timedelta(milliseconds=500)
LONGEST_WAIT = {True: timedelta(minutes=5), False: timedelta(seconds=30)}
"""The cap of the back-off, for messages to leads and for messages to people inside."""

LOOK_UP_AFTER = timedelta(seconds=2)
"""A provider needs a moment until a message it took can be found."""

LOOK_UP_AGAIN_AFTER = timedelta(seconds=15)
GIVE_UP_LOOKING_AFTER = timedelta(seconds=30)
MOST_CRASHES = 5
"""A message that took five workers down with it is poison."""

MOST_SENDS_IN_DOUBT = 3
"""An alarm of which nobody knows whether it arrived is sent so often, and then given up:
a provider that takes each one and never says so would ring a person all day."""

ALARM_IS_STALE_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to write into the message's row, and what follows from it."""

    values: dict[str, Any] = field(default_factory=dict)
    fact: FactType | None = None
    next_channel: bool = False
    """Tell the same person the same thing over the next of their channels, now."""


def settle(
    message: Message, outcome: Outcome, *, now: datetime, jitter: float, sandbox: bool = False
) -> Settlement:
    """Decide after an attempt. `jitter` is a random number from 0 to 1."""
    match outcome:
        case Accepted(provider_id):
            return _sent(message, provider_id, now, sandbox=sandbox)
        case TryAgain(because, after):
            return _try_again(message, because, after, now, jitter)
        case GiveUp(because):
            return _failed(message, because)
        case Unknown(because):
            return _unknown(message, because, now)
        case Withheld():
            return Settlement()
    assert_never(outcome)


def settle_unknown(
    message: Message, found: Accepted | GiveUp | None, *, keyed: bool, now: datetime
) -> Settlement:
    """Decide after looking up what became of a send whose answer never came.

    `keyed`: the provider shows a repetition under the same key only once.
    """
    if isinstance(found, Accepted):
        return _sent(message, found.provider_id, now, sandbox=False)
    waited = now - (message.sending_at or message.created_at)
    may_repeat = isinstance(found, GiveUp) or (keyed and _is_alarm(message))
    if not may_repeat and waited < GIVE_UP_LOOKING_AFTER:
        return Settlement({"next_at": now + LOOK_UP_AGAIN_AFTER})
    if _is_alarm(message):
        because = "nobody can tell whether it arrived"
        if message.attempts >= MOST_SENDS_IN_DOUBT:
            return _failed(message, because)
        return _try_again(message, because, None, now, jitter=1)
    if may_repeat:
        return _try_again(message, "not known to the provider", None, now, jitter=1)
    # The person may have heard us already: the row says so, for people to judge.
    return Settlement({"next_at": None})


def poisoned(message: Message) -> Settlement | None:
    """A message that keeps killing its workers is taken out, before it kills another."""
    if message.crashes < MOST_CRASHES:
        return None
    return _failed(message, f"{message.crashes} workers vanished while they had it")


def _is_alarm(message: Message) -> bool:
    return not message.kind.is_to_lead


def _sent(message: Message, provider_id: str, now: datetime, *, sandbox: bool) -> Settlement:
    values = {
        "state": MessageState.SENT,
        "sent_at": now,
        "provider_id": provider_id,
        "is_sandbox": sandbox,
        "reason": "kept in the sandbox: this channel is not set up" if sandbox else None,
        "next_at": None,
        "lease_until": None,
    }
    is_escalation = message.kind is MessageKind.ESCALATION
    return Settlement(values, FactType.ESCALATION_SENT if is_escalation else FactType.MESSAGE_SENT)


def _try_again(
    message: Message, because: str, after: timedelta | None, now: datetime, jitter: float
) -> Settlement:
    next_at = now + (after or _back_off(message, jitter))
    deadline = message.deadline_at or message.created_at + ALARM_IS_STALE_AFTER
    if next_at >= deadline:
        return _failed(message, f"{because}; its time is over")
    values = _back_in_line(next_at, because)
    # One refusal may be a hiccup. At the second, somebody is told another way.
    return Settlement(values, next_channel=_is_alarm(message) and message.attempts >= 2)


def _back_off(message: Message, jitter: float) -> timedelta:
    """Full jitter: anything up to twice the last ceiling, so that retries spread out."""
    ceiling = FIRST_WAIT * (1 << min(max(message.attempts - 1, 0), 16))
    return max(FIRST_WAIT / 5, jitter * min(ceiling, LONGEST_WAIT[message.kind.is_to_lead]))


def _back_in_line(next_at: datetime, reason: str) -> dict[str, Any]:
    return {
        "state": MessageState.PENDING,
        "next_at": next_at,
        "reason": reason,
        "lease_until": None,
        "leased_by": None,
    }


def _failed(message: Message, because: str) -> Settlement:
    values = {
        "state": MessageState.FAILED,
        "reason": because,
        "next_at": None,
        "lease_until": None,
    }
    return Settlement(values, FactType.MESSAGE_FAILED, next_channel=_is_alarm(message))


def _unknown(message: Message, because: str, now: datetime) -> Settlement:
    values = {
        "state": MessageState.UNKNOWN,
        "reason": because,
        "next_at": now + LOOK_UP_AFTER,
        "lease_until": None,
    }
    return Settlement(values, FactType.MESSAGE_UNKNOWN, next_channel=_is_alarm(message))
