"""Who is on call when, as an iCalendar feed says it: from its bytes to shifts.

Shared calendars and the exports of paging services differ in everything but RFC 5545, so all
of that is left to `icalendar` and `recurring_ical_events`, and what they make of one event
that is broken costs only that event. Feeds are strangers' bytes: what would take unbounded
work is left out beforehand, and `jobs.feed_reader` reads each in a process of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.errors import AppError
from app.hours.events import Window, occurrences, series_of
from app.hours.layout import laid_out
from app.hours.named_in import Member, People
from app.hours.oncall import Shift
from app.hours.recurrence import MOST_OCCURRENCES

BEHIND = timedelta(days=1)
AHEAD = timedelta(days=60)
"""For how long from now shifts are laid out."""

LARGEST = 1024 * 1024
"""The longest feed that is read, in bytes: some five thousand shifts."""

_DEEPEST = 8
_MOST_COMPONENTS = 20_000
_DATES_SAID = 5


@dataclass(eq=False)
class FeedUnreadable(AppError):
    """The feed is no calendar of anybody's shifts."""

    why: str

    def __str__(self) -> str:
        return self.why


@dataclass(frozen=True, slots=True)
class FeedRead:
    """What a feed says."""

    shifts: tuple[Shift, ...]
    """In order, none overlapping, from `BEHIND` before this day (in UTC) to `AHEAD` of it."""
    remark: str | None = None
    """Which of its events do not count, and why: counts and dates, nothing else."""
    refresh: timedelta | None = None
    """How often it wants to be asked for."""


@dataclass(slots=True)
class _Found:
    shifts: list[Shift] = field(default_factory=list)
    nameless: list[datetime] = field(default_factory=list)
    broken: int = 0

    @property
    def events(self) -> int:
        return len(self.shifts) + len(self.nameless)


def read_feed(
    feed: bytes, members: Sequence[Member], *, schedule: str, zone: ZoneInfo, now: datetime
) -> FeedRead:
    """Read a feed as a schedule of these members.

    `zone` is where days and times without a zone are meant. Raises `FeedUnreadable` for what
    is no calendar, and for one that has events of which none counts: what happened there is
    a change of names or of format, and not that nobody is on call.
    """
    calendars = _calendars(feed)
    # From midnight: what is read again within a day is the same to the last letter.
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    window = Window(today - BEHIND, today + AHEAD + timedelta(days=1), zone)
    people = People(members, schedule=schedule)
    found = _Found()
    for series in series_of(each for calendar in calendars for each in calendar.subcomponents):
        _add(series, people, window, found)
    if not found.shifts and (found.nameless or found.broken):
        raise FeedUnreadable(f"nobody can be made out of it: {_remark(found, zone)}")
    return FeedRead(
        laid_out(found.shifts, since=window.since, until=window.until),
        _remark(found, zone),
        next(filter(None, map(_refresh, calendars)), None),
    )


def _calendars(feed: bytes) -> list[Any]:
    # Only the process that reads feeds pays for the library: some 8 MB and 0.1 s.
    from icalendar import Calendar  # noqa: PLC0415 - see above

    if len(feed) > LARGEST:
        raise FeedUnreadable(f"it is longer than {LARGEST} bytes")
    text = _text(feed).strip()
    _check_shape(text)
    try:
        return list(Calendar.from_ical(text, multiple=True))
    except Exception as error:  # a stranger's bytes: whatever the library makes of them.
        raise FeedUnreadable(f"it is no iCalendar: {type(error).__name__}") from error


def _text(feed: bytes) -> str:
    if feed.startswith((b"\xff\xfe", b"\xfe\xff")):
        return feed.decode("utf-16", errors="replace")
    try:
        return feed.decode("utf-8-sig")
    except UnicodeDecodeError:
        return feed.decode("cp1252", errors="replace")


def _check_shape(text: str) -> None:
    """It is whole, and neither deep nor endless."""
    lines = text.upper().splitlines()
    if not lines or lines[0].strip() != "BEGIN:VCALENDAR":
        raise FeedUnreadable("it is no iCalendar: it does not begin with BEGIN:VCALENDAR")
    if lines[-1].strip() != "END:VCALENDAR":
        raise FeedUnreadable("it is cut off: it does not end with END:VCALENDAR")
    depth = components = 0
    for line in lines:
        if line.startswith("BEGIN:"):
            depth, components = depth + 1, components + 1
        elif line.startswith("END:"):
            depth -= 1
        if depth > _DEEPEST or components > _MOST_COMPONENTS:
            raise FeedUnreadable("it is nested too deeply, or holds too many parts")


def _add(series: list[Any], people: People, window: Window, found: _Found) -> None:
    if found.events > MOST_OCCURRENCES:
        found.broken += 1
        return
    try:
        for start, end, named in list(occurrences(series, window)):
            member = people.whom(named)
            if start >= window.until or end <= window.since:
                continue
            if member is None:
                found.nameless.append(start)
            else:
                found.shifts.append(Shift(start, end, member))
    except Exception:  # noqa: BLE001 - a stranger's event: it is counted, and costs no other.
        found.broken += 1


def _remark(found: _Found, zone: ZoneInfo) -> str | None:
    said = []
    if found.nameless:
        days = sorted({each.astimezone(zone).date().isoformat() for each in found.nameless})
        more = ", …" if len(days) > _DATES_SAID else ""
        dates = ", ".join(days[:_DATES_SAID]) + more
        said.append(f"events that name nobody of the config: {len(found.nameless)} ({dates})")
    if found.broken:
        said.append(f"events that cannot be read: {found.broken}")
    return "; ".join(said) or None


def _refresh(calendar: Any) -> timedelta | None:
    from icalendar import vDuration  # noqa: PLC0415 - see `_calendars`.

    for key in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
        if key in calendar:
            try:
                text = calendar[key].to_ical().decode()
                wanted: timedelta = vDuration.from_ical(text)  # type: ignore[no-untyped-call]
            except (ValueError, AttributeError):
                continue
            if wanted > timedelta(0):
                return wanted
    return None
