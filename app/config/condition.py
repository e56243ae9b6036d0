"""When a rule, policy or greeting applies: `when: {price: {min: 1000000}, language: es}`."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator, model_validator

from app.config import testing
from app.config.asked import (
    Amount,
    Answer,
    Asked,
    Campaign,
    Campaigns,
    Consents,
    Days,
    Numbers,
    OfTheDay,
    Presence,
    Range,
    Words,
)
from app.config.features import Features, Test
from app.config.matching import text_matcher
from app.config.nearest import did_you_mean
from app.config.testing import KNOWN, UNKNOWN
from app.domain.lead import Kind, LeadStatus

__all__ = ["Condition", "Features", "Test", "text_matcher"]


def _only(words: type[StrEnum], *more: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """A check that texts are among the words of ours: a typing error would never match."""
    known = {*words, *more}

    def check(texts: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [text for text in texts if text.lower() not in known]
        if wrong:
            guess = did_you_mean(wrong[0], known)
            raise ValueError(f"must be {', '.join(words)}, or several of them in a list.{guess}")
        return texts

    return check


class Condition(Asked):
    """All keys must hold. A key takes one text or several, each may be a pattern: `342*`.

    `known` or `unknown` alone asks whether there is anything, whatever it says.
    """

    status: Annotated[Words, AfterValidator(_only(LeadStatus))] | None = None
    source: Words | None = None
    kind: Annotated[Words, AfterValidator(_only(Kind, KNOWN))] | None = None
    price: Amount | None = None
    zip: Words | None = None
    city: Words | None = None
    state: Words | None = None
    address: Words | None = None
    mls: Words | None = None
    language: Words | None = None
    campaign: Campaign | None = None
    medium: Words | None = None
    team: Words | None = None
    email: Presence | None = None
    phone: Presence | None = None
    phone_type: Words | None = None
    consent: Consents | None = None
    returning: bool | None = None
    provider_agent: Words | None = None
    """By id, or whether the source named anybody of ours."""
    hour: OfTheDay | None = None
    day: Days | None = None
    score: Amount | None = None
    extra: dict[str, Answer] = Field(default_factory=dict)
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

    @field_validator("not_")
    @classmethod
    def _excludes_something(cls, excluded: "Condition | None") -> "Condition | None":
        if excluded is not None and excluded.is_empty:
            raise ValueError("must say what is excluded: an empty `not` would exclude every lead")
        return excluded

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

    def asked(self) -> Iterator[str]:
        """The names of the features that it looks at: `price`, `local_minute`, `extra.budget`."""
        for key in _TEXTS + _AMOUNTS + ("email", "phone", "returning", "provider_agent"):
            if getattr(self, key) is not None:
                yield key
        yield from (f"extra.{key}" for key in self.extra)
        if isinstance(self.campaign, Campaigns):
            yield from (_OF_CAMPAIGN[part] for part in sorted(self.campaign.model_fields_set))
        elif self.campaign is not None:
            yield "campaign"
        if self.consent is not None:
            yield from (f"consent_{channel}" for channel in sorted(self.consent.model_fields_set))
        yield from ("local_minute",) if self.hour is not None else ()
        yield from ("weekday",) if self.day is not None else ()
        if self.not_ is not None:
            yield from self.not_.asked()


_TEXTS = (
    *("status", "source", "kind", "zip", "city", "state", "language", "medium", "team"),
    *("phone_type", "mls", "address"),
)
_AMOUNTS = ("price", "score")
_OF_CAMPAIGN = {"name": "campaign", "source": "campaign_source", "medium": "campaign_medium"}


def _tests_of(condition: Condition) -> Iterator[Test]:
    """The cheap and telling tests first; `not` last."""
    for key in _TEXTS:
        yield from _text(key, getattr(condition, key), called=key)
    yield from _campaign(condition.campaign)
    yield from (_extra(key, wanted) for key, wanted in condition.extra.items())
    for key in _AMOUNTS:
        yield from _amount(key, getattr(condition, key))
    yield from _people(condition)
    if condition.hour is not None:
        yield testing.hour_test(condition.hour.span)
    if condition.day is not None:
        yield testing.day_test(condition.day)
    if condition.not_ is not None:
        keys = ("not" if key == "not_" else key for key in condition.not_.model_fields_set)
        yield testing.not_test(condition.not_.tests, sorted(keys))


def _text(feature: str, wanted: tuple[str, ...] | None, *, called: str) -> Iterator[Test]:
    if wanted is None:
        return
    if wanted in {(KNOWN,), (UNKNOWN,)}:
        # A kind that is unknown is a word of ours, and no value that is missing.
        nothing = (None, Kind.UNKNOWN) if feature == "kind" else (None,)
        known = wanted == (KNOWN,)
        yield testing.presence_test(feature, known=known, called=called, nothing=nothing)
    else:
        yield testing.text_test(feature, wanted, called=called)


def _campaign(wanted: Campaigns | tuple[str, ...] | None) -> Iterator[Test]:
    if not isinstance(wanted, Campaigns):
        yield from _text("campaign", wanted, called="campaign")
        return
    for part, feature in _OF_CAMPAIGN.items():
        yield from _text(feature, getattr(wanted, part), called=f"campaign {part}")


def _extra(key: str, wanted: Numbers | tuple[str, ...]) -> Test:
    if isinstance(wanted, Numbers):
        return testing.extra_range_test(key, wanted.min, wanted.max)
    if wanted in {(KNOWN,), (UNKNOWN,)}:
        return testing.extra_presence_test(key, known=wanted == (KNOWN,))
    return testing.extra_text_test(key, wanted)


def _amount(key: str, wanted: Range | str | None) -> Iterator[Test]:
    if isinstance(wanted, Range):
        yield testing.range_test(key, wanted.min, wanted.max)
    elif wanted is not None:
        yield testing.presence_test(key, known=wanted == KNOWN, called=key, nothing=(None,))


def _people(condition: Condition) -> Iterator[Test]:
    """What is asked about whoever asks, and whom they asked for."""
    for key in ("email", "phone"):
        wanted: Any = getattr(condition, key)
        if wanted is not None:
            yield testing.presence_test(key, known=wanted == KNOWN, called=key, nothing=(False,))
    if condition.consent is not None:
        for channel in sorted(condition.consent.model_fields_set):
            yield testing.consent_test(channel, getattr(condition.consent, channel))
    if condition.returning is not None:
        yield testing.returning_test(expected=condition.returning)
    if condition.provider_agent is not None:
        yield testing.provider_agent_test(condition.provider_agent)
