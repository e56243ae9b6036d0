"""Which events of a calendar fall into a stretch of time: once, again and again, or instead."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from app.hours.named_in import Named
from app.hours.recurrence import MOST_OCCURRENCES, is_affordable
from app.hours.wallclock import begins

_A_DAY = timedelta(days=1)


class Window(NamedTuple):
    """From when to when events are wanted, and where days without a zone are meant."""

    since: datetime
    until: datetime
    zone: ZoneInfo


class Endless(ValueError):
    """To lay out this recurrence would take more work than any schedule is worth."""


class Occurrence(NamedTuple):
    """One event, at one time."""

    start: datetime
    end: datetime
    named: Named


def series_of(components: Iterable[Any]) -> Iterator[list[Any]]:
    """The events, those of one series together: it, and its instances that were changed."""
    together: dict[str, list[Any]] = defaultdict(list)
    for each in components:
        if each.name != "VEVENT":
            continue
        uid = str(each.get("UID") or "")
        if uid:
            together[uid].append(each)
        else:
            yield [each]
    yield from together.values()


def occurrences(series: list[Any], window: Window) -> Iterator[Occurrence]:
    # See `_calendars`.
    from icalendar import Calendar  # noqa: PLC0415
    from recurring_ical_events import of  # noqa: PLC0415

    if not any(_may_touch(each, window) for each in series):
        return
    rules = [rule for each in series for rule in _as_list(each.get("RRULE"))]
    dates = sum(len(each.dts) for event in series for each in _as_list(event.get("RDATE")))
    days = (window.until - window.since).days
    starts = [event["DTSTART"].dt for event in series if "DTSTART" in event]
    if dates > MOST_OCCURRENCES or not is_affordable(
        rules, min(map(_day, starts)), until=window.until, days=days
    ):
        raise Endless
    calendar = Calendar()
    calendar.subcomponents.extend(series)
    # A day or time without a zone may be meant half a day from where UTC has it.
    wide = (window.since - 2 * _A_DAY, window.until + 2 * _A_DAY)
    for event in of(calendar).between(*wide):
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            yield Occurrence(
                _instant(event["DTSTART"].dt, window.zone),
                _instant(event["DTEND"].dt, window.zone),
                _named(event),
            )


def _may_touch(event: Any, window: Window) -> bool:
    """Whether an event can fall into the time looked at: calendars hold years of the past."""
    if any(key in event for key in ("RRULE", "RDATE", "RECURRENCE-ID")) or "DTEND" not in event:
        return True
    start, end = _day(event["DTSTART"].dt), _day(event["DTEND"].dt)
    since, until = window.since - 2 * _A_DAY, window.until + 2 * _A_DAY
    return end >= since.date() and start <= until.date()


def _instant(value: date, zone: ZoneInfo) -> datetime:
    """Ends are read as beginnings are, so that shifts that hand over to each other touch."""
    if not isinstance(value, datetime):
        return begins(datetime.combine(value, time.min), zone)
    return begins(value, zone) if value.tzinfo is None else value.astimezone(UTC)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _named(event: Any) -> Named:
    organizer = event.get("ORGANIZER")
    return Named(
        str(event.get("SUMMARY", "")),
        [str(each) for each in _as_list(event.get("ATTENDEE")) if not _has_declined(each)],
        None if organizer is None else str(organizer),
    )


def _has_declined(attendee: Any) -> bool:
    said = getattr(attendee, "params", {}).get("PARTSTAT", "")
    return str(said).upper() == "DECLINED"


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
