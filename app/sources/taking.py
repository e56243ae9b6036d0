"""Members that need more than trimming. What cannot be read stays, and ends in `extra`."""

from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any

from app.domain.lead import Kind, Property
from app.sources.fields import Fields
from app.sources.normalise import money, states, texts
from app.sources.normalise.kinds import read_kind
from app.sources.normalise.times import read_instant

_PROPERTY = frozenset(each.name for each in fields_of(Property))

KEPT_AS_SENT = frozenset({"kind", "price"})
"""People say more in these than we have words for."""


def take_text(fields: Fields, name: str, *, meaning: str) -> str | None:
    """The text of a member that means `meaning`, one of our own names."""
    if meaning == "message":
        return fields.paragraphs(name)
    if meaning in KEPT_AS_SENT:
        return texts.line(fields.look(name))
    return fields.line(name)


def take_kind(fields: Fields, name: str) -> Kind:
    text = texts.line(fields.look(name))
    kind = read_kind(text)
    if text and text.lower() == kind:
        fields.drop(name)
    return kind


def take_instant(fields: Fields, *names: str, now: datetime) -> datetime | None:
    """The first of these members that is an instant."""
    for name in names:
        instant = read_instant(fields.look(name), now=now)
        if instant is not None:
            fields.drop(name)
            return instant
    return None


def take_property(fields: Fields, names: Mapping[str, str]) -> Property:
    """The home, from members given as ours → the provider's."""
    told = {ours: take_text(fields, theirs, meaning=ours) for ours, theirs in names.items()}
    home = property_of({name: text for name, text in told.items() if text is not None})
    if home.price is not None and money.is_one_price(told["price"] or ""):
        fields.drop(names["price"])
    return home


def property_of(told: Mapping[str, str]) -> Property:
    """The home, from texts under our own names; others are passed over."""
    known: dict[str, Any] = {name: told[name] for name in _PROPERTY & told.keys()}
    if "price" in known:
        known["price"] = money.read_price(known["price"])
    if "state" in known:
        known["state"] = states.read_state(known["state"])
    return Property(**known)
