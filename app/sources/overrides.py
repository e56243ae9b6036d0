"""What the config of a source says about its fields, put above what its kind knows."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from app.config.inquiry_fields import CANONICAL
from app.config.sources import SourceBase
from app.domain.lead import Campaign, Property
from app.sources import consents, repeats
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.normalise.kinds import read_kind
from app.sources.normalise.times import read_instant
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
_FAR_AHEAD = datetime.fromisoformat("2100-01-01T00:00:00Z")


def configured(sent: Sent, settings: SourceBase) -> Sent:
    """Apply the source's `consent` and `fields`, looking in what its kind left over."""
    left = Fields(sent.extra)
    sent = replace(sent, consent=consents.with_configured(sent.consent, left, settings.consent))
    known = told(left, settings.fields)
    return applied(replace(sent, extra=left.left()), known) if known else sent


def told(fields: Fields, names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Our name → text, of the sender's fields that the config names; these are crossed off."""
    found: dict[str, str] = {}
    for ours, theirs in names.items():
        name = CANONICAL[ours]
        text = None if name in found else _first(fields, theirs, name)
        if text is not None:
            found[name] = text
    return found


def applied(sent: Sent, known: Mapping[str, str], *, now: datetime | None = None) -> Sent:
    """Put texts under our own names in the place of what the kind found by itself.

    What is replaced is kept in `extra`, under our name for it. `now` bounds an instant that
    the config names; without it such an instant may lie ahead.
    """
    replaced = {name: getattr(sent, name) for name in _TEXTS & known.keys()}
    kept = {name: old for name, old in replaced.items() if old is not None}
    unread = _unread_instant(known, now)
    return replace(sent, **_changes(sent, known, now), extra={**kept, **unread, **sent.extra})


def _first(left: Fields, names: tuple[str, ...], meaning: str) -> str | None:
    """The first of the sender's fields that says something."""
    for wanted in names:
        name = left.find(wanted)
        text = take_text(left, name, meaning=meaning) if name else None
        if text is not None:
            return text
    return None


def _changes(sent: Sent, known: Mapping[str, str], now: datetime | None) -> dict[str, Any]:
    changes: dict[str, Any] = {name: known[name] for name in _TEXTS & known.keys()}
    if "kind" in known:
        changes["kind"] = read_kind(known["kind"])
    if external_id := known.get("external_id"):
        changes |= {"external_id": external_id, "identity": repeats.by_id(external_id)}
    if instant := _instant(known, now):
        changes["occurred_at"] = instant
    if texts.truth(known.get("is_test")) and not sent.is_test:
        identity = changes.get("identity", sent.identity)
        changes |= {"is_test": True, "identity": repeats.of_test(identity)}
    return changes | _parts(sent, known)


def _instant(known: Mapping[str, str], now: datetime | None) -> datetime | None:
    """Unix seconds come as a text, too."""
    text = known.get("occurred_at")
    latest = now or _FAR_AHEAD
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        return read_instant(text, now=latest)
    return read_instant(number / 1000 if number > 1e11 else number, now=latest)


def _unread_instant(known: Mapping[str, str], now: datetime | None) -> dict[str, str]:
    is_unread = "occurred_at" in known and _instant(known, now) is None
    return {"occurred_at": known["occurred_at"]} if is_unread else {}


def _parts(sent: Sent, known: Mapping[str, str]) -> dict[str, Any]:
    home = property_of(known)
    place = {name: getattr(home, name) for name in _PROPERTY & known.keys()}
    campaign = {name: text for name in _CAMPAIGN if (text := known.get(f"campaign.{name}"))}
    return {
        "property": replace(sent.property, **place),
        "campaign": replace(sent.campaign, **campaign),
    }
