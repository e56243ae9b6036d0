"""The case of a name: shouting and whispering are mended, a chosen spelling is left alone."""

import re

_LONGEST = 200
"""Characters looked at. Longer is not a name."""

_PARTS = re.compile(r"([-\u2010\u2011'\u2019\u02bc.])")
_HYPHENS = frozenset("-\u2010\u2011.")
_ELIDED = frozenset(
    {
        *("o", "d", "l", "n", "m", "de", "da", "la", "ja", "ke", "ra", "ty"),
        *("sha", "dell", "dall", "nell", "all", "sant"),
    }
)
"""Before an apostrophe; what follows is a name of its own: `O'Brien`, `De'Andre`."""

_LEADING = frozenset(
    {
        *("de", "del", "dos", "das", "da", "van", "von", "der", "den"),
        *("zu", "zum", "zur", "ter", "ten", "te", "bin", "ibn", "bint"),
    }
)
"""Small even where a surname begins with them: `de la Cruz`, `van der Berg`."""

_INNER = _LEADING | {"do", "di", "du", "des", "af", "av", "y", "e", "und", "et", "and", "of", "the"}
_ARTICLES = frozenset({"la", "las", "los"})
"""Small behind `de` alone: `de la Cruz`, but `La Rosa`."""

_MAC = re.compile(
    r"mac(?:arthur|aulay|auley|bride|cormack?|donald|don?nell|dougall?|duff|farlane|gillivray"
    r"|gowan|gregor|innes|intosh|intyre|kinnon|lachlan|laren|lean|lellan|lennan|leod|millan"
    r"|nab|namara|naughton|neill?|pherson|quarrie|rae|tavish)"
)
"""The clans. `Machado`, `Mackenzie` and `Macy` begin like them and are none."""

_MC = re.compile(r"mc(?=\w{2})")
_DUTCH = re.compile(r"ij(?=[^aeiou\W])")
"""`IJsbrand`, but not the Urdu `Ijaz`."""

_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-xz]{2}")
_VOWEL = re.compile(r"[aeiouy]", re.IGNORECASE)
_INITIALS = frozenset({"aj", "ej", "oj"})
_NO_INITIALS = frozenset({"ng", "md", "st", "mr", "ms", "dr", "mc"})
"""Two consonants, and yet a word: the surname Ng, and Md for Muhammad."""

_NUMERAL = re.compile(r"II{1,2}|IV|VI{0,3}")
_TURKISH = frozenset("\u0130\u0131\u011e\u011f")
_PERHAPS_TURKISH = frozenset("\u015e\u015f")


def in_proper_case(name: str, *, is_surname: bool = False, whole: str = "") -> str:
    """`MCDONALD` and `mcdonald` become `McDonald`; mixed case is its owner's choice.

    Of several words in mixed case those that were shouted or whispered are mended. `whole`
    is all of the name, if there is more: its letters may tell the language.
    """
    whole = whole or name
    if len(name) > _LONGEST or name.istitle() or _is_in_doubt(whole):
        return name
    if _is_inverted(name):
        name = name.swapcase()
    is_uniform = name.isupper() or name.islower()
    turkish = not _TURKISH.isdisjoint(whole)
    words = name.split(" ")
    return " ".join(
        word.lower()
        if is_uniform and _is_small(words, place, is_surname=is_surname)
        else _mended(word, is_uniform=is_uniform, turkish=turkish)
        for place, word in enumerate(words)
    )


def is_particle(word: str) -> bool:
    """Whether a word, written small, belongs to the surname that follows it."""
    return word in _LEADING or word in _ARTICLES or word in {"di", "du", "des", "do", "af", "av"}


def _is_inverted(name: str) -> bool:
    """`jOHN` was typed with the caps lock on."""
    return all(
        len(word) > 2 and word[0].islower() and word[1:].isupper() for word in name.split(" ")
    )


def _is_in_doubt(name: str) -> bool:
    """With only a cedilla to go by, an I may be Turkish or Romanian: better left alone."""
    return (
        not _PERHAPS_TURKISH.isdisjoint(name)
        and _TURKISH.isdisjoint(name)
        and ("I" in name or "i" in name)
    )


def _is_small(words: list[str], place: int, *, is_surname: bool) -> bool:
    word = words[place].lower()
    if place == len(words) - 1 or (place == 0 and not is_surname):
        return False
    if word in _ARTICLES:
        return place > 0 and words[place - 1].lower() == "de"
    return word in (_INNER if place else _LEADING)


def _mended(word: str, *, is_uniform: bool, turkish: bool) -> str:
    if not (word.isupper() or word.islower()) or _NUMERAL.fullmatch(word):
        return word
    if not is_uniform and not _is_accident(word):
        return word
    folded = word.lower()
    if folded in _INITIALS or (_NO_VOWEL.fullmatch(folded) and folded not in _NO_INITIALS):
        return word.upper()
    return _capitalised(word, turkish=turkish)


def _is_accident(word: str) -> bool:
    """Among words of mixed case, short capitals are initials and `de` is a particle."""
    if word.islower():
        return len(word) > 1 and word not in _INNER | _ARTICLES
    return len(word) > 2 and (not word.isascii() or bool(_VOWEL.search(word)))


def _capitalised(word: str, *, turkish: bool) -> str:
    parts = _PARTS.split(_lower(word, turkish=turkish))
    for place in range(0, len(parts), 2):
        if place == 0 or parts[place - 1] in _HYPHENS or _follows_elision(parts, place):
            parts[place] = _first_up(parts[place], turkish=turkish)
    return "".join(parts)


def _follows_elision(parts: list[str], place: int) -> bool:
    return parts[place - 2].lower() in _ELIDED and len(parts[place]) > 1


def _first_up(small: str, *, turkish: bool) -> str:
    if found := _MC.match(small) or (_MAC.fullmatch(small) and re.match("mac", small)):
        rest = small[found.end() :]
        return found[0].capitalize() + _upper(rest[0]) + rest[1:]
    if _DUTCH.match(small):
        return "IJ" + small[2:]
    if turkish and small.startswith("i"):
        return "\u0130" + small[1:]
    return _upper(small[:1]) + small[1:]


def _upper(letter: str) -> str:
    """The letter as it begins a name. Georgian has none for that, nor has the German ß."""
    raised = letter.title()
    return raised if len(raised) == len(letter) else letter


def _lower(text: str, *, turkish: bool) -> str:
    if turkish:
        text = text.replace("\u0130", "i").replace("I", "\u0131")
    return text.lower()
