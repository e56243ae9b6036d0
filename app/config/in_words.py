"""What a routing rule says, in one line for people."""

from collections.abc import Iterator

from app.config.asked import Campaigns, Numbers, Range
from app.config.condition import Condition
from app.config.routing import Rule, Target, Traits
from app.config.testing import KNOWN, UNKNOWN
from app.config.times import WEEKDAYS, format_span

_TEXTS = (
    *("status", "source", "kind", "price", "zip", "city", "state", "address", "mls", "language"),
    *("medium", "team", "email", "phone", "phone_type", "score"),
)
_TRAITS = ("skills", "languages", "zips", "licences")


def rule_in_words(rule: Rule) -> str:
    """`price at least 1000000 → team luxury, least_loaded`."""
    return f"{condition_in_words(rule.when)} → {target_in_words(rule.to)}"


def condition_in_words(condition: Condition) -> str:
    return ", ".join(_said(condition)) or "every lead"


def target_in_words(to: Target) -> str:
    if to.agent is not None:
        is_theirs = to.agent == "from_provider"
        return "the agent whom the source named" if is_theirs else f"agent {to.agent}"
    if to.on_call is not None:
        return f"whoever is on call for {to.on_call}"
    if to.pond is not None:
        return f"the pond of team {to.pond}, until somebody claims it"
    parts = [f"team {to.team}", to.strategy]
    if to.strategy == "first_to_claim":
        parts.append(f"after {_length(to.offer_for.total_seconds())} {to.otherwise}")
    parts += _traits("requires", to.require)
    parts += _traits("prefers", to.prefer)
    return ", ".join(parts)


def _said(condition: Condition) -> Iterator[str]:
    for key in _TEXTS:
        if (wanted := getattr(condition, key)) is not None:
            yield f"{key} {_wanted(wanted)}"
    yield from _of_the_campaign(condition.campaign)
    yield from (f"extra.{key} {_wanted(wanted)}" for key, wanted in condition.extra.items())
    yield from _of_the_person(condition)
    if condition.hour is not None:
        yield f"at {format_span(condition.hour.span)}"
    if condition.day is not None:
        yield f"on {_or([WEEKDAYS[day] for day in condition.day])}"
    if condition.not_ is not None:
        yield f"not ({condition_in_words(condition.not_)})"


def _of_the_campaign(campaign: Campaigns | tuple[str, ...] | None) -> Iterator[str]:
    if isinstance(campaign, Campaigns):
        for part in ("source", "medium", "name"):
            if (texts := getattr(campaign, part)) is not None:
                yield f"campaign {part} {_wanted(texts)}"
    elif campaign is not None:
        yield f"campaign {_wanted(campaign)}"


def _of_the_person(condition: Condition) -> Iterator[str]:
    if condition.consent is not None:
        for channel in sorted(condition.consent.model_fields_set):
            wanted = getattr(condition.consent, channel)
            word = {True: "given", False: "refused"}.get(wanted, wanted)
            yield f"consent to {channel} {word}"
    if condition.returning is not None:
        yield "a person known before" if condition.returning else "a person new to us"
    if condition.provider_agent is not None:
        who = _or(condition.provider_agent)
        named = {KNOWN: "one of our agents", UNKNOWN: "none of our agents"}
        yield f"the source named {named.get(who, who)}"


def _wanted(wanted: Range | Numbers | tuple[str, ...] | str) -> str:
    if isinstance(wanted, str):
        return wanted
    if isinstance(wanted, tuple):
        return _or(wanted)
    if wanted.max is None:
        return f"at least {wanted.min:.15g}"
    if wanted.min is None:
        return f"at most {wanted.max:.15g}"
    return f"from {wanted.min:.15g} to {wanted.max:.15g}"


def _or(texts: tuple[str, ...] | list[str]) -> str:
    return " or ".join(texts)


def _traits(verb: str, traits: Traits) -> list[str]:
    return [
        f"{verb} {trait} {' and '.join(wanted)}"
        for trait in _TRAITS
        if (wanted := getattr(traits, trait))
    ]


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min" if not rest else f"{round(seconds)} s"
