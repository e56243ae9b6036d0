"""Which field of a form means what: by its name, or by what was typed into it.

An e-mail address tells people apart, so one is never taken at a guess: not from a field of
somebody else, and not if two fields without a telling name hold two.
"""

from collections.abc import Callable, Collection, Mapping

from app.sources import field_names
from app.sources.fields import Fields
from app.sources.normalise import money, texts
from app.sources.normalise.emails import read_email
from app.sources.normalise.kinds import read_kind
from app.sources.taking import take_text

_WORDS_OF_PHONES = (
    "phone telephone mobile cell cellphone whatsapp telefono celular movil telefon handy telefone"
    " telemovel reach"
)
_PHONE_WORDS = frozenset(_WORDS_OF_PHONES.split())
_LONGEST_PHONE = 64
_ENOUGH_DIGITS = 7


def take_known(
    fields: Fields, *, among: Collection[str] | None = None, but: Collection[str] = ()
) -> dict[str, str]:
    """Our name → text, of the fields whose meaning we know; these are crossed off.

    `among` are the names of those that a person filled in, if not all were. `but` are
    meanings already known. The order of the fields decides only between equals.
    """
    names = [name for name in fields if among is None or name in among]
    candidates = {
        ours: theirs for ours, theirs in field_names.by_meaning(names).items() if ours not in but
    }
    told: dict[str, str] = {}
    for ours, theirs in candidates.items():
        told |= _first(fields, theirs, ours, _LOOKS_RIGHT.get(ours, _says_something))
    for ours, sign in _SIGNS.items():
        if ours not in told and ours not in but:
            told |= sign(fields, names)
    for ours, theirs in candidates.items():
        if ours not in told:
            told |= _first(fields, theirs, ours, _says_something)
    return told


def is_known(name: str, value: object) -> bool:
    """Whether a field of that name and value would mean something to `take_known`."""
    if texts.line(value) is None:
        return False
    by_itself = Fields({name: value})
    return field_names.has_meaning(name) or any(sign(by_itself, [name]) for sign in _SIGNS.values())


def with_names_settled(told: Mapping[str, str]) -> dict[str, str]:
    """`Name` beside `Surname` is a first name, and beside `Vorname` or `Prénom` a last one."""
    full = told.get("full_name")
    parts = {name: told[name] for name in ("first_name", "last_name") if name in told}
    if full is None or len(parts) != 1:
        return dict(told)
    [(given, part)] = parts.items()
    missing = "last_name" if given == "first_name" else "first_name"
    without = {name: text for name, text in told.items() if name not in {"full_name", given}}
    words = set(full.casefold().split())
    if words == set(part.casefold().split()):
        return {**without, given: part}
    if words.issuperset(part.casefold().split()):
        return {**without, "full_name": full}
    return {**without, given: part, missing: full}


def _first(
    fields: Fields, names: Collection[str], ours: str, is_right: Callable[[str], bool]
) -> Mapping[str, str]:
    """The first of these fields that holds what it should."""
    for name in names:
        text = texts.line(fields.look(name))
        if text is not None and is_right(text):
            told = take_text(fields, name, meaning=ours)
            return {} if told is None else {ours: told}
    return {}


def _email_by_sign(fields: Fields, names: Collection[str]) -> Mapping[str, str]:
    """The one address in the form, whatever its field is called: `Where can we write?`."""
    found = {name: text for name in names if (text := _text_of(fields, name)) and "@" in text}
    addresses = {name: text for name, text in found.items() if " " not in text and _is_email(text)}
    if len({text.casefold() for text in addresses.values()}) != 1:
        return {}
    name, text = next(iter(addresses.items()))
    fields.drop(name)
    return {"email": text}


def _phone_by_sign(fields: Fields, names: Collection[str]) -> Mapping[str, str]:
    """A number in a field whose name speaks of one: `Best phone to reach you`."""
    for name in names:
        text = _text_of(fields, name)
        words = field_names.words(field_names.last_part(name))
        if text and _is_phone(text) and not _PHONE_WORDS.isdisjoint(words):
            fields.drop(name)
            return {"phone": text}
    return {}


def _text_of(fields: Fields, name: str) -> str | None:
    """What was typed into a field, unless it is about somebody else."""
    is_not_theirs = field_names.is_of_a_thing(name) or field_names.is_of_somebody_else(name)
    return None if is_not_theirs else texts.line(fields.look(name))


def _is_email(text: str) -> bool:
    return read_email(text) is not None


def _is_phone(text: str) -> bool:
    digits = sum(map(str.isdigit, text[:_LONGEST_PHONE]))
    return len(text) <= _LONGEST_PHONE and "@" not in text and digits >= _ENOUGH_DIGITS


def _says_something(_: str) -> bool:
    return True


_LOOKS_RIGHT: dict[str, Callable[[str], bool]] = {
    "email": _is_email,
    "phone": _is_phone,
    "kind": lambda text: read_kind(text) != "unknown",
    "price": lambda text: money.read_price(text) is not None,
}
_SIGNS: dict[str, Callable[[Fields, Collection[str]], Mapping[str, str]]] = {
    "email": _email_by_sign,
    "phone": _phone_by_sign,
}
