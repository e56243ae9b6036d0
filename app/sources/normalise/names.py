"""A person's name: one field or two, in whatever case, made into first and last."""

import re
from dataclasses import dataclass

from nameparser import Lexicon, ParsedName, parse

_LONGEST_NAME = 200
"""Characters looked at. Longer is not a name, and would take long to take apart."""

_NO_NAME = re.compile(r"@|://|www\.", re.IGNORECASE)
"""Addresses are typed into name fields; their case is left alone."""


_PLAIN = re.compile(r"([A-Z][a-z]{1,40}) ([A-Z][a-z]{1,40})")
"""Two words as most people type them. Nine names of ten, and the parser is slow."""

_VOCABULARY = Lexicon.default()
_SPECIAL = frozenset().union(
    *(_VOCABULARY.titles, _VOCABULARY.particles, _VOCABULARY.particles_ambiguous),
    *(_VOCABULARY.suffix_words, _VOCABULARY.suffix_acronyms, _VOCABULARY.given_name_titles),
    *(_VOCABULARY.bound_given_names, _VOCABULARY.conjunctions, _VOCABULARY.maiden_markers),
    *(_VOCABULARY.surnames, _VOCABULARY.after_given_titles, _VOCABULARY.honorific_tails),
)
"""Words that are not simply names: with one of them the parser is asked."""


@dataclass(frozen=True, slots=True)
class Name:
    first: str | None = None
    last: str | None = None
    is_whole: bool = True
    """Nothing else was said: no title, middle name or suffix got lost."""


def from_full(full: str) -> Name:
    """Take apart a name written into one field, `Vega-Thornton, Marisol` included."""
    full = full[:_LONGEST_NAME].strip()
    plain = _PLAIN.fullmatch(full)
    if plain and not _SPECIAL.intersection(full.lower().split()):
        return Name(first=plain[1], last=plain[2])
    if _NO_NAME.search(full):
        return Name(first=full)
    parsed = parse(full)
    proper = parsed.capitalized()
    first = proper.given or proper.nickname
    if not (first or proper.family):
        return Name(first=full or None)
    return Name(
        first=first or None,
        last=proper.family or None,
        is_whole=_has_no_more_than(parsed, first=parsed.given or parsed.nickname),
    )


def from_parts(first: str | None, last: str | None) -> Name:
    """A name that came in two fields. A whole name in the first of them is taken apart."""
    if first and not last and " " in first:
        return from_full(first)
    return Name(first=first and in_proper_case(first), last=last and in_proper_case(last))


def in_proper_case(name: str) -> str:
    """`MCDONALD` and `mcdonald` become `McDonald`; mixed case is its owner's choice."""
    if not (name.isupper() or name.islower()) or _NO_NAME.search(name):
        return name
    if len(name) > _LONGEST_NAME:
        return name
    proper = str(parse(name).capitalized(force=True))
    # The parser may turn a name around. Only its idea of case is wanted here.
    return proper if proper.casefold() == name.casefold() else name.title()


def _has_no_more_than(parsed: ParsedName, *, first: str) -> bool:
    others = (parsed.title, parsed.middle, parsed.suffix)
    return not any(others) and (not parsed.nickname or parsed.nickname == first)
