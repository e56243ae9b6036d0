"""What may stand behind each key of a condition: texts, ranges, days, or just `known`."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from app.config.model import Model
from app.config.nearest import did_you_mean
from app.config.testing import KNOWN, UNKNOWN
from app.config.times import Minute, Span, parse_weekdays
from app.config.words import Name, Whole, as_list, refuse_bool

_PRESENCE = (KNOWN, UNKNOWN)


def _range_or_presence(value: object) -> object:
    if isinstance(value, Mapping | Model) or value in _PRESENCE:
        return value
    guess = did_you_mean(value, _PRESENCE)
    raise ValueError(f"write {{min: 250000, max: 500000}}, one of them, known or unknown.{guess}")


def _flag_or_presence(value: object) -> object:
    if isinstance(value, bool) or value in _PRESENCE:
        return value
    raise ValueError(f"must be true, false, known or unknown.{did_you_mean(value, _PRESENCE)}")


def _hours(value: object) -> object:
    if isinstance(value, Mapping | Model):
        return value
    raise ValueError('write {from: "08:00", to: "20:00"}')


def _weekdays(value: object) -> object:
    values = value if isinstance(value, list | tuple) else [value]
    days: set[int] = set()
    for each in values:
        if not isinstance(each, str):
            raise ValueError("write weekdays as mon, mon-fri or several of these in a list")  # noqa: TRY004 - pydantic wants ValueError
        days.update(parse_weekdays(each))
    return tuple(sorted(days))


def _shape(value: object) -> str:
    return "map" if isinstance(value, Mapping | Model) else "word"


def _in_order(low: float | None, high: float | None) -> None:
    if low is None and high is None:
        raise ValueError("give min or max")
    if low is not None and high is not None and low > high:
        raise ValueError("min is greater than max")


def _given(value: object) -> object:
    if value is None:
        raise ValueError("is empty: give a value, or leave this key out")
    return value


class Asked(Model):
    """A map in which each key asks something: one that is empty would ask nothing, unseen."""

    _all_given = field_validator("*", mode="before")(_given)


class Range(Asked):
    """From `min` up to and including `max`; either may be left out."""

    min: Whole | None = None
    max: Whole | None = None

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        _in_order(self.min, self.max)
        return self


Number = Annotated[float, BeforeValidator(refuse_bool)]


class Numbers(Asked):
    """The same for numbers that need not be whole: two and a half baths."""

    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        _in_order(self.min, self.max)
        return self


class LocalHours(Asked):
    """Hours of the organization's day; they may cross midnight."""

    from_: Minute = Field(alias="from")
    to: Minute

    @property
    def span(self) -> Span:
        return Span(self.from_, self.to if self.to > self.from_ else self.to + 1440)


OfTheDay = Annotated[LocalHours, BeforeValidator(_hours)]
Words = Annotated[tuple[Name, ...], BeforeValidator(as_list), Field(min_length=1)]
"""One text or several, each may be a pattern. `known` or `unknown` alone: whether it is said."""

Presence = Literal["known", "unknown"]
Amount = Annotated[
    Annotated[Range, Tag("map")] | Annotated[Presence, Tag("word")],
    Discriminator(_shape),
    BeforeValidator(_range_or_presence),
]
"""A number of which we know what it means."""
Days = Annotated[tuple[int, ...], BeforeValidator(_weekdays), Field(min_length=1)]
"""`sat`, `mon-fri`, or several of these in a list; 0 is Monday."""


class Campaigns(Asked):
    """What brought the person here, by its parts."""

    source: Words | None = None
    medium: Words | None = None
    name: Words | None = None

    @model_validator(mode="after")
    def _is_asked(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give source, medium or name")
        return self


Campaign = Annotated[
    Annotated[Campaigns, Tag("map")] | Annotated[Words, Tag("word")],
    Discriminator(_shape),
]
"""A text is the campaign's name."""


Consent = Annotated[bool | Presence, BeforeValidator(_flag_or_presence)]


class Consents(Asked):
    """What the person said about being written to: yes, no, or whether they said anything."""

    sms: Consent | None = None
    email: Consent | None = None

    @model_validator(mode="after")
    def _is_asked(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give sms or email")
        return self


Answer = Annotated[
    Annotated[Numbers, Tag("map")] | Annotated[Words, Tag("word")],
    Discriminator(_shape),
    BeforeValidator(_given),
]
"""A field without a canonical place: texts, or a range of numbers."""
