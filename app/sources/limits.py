"""How long each text of an inquiry may be. Longer ones are cut, and kept whole in `extra`."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from app.domain.lead import Campaign, Consent, Inquiry, Property

LINE = 200
LIMITS = {
    "first_name": 100,
    "last_name": 100,
    "email": 320,
    "phone": 64,
    "message": 10_000,
    "language": 16,
    "medium": 64,
    "state": 60,
    "zip": 20,
    "mls": 100,
    "url": 2_000,
    "evidence": 2_000,
    "gclid": 500,
    "fbclid": 500,
    "msclkid": 500,
}
"""In characters; every other text is a `LINE`."""

_OURS = frozenset({"source", "dedupe_key"})
"""Made here and bounded already."""

_PARTS = ("property", "campaign", "consent")


def within_limits(inquiry: Inquiry) -> Inquiry:
    """The inquiry with each text cut to its limit, and `extra` holding those cut, whole."""
    whole: dict[str, str] = {}
    changes: dict[str, Any] = {}
    for name, text, limit in _too_long(inquiry):
        changes[name] = text[:limit]
        whole[f"{name}_in_full"] = text
    for part in _PARTS:
        record = getattr(inquiry, part)
        for name, text, limit in _too_long(record):
            changes[part] = replace(changes.get(part, record), **{name: text[:limit]})
            whole[f"{part}_{name}_in_full"] = text
    return replace(inquiry, **changes, extra={**inquiry.extra, **whole}) if whole else inquiry


def _too_long(record: Any) -> Iterator[tuple[str, str, int]]:
    for name, limit in _LIMITS_OF[type(record)]:
        text = getattr(record, name)
        if isinstance(text, str) and len(text) > limit:
            yield name, text, limit


_LIMITS_OF = {
    record: tuple(
        (each.name, LIMITS.get(each.name, LINE))
        for each in fields(record)
        if each.name not in _OURS
    )
    for record in (Inquiry, Property, Campaign, Consent)
}
