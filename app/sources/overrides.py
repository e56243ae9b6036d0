"""What the config of a source says about its fields, put above what its kind knows."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from app.config.sources import SourceBase
from app.domain.lead import Campaign, Property
from app.sources import consents, repeats
from app.sources.fields import Fields
from app.sources.normalise.kinds import read_kind
from app.sources.sent import Sent
from app.sources.taking import property_of, take_text

_TEXTS = frozenset(
    {
        "full_name",
        "first_name",
        "last_name",
        "email",
        "phone",
        "message",
        "language",
        "medium",
        "provider_agent",
    }
)
_PROPERTY = frozenset(each.name for each in fields(Property))
_CAMPAIGN = frozenset(each.name for each in fields(Campaign))


def configured(sent: Sent, settings: SourceBase) -> Sent:
    """Apply the source's `consent` and `fields`, looking in what its kind left over."""
    left = Fields(sent.extra)
    sent = replace(sent, consent=consents.with_configured(sent.consent, left, settings.consent))
    known = told(left, settings.fields)
    return applied(replace(sent, extra=left.left()), known) if known else sent


def told(fields: Fields, names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Our name → text, of the sender's fields that the config names; these are crossed off."""
    found = {name: _first(fields, theirs, name) for name, theirs in _plainly(names)}
    return {name: text for name, text in found.items() if text is not None}


def applied(sent: Sent, known: Mapping[str, str]) -> Sent:
    """Put texts under our own names in the place of what the kind found by itself.

    What is replaced is kept in `extra`, under our name for it.
    """
    replaced = {name: getattr(sent, name) for name in _TEXTS & known.keys()}
    kept = {name: old for name, old in replaced.items() if old is not None}
    return replace(sent, **_changes(sent, known), extra={**kept, **sent.extra})


def _first(left: Fields, names: tuple[str, ...], meaning: str) -> str | None:
    """The first of the sender's fields that says something."""
    for wanted in names:
        name = left.find(wanted)
        text = take_text(left, name, meaning=meaning) if name else None
        if text is not None:
            return text
    return None


def _changes(sent: Sent, known: Mapping[str, str]) -> dict[str, Any]:
    changes: dict[str, Any] = {name: known[name] for name in _TEXTS & known.keys()}
    if "kind" in known:
        changes["kind"] = read_kind(known["kind"])
    if external_id := known.get("external_id"):
        changes |= {"external_id": external_id, "identity": repeats.by_id(external_id)}
    return changes | _parts(sent, known)


def _parts(sent: Sent, known: Mapping[str, str]) -> dict[str, Any]:
    home = property_of(known)
    place = {name: getattr(home, name) for name in _PROPERTY & known.keys()}
    campaign = {
        name: text
        for name in _CAMPAIGN
        if (text := known.get(f"campaign.{name}", known.get(f"utm_{name}")))
    }
    return {
        "property": replace(sent.property, **place),
        "campaign": replace(sent.campaign, **campaign),
    }


def _plainly(names: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The config may write `name` and `property.zip` for what we call `full_name`, `zip`."""
    for ours, theirs in names.items():
        plain = ours.removeprefix("property.")
        yield "full_name" if plain == "name" else plain, theirs
