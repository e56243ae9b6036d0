"""How much work would it be to lay out a recurrence? Asked before it is done.

`FREQ=SECONDLY` from the year 1 is a line of 40 characters, and two thousand million steps.
A shift that recurs more often than every hour, or a rule that takes hundreds of thousands of
steps, is nobody's schedule.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

MOST_STEPS = 300_000
"""For one rule. A year's daily shifts take 365; a yearly rule looks at each day, too."""

MOST_OCCURRENCES = 5_000
"""Within the time that is looked at."""

_PERIODS = {
    # How long it is, and how many days are looked at in each.
    "YEARLY": (timedelta(days=365), 366),
    "MONTHLY": (timedelta(days=28), 31),
    "WEEKLY": (timedelta(weeks=1), 7),
    "DAILY": (timedelta(days=1), 1),
    "HOURLY": (timedelta(hours=1), 1),
}
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")


def is_affordable(
    rules: Iterable[Mapping[str, Sequence[Any]]], start: date, *, until: datetime, days: int
) -> bool:
    """Whether rules that begin at `start` are laid out up to `until` with bounded work.

    `days` is how many of them, the last ones, are wanted.
    """
    return all(_is_affordable(each, start, until, days) for each in rules)


def _is_affordable(
    rule: Mapping[str, Sequence[Any]], start: date, until: datetime, days: int
) -> bool:
    period = _PERIODS.get(str(_first(rule, "FREQ", "")).upper())
    interval = _first(rule, "INTERVAL", 1)
    if period is None or not isinstance(interval, int) or interval < 1:
        return False
    length, cells = period
    times = 1
    for key in _TIMES:
        times *= max(len(rule.get(key, ())), 1)
    began = datetime(start.year, start.month, start.day, tzinfo=until.tzinfo)
    periods = max((until - began) / (length * interval), 0) + 1
    within = (timedelta(days=days) / (length * interval) + 1) * min(cells, _most_days(rule))
    return periods * cells * times <= MOST_STEPS and within * times <= MOST_OCCURRENCES


def _most_days(rule: Mapping[str, Sequence[Any]]) -> int:
    """On how many days of a period it may fall at most, as far as that is easily said."""
    narrow = [len(rule[key]) for key in ("BYDAY", "BYMONTHDAY", "BYYEARDAY") if key in rule]
    freq = str(_first(rule, "FREQ", "")).upper()
    if not narrow:
        return 1
    # "Every Friday" is five days of a month, and 53 of a year.
    each = {"YEARLY": 53, "MONTHLY": 5}.get(freq, 1)
    return max(narrow) * each


def _first(rule: Mapping[str, Sequence[Any]], key: str, default: object) -> Any:
    values = rule.get(key)
    return values[0] if values else default
