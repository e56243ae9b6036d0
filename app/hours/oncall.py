"""Who is on call at an instant, by rotation and overrides, or by the shifts of a feed.

Turns and overrides are written in local wall-clock time and handed over by it: a weekly
handover on Monday at 08:00 stays at 08:00 when clocks change. A handover at a time that comes
twice happens the first time; at one that is skipped, at the first instant after the gap.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.config.people import OnCall, Override, Rotation
from app.domain.lead import AgentId
from app.hours.wallclock import begins

_CLOCKS_CHANGE_LESS = timedelta(days=1)
"""No zone has ever moved its clocks by more than this."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody is on call from `start` up to, not including, `end`: one event of a feed."""

    start: datetime
    end: datetime
    member: AgentId


def who(
    on_call: OnCall, at: datetime, *, default_timezone: str, shifts: Sequence[Shift] = ()
) -> AgentId | None:
    """The person on call at `at`, an aware instant (`ValueError` for a naive one).

    The first override that covers `at` wins, else it is the rotation's turn. Before the
    rotation starts, its first member is on call: an escalation always finds somebody. For a
    schedule kept as an iCalendar feed, `shifts` is what was read of it: of several that
    cover `at` the one of highest `precedence`, and `None` when there is none. `default_timezone` is
    the organization's, for schedules that name none.
    """
    if at.utcoffset() is None:
        raise ValueError("an instant needs a zone")
    zone = ZoneInfo(on_call.timezone or default_timezone)
    for override in on_call.overrides:
        if _covers(override, at, zone):
            return override.member
    if on_call.rotation is None:
        return _on_shift(shifts, at)
    return _whose_turn(on_call.rotation, at, zone)


def _on_shift(shifts: Sequence[Shift], at: datetime) -> AgentId | None:
    covering = [each for each in shifts if each.start <= at < each.end]
    return max(covering, key=precedence).member if covering else None


def precedence(shift: Shift) -> tuple[datetime, timedelta, str]:
    """Of shifts that overlap, the greatest of these counts: the one that began last.

    Of those that began together the shortest, for an exception is entered over the rule.
    """
    return shift.start, shift.start - shift.end, shift.member


def _covers(override: Override, at: datetime, zone: ZoneInfo) -> bool:
    return begins(override.from_, zone) <= at < begins(override.to, zone)


def _whose_turn(rotation: Rotation, at: datetime, zone: ZoneInfo) -> AgentId:
    turn = max(0, _handovers_before(rotation, at.astimezone(UTC), zone) - 1)
    return rotation.members[turn % len(rotation.members)]


def _handovers_before(rotation: Rotation, at: datetime, zone: ZoneInfo) -> int:
    """How many turns have begun by `at`, the first at `starts`; not above 0 before that."""
    since = at.astimezone(zone).replace(tzinfo=None) - rotation.starts
    # What the wall clock shows has begun. In a fold it also shows, again, times from before a
    # handover that has been: so look at the instants of the handovers shortly after, too.
    certain = since // rotation.every
    possible = (since + _CLOCKS_CHANGE_LESS) // rotation.every

    def begun_at(turn: int) -> datetime:
        return begins(rotation.starts + turn * rotation.every, zone)

    return certain + bisect_right(range(certain, possible + 1), at, key=begun_at)
