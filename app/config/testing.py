"""How each key of a condition is tested, made ready once: a lead is asked thousands of times.

A test answers `None` where it holds, and else why not: a text that is made beforehand, where
it does not depend on the lead.
"""

from collections.abc import Callable, Collection
from operator import attrgetter
from typing import Any

from app.config.features import Features, Test
from app.config.matching import text_matcher
from app.config.times import WEEKDAYS, Span, format_span

KNOWN, UNKNOWN = "known", "unknown"


def text_test(feature: str, wanted: tuple[str, ...], *, called: str) -> Test:
    """The feature is one of these texts, or fits one. `called`: as the document calls it."""
    return _matching(attrgetter(feature), wanted, called)


def extra_text_test(key: str, wanted: tuple[str, ...]) -> Test:
    return _matching(_extra(key), wanted, f"extra.{key}")


def _matching(get: Callable[[Features], Any], wanted: tuple[str, ...], called: str) -> Test:
    matches = text_matcher(wanted)
    unknown, wrong = f"{called} is unknown", f"{called} is not {' or '.join(wanted)}"

    def test(features: Features) -> str | None:
        value = get(features)
        if value is None:
            return unknown
        return None if matches(str(value)) else wrong

    return test


def presence_test(feature: str, *, known: bool, called: str, nothing: Collection[Any]) -> Test:
    """There is something said, or nothing. `nothing`: the values that say nothing."""
    return _present(attrgetter(feature), known, called, nothing)


def extra_presence_test(key: str, *, known: bool) -> Test:
    return _present(_extra(key), known, f"extra.{key}", (None, ""))


def _present(
    get: Callable[[Features], Any], known: bool, called: str, nothing: Collection[Any]
) -> Test:
    if known:
        wrong = f"{called} is unknown"
        return lambda features: wrong if get(features) in nothing else None
    wrong = f"{called} is known"
    return lambda features: None if get(features) in nothing else wrong


def range_test(feature: str, low: int | None, high: int | None) -> Test:
    """From `low` up to and including `high`; either may be left out."""
    get: Callable[[Features], int | None] = attrgetter(feature)
    unknown = f"{feature} is unknown"

    def test(features: Features) -> str | None:
        value = get(features)
        if value is None:
            return unknown
        if low is not None and value < low:
            return f"{feature} {value} is under {low}"
        if high is not None and value > high:
            return f"{feature} {value} is over {high}"
        return None

    return test


def extra_range_test(key: str, low: float | None, high: float | None) -> Test:
    """The same of a field without a canonical place; its value is not quoted."""
    unknown, no_number = f"extra.{key} is unknown", f"extra.{key} is no number"
    under, over = f"extra.{key} is under {low}", f"extra.{key} is over {high}"

    def test(features: Features) -> str | None:
        value = features.extra.get(key)
        if value is None:
            return unknown
        number = read_number(value)
        if number is None:
            return no_number
        if low is not None and number < low:
            return under
        if high is not None and number > high:
            return over
        return None

    return test


def read_number(value: object) -> float | None:
    """The number in a field of a form: `3`, `"3+"`, `"$450,000"`. `None`: there is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    try:
        number = float(str(value).strip().lstrip("$").rstrip("+").replace(",", ""))
    except ValueError:
        return None
    # `nan` and `inf` are words that float reads, and no answers.
    return number if abs(number) < 1e15 else None


def hour_test(span: Span) -> Test:
    wrong = f"the hour is outside {format_span(span)}"

    def test(features: Features) -> str | None:
        if features.local_minute is None:
            return "hour is unknown"
        return None if features.local_minute in span else wrong

    return test


def day_test(days: Collection[int]) -> Test:
    wanted = frozenset(days)
    wrong = f"the day is not {' or '.join(WEEKDAYS[day] for day in sorted(wanted))}"

    def test(features: Features) -> str | None:
        if features.weekday is None:
            return "day is unknown"
        return None if features.weekday in wanted else wrong

    return test


def returning_test(*, expected: bool) -> Test:
    wrong = "the person is new" if expected else "the person is known already"
    return lambda features: None if features.returning is expected else wrong


def provider_agent_test(wanted: tuple[str, ...]) -> Test:
    """By the agent's id, or whether the source named any."""
    if wanted in {(KNOWN,), (UNKNOWN,)}:
        known = wanted == (KNOWN,)
        wrong = (
            "the source named no agent of ours" if known else "the source named an agent of ours"
        )
        return lambda features: None if (features.provider_agent is not None) is known else wrong
    ids = frozenset(wanted)
    others = f"the source did not name {' or '.join(wanted)}"
    return lambda features: None if features.provider_agent in ids else others


def consent_test(channel: str, wanted: bool | str) -> Test:
    """What the person said about messages over a channel; `unknown`: nothing."""
    get: Callable[[Features], bool | None] = attrgetter(f"consent_{channel}")
    called = f"consent to {channel}"
    if isinstance(wanted, str):
        return presence_test(
            f"consent_{channel}", known=wanted == KNOWN, called=called, nothing=(None,)
        )
    wrong = f"{called} was not given" if wanted else f"{called} was not refused"
    return lambda features: None if get(features) is wanted else wrong


def not_test(tests: tuple[Test, ...], keys: Collection[str]) -> Test:
    """Holds where one of these does not."""
    wrong = f"what `not` excludes is the case ({', '.join(sorted(keys))})"

    def test(features: Features) -> str | None:
        return wrong if all(each(features) is None for each in tests) else None

    return test


def _extra(key: str) -> Callable[[Features], Any]:
    return lambda features: features.extra.get(key)
