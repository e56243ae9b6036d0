"""How a clock stands at an instant, whatever any background loop has written down yet."""

from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil


class ClockState(StrEnum):
    """The five answers of the contract."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


_SET_BY_HAND = frozenset({ClockState.PAUSED, ClockState.CANCELLED})
"""States that no passing of time brings about or ends."""


def state_at(
    stored: ClockState, due_at: datetime, stopped_at: datetime | None, now: datetime
) -> ClockState:
    """The state a clock is in at `now`.

    `stored` is what the row says, which may lag behind; `stopped_at` is the instant of the
    evidence. A deadline met exactly is a deadline missed: late begins *at* `due_at`.
    """
    if stored in _SET_BY_HAND:
        return stored
    if stopped_at is not None:
        return ClockState.MET if stopped_at < due_at else ClockState.BREACHED
    # Without evidence the row can only be behind, never ahead: a final state stands.
    if stored is ClockState.RUNNING and now >= due_at:
        return ClockState.BREACHED
    return stored


def at_risk(started_at: datetime, due_at: datetime, now: datetime) -> bool:
    """Whether a clock that nobody stopped has a fifth or less of its time left, but some."""
    left = due_at - now
    return timedelta(0) < left and left * 5 <= due_at - started_at


def remaining_seconds(due_at: datetime, now: datetime) -> int:
    """Whole seconds left, rounded up: 0 exactly when the clock is due, and never below."""
    return max(0, ceil((due_at - now).total_seconds()))
