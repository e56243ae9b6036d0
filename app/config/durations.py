"""Lengths of time as people write them: `90s`, `5m`, `1h`, `2d`, `1w`."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST = timedelta(days=36500)
_HOW = "write a number and a unit, such as 90s, 5m, 1h, 2d or 1w"


def parse_duration(value: object) -> timedelta:
    """Read `5m` as five minutes. `ValueError` says how to write it."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError(_HOW)  # noqa: TRY004 - pydantic reports ValueError, not TypeError
    number, unit = value[:-1], value[-1:]
    if unit not in _UNITS or not (number.isascii() and number.isdigit()) or len(number) > 10:
        raise ValueError(_HOW)
    length = int(number) * _UNITS[unit]
    if not 0 < length <= _LONGEST.total_seconds():
        raise ValueError("a duration is longer than nothing and shorter than 100 years")
    return timedelta(seconds=length)


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
