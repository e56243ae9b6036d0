"""Which home an event of Follow Up Boss is about, or else which place."""

from dataclasses import replace
from typing import Any

from app.domain.lead import Property
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.taking import property_of, take_property

_HOME = {
    "address": "street",
    "city": "city",
    "state": "state",
    "price": "price",
    "mls": "mlsNumber",
    "url": "url",
}
_ZIP = ("code", "zip", "zipCode", "postalCode")
"""Follow Up Boss says `code`; others who write its format say `zip`."""

_PLACE = {"city": ("city",), "state": ("state",), "zip": _ZIP}


def read_place(home: Fields, wanted: Fields, person: Fields, *, is_theirs: bool) -> Property:
    """The home; without one, where somebody wants to live, or lives: rules on places ask.

    `is_theirs`: the person sells, and so their own address is the home's.
    """
    told = replace(take_property(home, _HOME), zip=home.line(*_ZIP))
    if any((told.address, told.city, told.state, told.zip)):
        return told
    somewhere = _somewhere(wanted, person, is_theirs=is_theirs)
    return replace(somewhere, price=told.price or somewhere.price, mls=told.mls, url=told.url)


def _somewhere(wanted: Fields, person: Fields, *, is_theirs: bool) -> Property:
    """All of this stays in `extra`, too: it is not what the person asked about."""
    lives = Fields(_first(person.look("addresses")))
    if is_theirs:
        return property_of(_texts(lives, {**_PLACE, "address": ("street",)}))
    there = _texts(wanted, _PLACE) or _texts(lives, _PLACE)
    return property_of(_texts(wanted, {"price": ("maxPrice",)}) | there)


def _texts(fields: Fields, names: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Our name → text; of a list of cities or zip codes the first."""
    told = {
        ours: next(filter(None, (_first_text(fields.look(name)) for name in theirs)), None)
        for ours, theirs in names.items()
    }
    return {ours: text for ours, text in told.items() if text is not None}


def _first_text(value: Any) -> str | None:
    text = texts.line(value)
    return (text and text.partition(",")[0].strip()) or None


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value
