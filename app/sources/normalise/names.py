"""A person's name: one field or two, in whatever case, made into first and last.

The first name is what a greeting says. Where it is open what somebody is called, there is
none, and the last name holds all of it: `Hi there` is better than `Hi The`.
"""

import re
from dataclasses import dataclass, replace
from functools import cache

from nameparser import Lexicon, Parser, parse, parser_for
from nameparser.locales import RU

from app.sources.normalise import name_scripts, name_words, texts
from app.sources.normalise.name_case import in_proper_case, is_particle
from app.sources.normalise.name_tidy import Tidy, tidied

_ASIDE = re.compile(r"(?<=\w)\s+[-\u2013\u2014|]\s.*")
"""`Ana Prieto - buyer`."""
_COUPLE = re.compile(r"(\s*[&+/]\s*|\s+and\s+)", re.IGNORECASE)
_DANGLING = re.compile(r"^(?:[&+]|and|y)\s+|\s+(?:[&+]|and|y)$", re.IGNORECASE)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_FAMILY_FIRST = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]")

_VOCABULARY = Lexicon.default()
_SPECIAL = frozenset().union(
    *(_VOCABULARY.titles, _VOCABULARY.particles, _VOCABULARY.particles_ambiguous),
    *(_VOCABULARY.suffix_words, _VOCABULARY.suffix_acronyms, _VOCABULARY.given_name_titles),
    *(_VOCABULARY.bound_given_names, _VOCABULARY.conjunctions, _VOCABULARY.maiden_markers),
    *(_VOCABULARY.surnames, _VOCABULARY.after_given_titles, _VOCABULARY.honorific_tails),
    *(name_words.OF_NOBODY, name_words.TITLES, name_words.SUFFIXES),
)
"""Words that are not simply names: with one of them it is looked at closely."""


@dataclass(frozen=True, slots=True)
class Name:
    first: str | None = None
    last: str | None = None
    is_whole: bool = True
    """Nothing else was said: no title, middle name or suffix got lost."""


def from_full(full: str) -> Name:
    """Take apart a name written into one field, `Vega-Thornton, Marisol` included."""
    words = full.split()
    if len(words) == 2 and _is_plain(words[0]) and _is_plain(words[1]):
        return Name(words[0], words[1])
    tidy = tidied(full)
    bare = _DANGLING.sub("", _ASIDE.sub("", tidy.text))
    name = _without_markers(bare)
    if texts.is_no_answer(full) or (tidy.text and not name):
        return Name()
    if not any(map(str.isalpha, name)) or name_words.names_nobody(name):
        return Name(is_whole=not any(map(str.isalnum, full)))
    named = _named(name)
    is_whole = tidy.is_whole and bare == tidy.text
    return named if is_whole else replace(named, is_whole=False)


def from_parts(first: str | None, last: str | None) -> Name:
    """A name that came in two fields. A whole name in the first of them is taken apart."""
    if first and last and _is_plain(first) and _is_plain(last):
        return Name(first, last)
    given, family = _part(first, beside=last), _part(last, beside=first)
    is_repeated = not family.text or given.text.casefold() == family.text.casefold()
    if is_repeated and " " in given.text:
        named = from_full(given.text)
    elif name_words.names_nobody(f"{given.text} {family.text}".strip()):
        named = Name(is_whole=False)
    else:
        named = _cased(*_unrepeated(given.text, family.text))
    is_whole = named.is_whole and given.is_whole and family.is_whole
    return replace(named, is_whole=is_whole)


def _unrepeated(given: str, family: str) -> tuple[str, str]:
    """Half of a name and the whole of it: `Ana Prieto` and `Prieto`, `Ana` and `Ana Prieto`."""
    if family and given.casefold().endswith(f" {family}".casefold()):
        return given[: -len(family)].rstrip(), family
    if given and family.casefold().startswith(f"{given} ".casefold()):
        return given, family[len(given) :].lstrip()
    return given, family


def _part(text: str | None, *, beside: str | None) -> Tidy:
    if text is None or _says_nothing(text, beside=beside):
        return Tidy("", is_whole=True)
    tidy = tidied(text)
    if not any(map(str.isalpha, tidy.text)):
        return Tidy("", is_whole=not any(map(str.isalnum, text)))
    return Tidy("", is_whole=False) if name_words.is_no_half(tidy.text) else tidy


def _says_nothing(part: str, *, beside: str | None) -> bool:
    is_null = part.lower() in {"null", "nan"}
    return name_words.is_marker(part, beside=beside) or (texts.is_no_answer(part) and not is_null)


def _without_markers(name: str) -> str:
    words = name.split()
    return " ".join(word for word in words if not name_words.is_marker(word, beside=words[0]))


def _is_plain(word: str) -> bool:
    """A word as most people type it. Nine names of ten are two of them."""
    return (
        word.isalpha()
        and word.istitle()
        and len(word) > 1
        and word[0] < "\u0250"
        and word.lower() not in _SPECIAL
    )


def _named(name: str) -> Name:
    if name_words.is_company(name):
        return Name(last=name)
    if parts := name_scripts.split(name):
        return _cased(*parts)
    if "," not in name and (couple := _COUPLE.split(name, maxsplit=1))[1:]:
        return _couple(*couple)
    return _person(name)


def _couple(left: str, joint: str, right: str) -> Name:
    """Two people. Who have a name each are greeted by the first one's."""
    if not (any(map(str.isalpha, left)) and any(map(str.isalpha, right))):
        return _person(f"{left} {right}".strip(" &+/"))
    ours = [word for word in left.split() if not name_words.is_title(word)]
    if len(ours) > 1:
        return replace(_person(left), is_whole=False)
    other = _person(right)
    is_whole = other.is_whole and [*ours] == left.split()
    both = joint.lower().join(filter(None, (in_proper_case(" ".join(ours)), other.first)))
    return Name(first=both or None, last=other.last, is_whole=is_whole)


def _person(name: str) -> Name:
    words = name.split()
    is_simple = "," not in name and not _FAMILY_FIRST.search(name)
    if is_simple and len(words) == 2 and is_particle(words[0]) and not words[1].islower():
        return _cased("", name)
    if is_simple and len(words) < 3 and not _is_decorated(words):
        return _cased(*words)
    if is_simple and len(words) > 2 and (named := _with_two_surnames(words)):
        return named
    return _by_parser(name)


def _is_decorated(words: list[str]) -> bool:
    return (
        name_words.is_title(words[0])
        or name_words.is_suffix(words[-1])
        or is_particle(words[0])
        or any(map(_is_quoted, words))
    )


def _is_quoted(word: str) -> bool:
    return word[0] in "\"'(\u201c\u2018" or word[-1] in "\"')\u201d"


def _with_two_surnames(words: list[str]) -> Name | None:
    """`María José García Márquez`: two given names, and both parents'."""
    if any(map(_is_quoted, words)):
        return None
    bare = [word for word in words if not (name_words.is_title(word) or name_words.is_suffix(word))]
    is_whole = bare == words
    if len(bare) > 2 and name_words.is_spanish_surname(bare[-2]):
        at = len(bare) - 2
        while at > 1 and is_particle(bare[at - 1].lower()):
            at -= 1
    elif len(bare) > 2 and name_words.is_double_given(bare[0], bare[1]):
        at = 2
    else:
        return None
    named = _cased(" ".join(bare[:at]), " ".join(bare[at:]))
    return replace(named, is_whole=is_whole)


@cache
def _cyrillic_parser() -> Parser:
    """Knows a patronymic by its ending: in `Иванова Анна Сергеевна` she is Анна."""
    return parser_for(RU)


def _by_parser(name: str) -> Name:
    parsed = _cyrillic_parser().parse(name) if _CYRILLIC.search(name) else parse(name)
    given, middle = parsed.given or parsed.nickname, parsed.middle
    is_initial = len(given.rstrip(".")) == 1
    if middle and (is_initial or name_words.is_double_given(given, middle)):
        # `F. Scott Fitzgerald` is not called F, and `Núñez, José María` not José.
        given, middle = f"{given} {middle}", ""
    if not (given or parsed.family):
        return _cased(name)
    has_more = parsed.title or middle or parsed.suffix or parsed.nickname not in {"", given}
    return replace(_cased(given, parsed.family), is_whole=not has_more)


def _cased(first: str, last: str = "") -> Name:
    whole = f"{first} {last}"
    return Name(
        first=in_proper_case(first, whole=whole) or None,
        last=in_proper_case(last, is_surname=True, whole=whole) or None,
    )
