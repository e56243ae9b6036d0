"""Times of day and of the week, as minutes: `08:00`, `08:00-12:30`, `mon-fri`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

DAY = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a day in minutes since midnight: from `start`, up to but not including `end`.

    A span that crosses midnight ends after 1440: `18:00-02:00` is 1080 to 1560.
    """

    start: int
    end: int

    def __contains__(self, minute: int) -> bool:
        return self.start <= minute < self.end or self.start <= minute + DAY < self.end


def parse_minute(value: object) -> int:
    """Read `HH:MM` as minutes since midnight; `24:00` is the end of the day."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= DAY:
        return value
    text = value if isinstance(value, str) else ""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(minutes) == 2 and len(hours) in (1, 2) and (hours + minutes).isdecimal()):
        raise ValueError('write a time of day as "08:30", in quotes')
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > DAY:
        raise ValueError("a day has 24 hours of 60 minutes")
    return minute


def parse_span(value: object) -> Span:
    """Read `08:00-12:30`. An end at or before the start is on the next day."""
    if isinstance(value, Span):
        return value
    start_text, dash, end_text = value.partition("-") if isinstance(value, str) else ("", "", "")
    if not dash:
        raise ValueError('write hours as "08:00-12:30", in quotes')
    start, end = parse_minute(start_text.strip()), parse_minute(end_text.strip())
    if start in {end, DAY}:
        raise ValueError('these hours are empty; the whole day is "00:00-24:00"')
    return Span(start, end if end > start else end + DAY)


def parse_weekday(value: object) -> int:
    """Read `mon` as 0 … `sun` as 6."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 7:
        return value
    if not isinstance(value, str) or value.strip().lower() not in WEEKDAYS:
        raise ValueError(f"weekdays are {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(value.strip().lower())


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Read `mon-fri`, `sat` or `mon,wed` as weekdays; `fri-mon` goes around the week's end."""
    days: list[int] = []
    for part in text.split(","):
        first_text, dash, last_text = part.partition("-")
        first = parse_weekday(first_text)
        last = parse_weekday(last_text) if dash else first
        days += [day % 7 for day in range(first, (last if last >= first else last + 7) + 1)]
    return tuple(days)


def format_minute(minute: int) -> str:
    """Write minutes since midnight as `HH:MM`; minutes of the next day wrap."""
    if minute > DAY:
        minute -= DAY
    return f"{minute // 60:02}:{minute % 60:02}"


def format_span(span: Span) -> str:
    return f"{format_minute(span.start)}-{format_minute(span.end)}"


def _naive(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("write local time without an offset: the zone is given by `timezone`")
    return moment


Minute = Annotated[int, BeforeValidator(parse_minute)]
Hours = Annotated[Span, BeforeValidator(parse_span)]
Weekday = Annotated[int, BeforeValidator(parse_weekday)]
LocalTime = Annotated[datetime, AfterValidator(_naive)]
"""A wall-clock time without a zone; the calendar or rotation around it says which."""
