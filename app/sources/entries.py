"""What the answers of a form mean whose fields are numbers: by what was typed into them.

A name, a postal address, a phone and a message can be told by their looks. Nothing is told
where two answers look alike: a wrong guess could take one person for another.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from app.sources.normalise import texts
from app.sources.normalise.phones import read_phone

_PERSON = {"first_name": "3", "last_name": "6"}
_NEVER_IN_A_NAME = ("1", "5", "7")
"""Parts of a name field are 2 (prefix), 3, 4 (middle), 6 and 8 (suffix)."""

_PLACE = {"address": "1", "city": "3", "state": "4", "zip": "5"}
"""Parts of an address field; 2 is a second line, 6 the country."""

_NAME = re.compile(r"[^\W\d_][^\d_@/\\{}\[\]<>|]{0,60}")
_ZIP = re.compile(r"[0-9]{5}(?:-[0-9]{4})?|[A-Za-z][0-9][A-Za-z] ?[0-9][A-Za-z][0-9]")
_PHONE = re.compile(r"\+?[0-9 ().\u2010-\u2015-]{7,30}(?:(?:x|ext\.?) ?[0-9]{1,6})?")
_ID = re.compile(r"[0-9]{12,}")
_FEWEST_WORDS = 3


class Told(NamedTuple):
    """What was found: our name → text, and the numbers of the fields it was found in."""

    texts: dict[str, str]
    fields: frozenset[str]


def told(answers: Mapping[str, Any], *, but: Collection[str] = ()) -> Told:
    """What the answers say, by number of field (`2`, `1.3`). `but` is known already."""
    lines = {name: text for name, value in answers.items() if (text := texts.line(value))}
    found: dict[str, tuple[str, str]] = {}
    found |= _person(lines, answers) | _place(lines)
    for ours, number in (("phone", _phone(lines)), ("message", _message(lines))):
        if number is not None:
            words = texts.paragraphs(answers[number]) if ours == "message" else None
            found[ours] = (words or lines[number], number)
    kept = {ours: pair for ours, pair in found.items() if ours not in but}
    return Told(
        {ours: text for ours, (text, _) in kept.items()},
        frozenset(number for _, number in kept.values()),
    )


def _person(lines: Mapping[str, str], answers: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The first pair of parts that can only be a name."""
    for group in _groups(lines):
        parts = {ours: f"{group}.{part}" for ours, part in _PERSON.items()}
        is_name = all(_NAME.fullmatch(lines.get(number, "")) for number in parts.values())
        if is_name and not any(f"{group}.{part}" in answers for part in _NEVER_IN_A_NAME):
            return {ours: (lines[number], number) for ours, number in parts.items()}
    return {}


def _place(lines: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The first address: a postal code where one belongs, and a city without a digit."""
    for group in _groups(lines):
        city, code = lines.get(f"{group}.3", ""), lines.get(f"{group}.5", "")
        if _ZIP.fullmatch(code) and _NAME.fullmatch(city):
            numbers = {ours: f"{group}.{part}" for ours, part in _PLACE.items()}
            return {
                ours: (lines[number], number) for ours, number in numbers.items() if number in lines
            }
    return {}


def _groups(lines: Mapping[str, str]) -> list[str]:
    groups = {name.partition(".")[0] for name in lines if "." in name}
    return sorted(groups, key=lambda it: (len(it), it))


def _phone(lines: Mapping[str, str]) -> str | None:
    """The field of the one number in the form, if there is but one."""
    numbers = {
        read_phone(text).number: name for name, text in lines.items() if _can_be_dialled(text)
    }
    return next(iter(numbers.values())) if len(numbers) == 1 else None


def _can_be_dialled(text: str) -> bool:
    """A long row of digits without a plus is an id."""
    is_number = _PHONE.fullmatch(text) and (text.startswith("+") or not _ID.fullmatch(text))
    return bool(is_number) and read_phone(text).is_valid


def _message(lines: Mapping[str, str]) -> str | None:
    """The field of the longest free text: some words, and neither a link nor a choice."""
    free = {
        name: len(text)
        for name, text in lines.items()
        if "." not in name and len(text.split()) >= _FEWEST_WORDS and "://" not in text
    }
    return max(free, key=lambda it: free[it], default=None)
