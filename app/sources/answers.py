"""What stands in the fields nobody asked for, found again by the names of the questions.

Providers and forms ask the same things under many names, at any depth. One walk lists all
that was answered; each reader takes what it knows the name of. Nothing is taken away: the
answers stay in `extra` as they were given.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from app.sources.fields import leaf, segments
from app.sources.normalise import texts
from app.sources.normalise.countries import read_country
from app.sources.normalise.money import Range, read_price, read_range
from app.sources.normalise.timelines import Days, read_timeline

Found = TypeVar("Found")

_MOST = 300
_DEEPEST = 4
_LONGEST_NAME = 200
"""Characters of a name that are looked at, and remembered."""

_NOT_THEIRS = frozenset(
    {
        *("agent", "assignee", "owner", "recipient", "broker", "brokerage", "office", "vendor"),
        *("provider", "company", "lender", "listingcustomerinfo", "rdccustomerinfo"),
    }
)
"""What is said inside these is said of somebody else."""

_NOT_A_LETTER = re.compile(r"[\W_]+")
_TOPICS = re.compile(
    r"(?P<timeline>time(?:line|frame|scale)|howsoon|when(?:do|are|would|will)you|movein(?!date)"
    r"|planto(?:buy|sell|move|purchase)|readyto(?:buy|sell|move)|cu[aá]ndo)"
    r"|(?P<lowest>(?:^|property)min(?:imum)?(?:list)?(?:price|budget|rent$)"
    r"|(?:price|budget|rent)(?:range)?(?:min(?:imum)?|low|from)$)"
    r"|(?P<highest>(?:^|property)max(?:imum)?(?:list)?(?:price|budget|rent$)"
    r"|(?:price|budget|rent)(?:range)?(?:max(?:imum)?|high|to)$)"
    r"|(?P<country>^(?:phone)?country(?:code|name)?$|^pa[ií]s$)"
    r"|(?P<price>price|budget|howmuch.*(?:spend|afford)|presupuesto|precio)"
)


class Answer(NamedTuple):
    """One member that is no group of others."""

    name: str
    """The question as it was sent, without the groups around it."""
    key: str
    """Its letters and digits, small: `Move-in timeframe` is `moveintimeframe`."""
    value: Any


def given(extra: Mapping[str, Any], is_wanted: Callable[[str], bool]) -> tuple[Answer, ...]:
    """What was said in there of the person who asks, the outermost first.

    Of a thousand fields a handful mean something: `is_wanted` says of which keys.
    """
    found: list[Answer] = []
    level: list[Mapping[str, Any]] = [extra]
    for _ in range(_DEEPEST):
        groups: list[Mapping[str, Any]] = []
        for name, value in _members(level):
            if isinstance(value, dict):
                if _question(name) is not None:
                    groups.append(value)
            elif is_wanted(name[:_LONGEST_NAME]) and (question := _question(name)) is not None:
                found.append(Answer(*question, value))
        if not groups or len(found) > _MOST:
            break
        level = groups
    return tuple(found[:_MOST])


def key_of(name: str) -> str:
    """`Move-in timeframe`, `moveInTimeframe` and `form[move_in_timeframe]` are one key."""
    return _NOT_A_LETTER.sub("", leaf(name)).lower()


def timeline(answers: tuple[Answer, ...]) -> Days | None:
    """How soon they want to, in days."""
    return _first(answers, "timeline", _days)


def price_range(answers: tuple[Answer, ...]) -> Range | None:
    """From where to where a price may go: one answer that is a range, or one for each end."""
    said = _first(answers, "price", lambda answer: _read(answer, read_range))
    if said is not None:
        return said
    ends = (_first(answers, end, lambda answer: _read(answer, read_price)) for end in _ENDS)
    said = Range(*ends)
    return None if said == (None, None) else said


def country(answers: tuple[Answer, ...]) -> str | None:
    """Where they are, as two letters."""
    return _first(answers, "country", lambda answer: _read(answer, read_country))


_ENDS = ("lowest", "highest")


def _members(level: list[Mapping[str, Any]]) -> Iterable[tuple[str, Any]]:
    return chain.from_iterable(members.items() for members in level)


def _question(name: str) -> tuple[str, str] | None:
    """The question and its key. `None`: it is asked of somebody else."""
    *around, last = segments(name[:_LONGEST_NAME])
    keys = [_NOT_A_LETTER.sub("", each).lower() for each in (*around, last)]
    return None if not _NOT_THEIRS.isdisjoint(keys) else (last, keys[-1])


def topic(key: str) -> str | None:
    """What a question is about, of what is read here."""
    found = _TOPICS.search(key)
    return found.lastgroup if found else None


def _first(
    answers: tuple[Answer, ...], about: str, read: Callable[[Answer], Found | None]
) -> Found | None:
    for answer in answers:
        if topic(answer.key) == about and (found := read(answer)) is not None:
            return found
    return None


def _read(answer: Answer, read: Callable[[str], Found | None]) -> Found | None:
    text = texts.line(answer.value)
    return None if text is None else read(text)


def _days(answer: Answer) -> Days | None:
    unit = "day" if answer.key.endswith("days") else None
    return _read(answer, lambda text: read_timeline(text, unit=unit))
