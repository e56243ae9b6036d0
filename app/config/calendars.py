"""When an office or a person works: weekly hours, holidays, closed days."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from app.config.model import Model
from app.config.times import Hours, Span, parse_weekdays
from app.config.words import Zone


@dataclass(frozen=True, slots=True)
class Block:
    """Open hours that begin on `weekday` (0 is Monday), in minutes since that midnight.

    `end` is after 1440 where the block crosses midnight.
    """

    weekday: int
    start: int
    end: int


def _has_holidays(code: str) -> str:
    # The library takes 8 MB and 0.1 s: only a config that names holidays pays for it.
    from holidays import country_holidays  # noqa: PLC0415 - see above

    country, _, subdivision = code.partition("-")
    try:
        country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError as error:
        raise ValueError(
            "there are no holidays of that code: write a country such as US, "
            "or a country and state such as US-FL"
        ) from error
    return code


def _known_days(weekly: dict[str, tuple[Span, ...]]) -> dict[str, tuple[Span, ...]]:
    for key in weekly:
        parse_weekdays(key)
    if not any(weekly.values()):
        raise ValueError("this calendar is never open: give it hours")
    return weekly


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


HolidayCode = Annotated[str, AfterValidator(_has_holidays)]
Spans = Annotated[tuple[Hours, ...], BeforeValidator(_as_list)]


class Calendar(Model):
    """Hours of the week in one zone. Later keys add to earlier ones."""

    timezone: Zone | None = None
    """Where these hours are meant. `None` in the file: the organization's own zone."""
    weekly: Annotated[dict[str, Spans], AfterValidator(_known_days)]
    holidays: HolidayCode | None = None
    """Closed on the public holidays of a country or state: `US`, `US-FL`."""
    closed: tuple[date, ...] = ()

    @property
    def weekly_blocks(self) -> tuple[Block, ...]:
        """All open hours of a week, sorted; overlapping ones are left as they are."""
        blocks = {
            Block(day, span.start, span.end)
            for key, spans in self.weekly.items()
            for day in parse_weekdays(key)
            for span in spans
        }
        return tuple(sorted(blocks, key=lambda block: (block.weekday, block.start, block.end)))
