"""When a rule, policy or greeting applies: `when: {price: {min: 1000000}, language: es}`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import translate
from functools import cached_property
from re import compile as compile_pattern
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from app.config.model import Model
from app.config.times import Minute, Span, format_span
from app.config.words import Texts, Whole
from app.domain.lead import AgentId, Kind, LeadStatus


@dataclass(frozen=True, slots=True)
class Features:
    """All that a condition may ask about a lead. `None`: not known."""

    status: str = "new"
    source: str | None = None
    kind: str | None = None
    price: int | None = None
    zip: str | None = None
    city: str | None = None
    state: str | None = None
    language: str | None = None
    campaign: str | None = None
    medium: str | None = None
    team: str | None = None
    returning: bool = False
    """A person we knew before."""
    provider_agent: AgentId | None = None
    """The agent of ours whom the source named."""
    local_minute: int | None = None
    """Minutes since midnight where the lead is."""
    score: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


Test = Callable[[Features], str | None]
"""`None`: holds. A text: why it does not, in words without personal data."""


def _only(words: type[StrEnum]) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """A check that texts are among the words of ours: a typing error would never match."""

    def check(texts: tuple[str, ...]) -> tuple[str, ...]:
        if not {text.lower() for text in texts} <= set(words):
            raise ValueError(f"must be {', '.join(words)}, or several of them in a list")
        return texts

    return check


class Range(Model):
    """From `min` up to and including `max`; either may be left out."""

    min: Whole | None = None
    max: Whole | None = None

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give min or max")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is greater than max")
        return self


class LocalHours(Model):
    """Hours of the lead's own day; they may cross midnight."""

    from_: Minute = Field(alias="from")
    to: Minute

    @property
    def span(self) -> Span:
        return Span(self.from_, self.to if self.to > self.from_ else self.to + 1440)


class Condition(Model):
    """All keys must hold. A key takes one text or several, each may be a pattern: `342*`."""

    status: Annotated[Texts, AfterValidator(_only(LeadStatus))] | None = None
    source: Texts | None = None
    kind: Annotated[Texts, AfterValidator(_only(Kind))] | None = None
    price: Range | None = None
    zip: Texts | None = None
    city: Texts | None = None
    state: Texts | None = None
    language: Texts | None = None
    campaign: Texts | None = None
    medium: Texts | None = None
    team: Texts | None = None
    returning: bool | None = None
    provider_agent: Literal["known", "unknown"] | None = None
    hour: LocalHours | None = None
    score: Range | None = None
    extra: dict[str, Texts] = Field(default_factory=dict)
    """Written `extra.budget: high`: any field without a canonical place."""
    not_: "Condition | None" = Field(default=None, alias="not")

    @model_validator(mode="before")
    @classmethod
    def _gather_extra(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        dotted = {key: each for key, each in value.items() if str(key).startswith("extra.")}
        if not dotted:
            return value
        rest = {key: each for key, each in value.items() if key not in dotted}
        return rest | {"extra": {key[6:]: each for key, each in dotted.items()}}

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """Prepared once: a condition is asked thousands of times a second."""
        return tuple(_tests_of(self))

    @property
    def is_empty(self) -> bool:
        """Holds for every lead."""
        return not self.tests

    def why_not(self, features: Features) -> str | None:
        """Why this does not hold: `price 589000 is under 1000000`. `None`: it holds."""
        for test in self.tests:
            reason = test(features)
            if reason is not None:
                return reason
        return None


_TEXT_KEYS = (
    "status",
    "source",
    "kind",
    "zip",
    "city",
    "state",
    "language",
    "campaign",
    "medium",
    "team",
)


def _tests_of(condition: Condition) -> list[Test]:
    """The cheap and telling tests first; `not` last."""
    tests = [
        _text_test(key, wanted)
        for key in _TEXT_KEYS
        if (wanted := getattr(condition, key)) is not None
    ]
    tests += [_extra_test(key, wanted) for key, wanted in condition.extra.items()]
    if condition.price is not None:
        tests.append(_range_test("price", condition.price))
    if condition.score is not None:
        tests.append(_range_test("score", condition.score))
    if condition.hour is not None:
        tests.append(_hour_test(condition.hour.span))
    if condition.returning is not None:
        tests.append(_returning_test(expected=condition.returning))
    if condition.provider_agent is not None:
        tests.append(_provider_agent_test(known=condition.provider_agent == "known"))
    if condition.not_ is not None:
        tests.append(_not_test(condition.not_))
    return tests


def text_matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a text is one of these, or fits one that holds `*` or `?`; case is ignored.

    Brackets are no pattern: people write them into names of campaigns.
    """
    folded = [pattern.casefold() for pattern in patterns]
    exact = frozenset(each for each in folded if not _is_pattern(each))
    starts = tuple(
        each[:-1] for each in folded if each.endswith("*") and not _is_pattern(each[:-1])
    )
    others = [
        compile_pattern(translate(each.replace("[", "[[]"))).match
        for each in folded
        if _is_pattern(each) and not (each.endswith("*") and not _is_pattern(each[:-1]))
    ]

    def matches(text: str) -> bool:
        text = text.casefold()
        return text in exact or text.startswith(starts) or any(match(text) for match in others)

    return matches


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def _text_test(key: str, wanted: tuple[str, ...]) -> Test:
    matches = text_matcher(wanted)
    unknown, wrong = f"{key} is unknown", f"{key} is not {' or '.join(wanted)}"

    def test(features: Features) -> str | None:
        value = getattr(features, key)
        if value is None:
            return unknown
        return None if matches(value) else wrong

    return test


def _extra_test(key: str, wanted: tuple[str, ...]) -> Test:
    matches = text_matcher(wanted)
    unknown, wrong = f"extra.{key} is unknown", f"extra.{key} is not {' or '.join(wanted)}"

    def test(features: Features) -> str | None:
        value = features.extra.get(key)
        if value is None:
            return unknown
        return None if matches(str(value)) else wrong

    return test


def _range_test(key: Literal["price", "score"], wanted: Range) -> Test:
    def test(features: Features) -> str | None:
        value = getattr(features, key)
        if value is None:
            return f"{key} is unknown"
        if wanted.min is not None and value < wanted.min:
            return f"{key} {value} is under {wanted.min}"
        if wanted.max is not None and value > wanted.max:
            return f"{key} {value} is over {wanted.max}"
        return None

    return test


def _hour_test(span: Span) -> Test:
    wrong = f"the hour is outside {format_span(span)}"

    def test(features: Features) -> str | None:
        if features.local_minute is None:
            return "hour is unknown"
        return None if features.local_minute in span else wrong

    return test


def _returning_test(*, expected: bool) -> Test:
    wrong = "the person is new" if expected else "the person is known already"
    return lambda features: None if features.returning is expected else wrong


def _provider_agent_test(*, known: bool) -> Test:
    wrong = "the source named no agent of ours" if known else "the source named an agent of ours"
    return lambda features: None if (features.provider_agent is not None) is known else wrong


def _not_test(condition: Condition) -> Test:
    keys = ", ".join("not" if key == "not_" else key for key in sorted(condition.model_fields_set))
    wrong = f"what `not` excludes is the case ({keys})" if keys else "`not: {}` excludes every lead"
    return lambda features: wrong if condition.why_not(features) is None else None
