"""What a form's field means by its name alone, however it is spelt and nested."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from app.sources import labels
from app.sources.fields import segments

_NOT_A_LETTER = re.compile(r"[\W_]+")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NESTED = re.compile(r"__+")
"""How Zapier writes a member of a member: `contact__email`."""

_OUR_WORDS = re.compile(r"^(?:q[0-9]+|nolabel|etpbcontact|wpforms|your|my|votre|su|tu|ihre?|seu)")
_OF_WHOM = re.compile(r"^(?:contact|customer|client|lead|user|visitor)")
_NOT_ASKED = re.compile(
    r"(?:optional|required|opcional|obligatorio|obligatoire|facultatif|pflichtfeld)$"
)
_NUMBER_AT_END = re.compile(r"[0-9]+$")
_CUT = 100
"""Added to the rank of a name that had to be cut to be known."""

_LONG_WORDS = tuple(word for word in labels.SOMEBODY_ELSE if len(word) > 4)
"""Recognised even where nothing parts the words: `agentemail`."""

_LONGEST_NAME = 200

_remembered = lru_cache(maxsize=2048)
"""A form has the same fields each time it is sent: what they mean is found out once."""

_Group = tuple[str, ...]
"""The names around the last one: `lead`, `contact` of `lead.contact.email`."""


class Meaning(NamedTuple):
    """One of our own names, and how plainly a field says it: the lowest rank, most plainly."""

    ours: str
    rank: int


def by_meaning(names: Collection[str]) -> dict[str, list[str]]:
    """Our name → the fields that mean it, the plainest first, then by their order."""
    people = _groups_of_people(names)
    found = [(meaning, name) for name in names if (meaning := _meaning(name, people))]
    fields: dict[str, list[str]] = {}
    for meaning, name in sorted(found, key=lambda it: it[0].rank):
        fields.setdefault(meaning.ours, []).append(name)
    return fields


def has_meaning(name: str) -> bool:
    return _meaning(name, frozenset()) is not None


def is_of_somebody_else(name: str) -> bool:
    """Whether a field is about an agent, an office, a friend: `q9_agentName`."""
    return any(map(_is_somebody_else, _parts(name)))


def is_of_a_thing(name: str) -> bool:
    """Whether a field stands in a group about a form, a page, a listing: `page.email`."""
    return _is_in_a_thing(_parts(name)[:-1])


def words(name: str) -> frozenset[str]:
    """The words of a name, and each two in one: `co-buyer` and `coBuyer` are `cobuyer`."""
    return _words(name[:_LONGEST_NAME])


def last_part(name: str) -> str:
    return _parts(name)[-1]


@_remembered
def _words(name: str) -> frozenset[str]:
    plain = [each.casefold() for each in _WORD.findall(_without_accents(name))]
    return frozenset([*plain, *map("".join, pairwise(plain))])


@_remembered
def _is_in_a_thing(around: _Group) -> bool:
    return not labels.NO_PERSON.isdisjoint(map(_folded, around))


@_remembered
def _meaning_by_name(name: str, people: frozenset[_Group]) -> Meaning | None:
    *around, last = _parts(name)
    found = _known(last)
    if around and (parent := _known(around[-1])):
        inside = labels.INSIDE.get((parent.ours, _folded(last)))
        found = Meaning(inside, parent.rank) if inside else found
    if found is None or any(map(_is_somebody_else, around)):
        return None
    if found.ours in labels.OF_THE_PERSON and is_of_a_thing(name):
        # A form may be called `form` and hold a person: then not only a name is in it.
        return found if around == ["form"] and tuple(around) in people else None
    return found


def _meaning(name: str, people: frozenset[_Group]) -> Meaning | None:
    return _meaning_by_name(name[:_LONGEST_NAME], people)


def _groups_of_people(names: Collection[str]) -> frozenset[_Group]:
    """Groups with something that only people have."""
    only_people = labels.OF_THE_PERSON - {"full_name"}
    groups = ((around, _known(last)) for *around, last in map(_parts, names))
    return frozenset(
        tuple(around) for around, found in groups if found and found.ours in only_people
    )


@_remembered
def _known(part: str) -> Meaning | None:
    """`your-name` and `tel-123` of Contact Form 7 are `name` and `tel`."""
    folded = _folded(part)
    if folded in labels.NO_NAMES:
        return None
    if exact := labels.MEANINGS.get(folded):
        return Meaning(*exact)
    plain = _OUR_WORDS.sub("", _NOT_ASKED.sub("", _NUMBER_AT_END.sub("", folded)))
    found = labels.MEANINGS.get(plain)
    if found is None:
        found = labels.MEANINGS.get(_OF_WHOM.sub("", plain), ("", 0))
        found = found if found[0] in labels.OF_THE_PERSON else None
    return Meaning(found[0], found[1] + _CUT) if found else None


@_remembered
def _is_somebody_else(part: str) -> bool:
    if not labels.SOMEBODY_ELSE.isdisjoint(words(part)):
        return True
    solid = _folded(part)
    return solid.startswith(_LONG_WORDS) or solid.endswith(_LONG_WORDS)


def _parts(name: str) -> _Group:
    return _parts_by_name(name[:_LONGEST_NAME])


@_remembered
def _parts_by_name(name: str) -> _Group:
    return tuple(segments(_NESTED.sub(".", name)))


def _folded(name: str) -> str:
    """`First Name`, `first-name` and `firstName` are one, and `Prénom` is `prenom`."""
    return _NOT_A_LETTER.sub("", _without_accents(name)).casefold()


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in apart if not unicodedata.combining(each))
