"""Our own JSON of a lead, as partners send it to us inside of something else.

The members of `POST /v1/leads` mean what they mean there. Whatever else is sent, flat or
nested, is read like a form of unknown make; what nobody asked for is kept in `extra`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import SourceBase
from app.domain.errors import Unreadable
from app.domain.lead import Campaign, Consent, Kind, Property
from app.sources import forms, repeats
from app.sources.bodies.form import flattened
from app.sources.fields import Fields, kept
from app.sources.normalise import texts
from app.sources.repeats import Identity
from app.sources.sent import Sent
from app.sources.taking import take_instant, take_kind, take_text

_TEXTS = [
    "first_name",
    "last_name",
    "full_name",
    "email",
    "phone",
    "message",
    "language",
    "medium",
    "provider_agent",
]
_PARTS = ("property", "campaign", "consent", "extra")


def lead(
    members: Mapping[str, Any], identity: Identity, settings: SourceBase, *, now: datetime
) -> Sent:
    """One lead, with its source's settings applied. `identity` is its message's."""
    top = Fields(members)
    parts = {name: top.inner(name) for name in _PARTS}
    external_id = top.line("external_id")
    occurred_at = take_instant(top, "occurred_at", "received_at", now=now)
    known = dict(_known(top, parts))
    consent = _consent(parts["consent"])
    extra = parts.pop("extra").left()
    others = _fields(top, parts)
    sent = forms.submission(others, identity, _unsaid(settings, consent), now=now, known=known)
    return replace(
        sent,
        identity=repeats.of_test(identity) if sent.is_test else identity,
        external_id=external_id or sent.external_id,
        occurred_at=occurred_at or sent.occurred_at,
        consent=_both(consent, sent.consent),
        extra={**sent.extra, **extra},
    )


def _known(top: Fields, parts: Mapping[str, Fields]) -> Iterator[tuple[str, str]]:
    """Our name → text, of the members that have our names."""
    kind = take_kind(top, "kind")
    if kind is not Kind.UNKNOWN:
        yield "kind", kind.value
    for name in _TEXTS:
        yield from _taken(top, name, name)
    for each in fields_of(Property):
        yield from _taken(parts["property"], each.name, each.name)
    for each in fields_of(Campaign):
        yield from _taken(parts["campaign"], each.name, f"campaign.{each.name}")


def _taken(part: Fields, name: str, ours: str) -> Iterator[tuple[str, str]]:
    text = take_text(part, name, meaning=name)
    if text is not None:
        yield ours, text
        if name == "price" and text.isdigit():
            part.drop(name)


def _consent(part: Fields) -> Consent:
    told = {name: texts.truth(part.look(name)) for name in ("sms", "email")}
    for name, answer in told.items():
        if answer is not None:
            part.drop(name)
    return Consent(**told, evidence=part.line("evidence"))


def _unsaid(settings: SourceBase, told: Consent) -> SourceBase:
    """The settings without what they suppose of a consent that the partner tells."""
    answered = {name: None for name in ("sms", "email") if getattr(told, name) is not None}
    return settings.model_copy(update={"consent": settings.consent.model_copy(update=answered)})


def _both(told: Consent, found: Consent) -> Consent:
    evidence = [each for each in (told.evidence, found.evidence) if each]
    return Consent(
        sms=found.sms if told.sms is None else told.sms,
        email=found.email if told.email is None else told.email,
        evidence="; ".join(evidence) or None,
    )


def _fields(top: Fields, parts: Mapping[str, Fields]) -> Mapping[str, Any]:
    """What has not our names, as the fields of a form. A lead with thousands stays nested."""
    left = top.left() | {name: rest for name, part in parts.items() if (rest := part.left())}
    try:
        return flattened(left)
    except Unreadable:
        return kept(left)
