"""Has a source fallen silent? The leads that its own pattern would have brought since the last.

The pattern is how many leads each hour of the week brought, in the office's time zone, over
the four weeks before the last lead: so nights and weekends expect little, and what they do
not bring alarms nobody. The silence itself is no part of the pattern, however long it grows.

Leads that come independently of each other stay away for a stretch in which `x` are
expected with a chance of exp(-x). Seven is less than one in a thousand; but each lead
begins another stretch, so a source with more leads is given more. Where leads come in
bursts it is bursts that count, and one that is slower of late, as over holidays, is
measured by its pace. Simulated, a source is wrongly called silent once in some nine years.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

HOUR = 3600
"""Seconds. Hours are counted since 1970, in UTC."""

KNOWN_FOR = timedelta(weeks=4)
"""How far back the pattern reaches, from the last lead."""

LOOKED_AT = 2 * KNOWN_FOR
"""How far back arrivals are wanted: a silence may be four weeks old."""

_HOURS_KNOWN = int(KNOWN_FOR.total_seconds()) // HOUR
_HOURS_OF_WEEK = 7 * 24
_LEAST_HOURS = 2 * _HOURS_OF_WEEK
_LEAST_LEADS = 20
_LEAST_EXPECTED = 7.0


@dataclass(frozen=True, slots=True)
class Quiet:
    """How long a source has brought nothing, measured by its pattern."""

    last_at: datetime
    expected: float
    """Leads that would usually have come since."""
    usual: float
    """From this many on it is silent: less is in the nature of the source."""

    @property
    def is_silence(self) -> bool:
        return self.expected >= self.usual


def quiet(
    arrivals: Mapping[int, int], *, last_at: datetime, zone: ZoneInfo, now: datetime
) -> Quiet | None:
    """Measure the time since the last lead. `None`: too little is known of the source.

    `arrivals` are the leads of each hour that had any; `last_at` is the last one.
    """
    last = hour_number(last_at)
    known = {hour: leads for hour, leads in arrivals.items() if last - _HOURS_KNOWN < hour <= last}
    leads = sum(known.values())
    if leads < _LEAST_LEADS or last - min(known) < _LEAST_HOURS:
        return None
    pattern = _Pattern.of(known, zone)
    expected = pattern.expected(last_at, now) * pattern.pace(known)
    at_once = pattern.at_once(known)
    comings = max(leads / at_once, _LEAST_LEADS)
    usual = at_once * (_LEAST_EXPECTED + math.log(comings / _LEAST_LEADS))
    return Quiet(last_at, expected, usual)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Leads expected in each hour of the week."""

    rates: tuple[float, ...]
    zone: ZoneInfo

    @classmethod
    def of(cls, known: Mapping[int, int], zone: ZoneInfo) -> Self:
        came, times = [0] * _HOURS_OF_WEEK, [0] * _HOURS_OF_WEEK
        for hour in range(min(known), max(known) + 1):
            slot = _hour_of_week(hour, zone)
            times[slot] += 1
            came[slot] += known.get(hour, 0)
        # Less than came / times: of few weeks that are known, some brought more by chance.
        # This is the rate by which a stretch without any is as rare as it should be.
        rates = (c * math.log1p(1 / t) if t else 0.0 for c, t in zip(came, times, strict=True))
        return cls(tuple(rates), zone)

    def expected(self, since: datetime, until: datetime) -> float:
        """Leads from one instant to another."""
        start, end = since.timestamp() / HOUR, until.timestamp() / HOUR
        return sum(
            self._in(hour) * (min(end, hour + 1) - max(start, hour))
            for hour in range(int(start), math.ceil(end))
        )

    def at_once(self, known: Mapping[int, int]) -> float:
        """How many leads come together: 1 where each comes by itself, 4 in bursts of four.

        It is how far the hours scatter about the pattern, against what chance alone does.
        """
        hours = range(min(known), max(known) + 1)
        weeks = len(hours) / _HOURS_OF_WEEK
        expected = [self._in(hour) for hour in hours]
        scattered = sum(
            (known.get(hour, 0) - rate) ** 2 for hour, rate in zip(hours, expected, strict=True)
        )
        # The pattern was taken from these very hours, and lies nearer to them for that.
        return max(1.0, scattered / sum(expected) * weeks / (weeks - 1))

    def pace(self, known: Mapping[int, int]) -> float:
        """How much slower than its pattern the last leads came: 0.5 in a week of half as many."""
        leads, expected = 0, 0.0
        for hour in range(max(known), min(known), -1):
            if leads >= _LEAST_LEADS:
                break
            leads += known.get(hour, 0)
            expected += self._in(hour)
        return min(1.0, leads / expected) if expected else 1.0

    def _in(self, hour: int) -> float:
        return self.rates[_hour_of_week(hour, self.zone)]


def hour_number(at: datetime) -> int:
    """The hour that an instant falls into, counted since 1970."""
    return int(at.timestamp()) // HOUR


@lru_cache(maxsize=8192)
def _hour_of_week(hour: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(hour * HOUR, zone)
    return local.weekday() * 24 + local.hour
