"""What a person typed into a form: one way to read it, whoever sent the form on.

The config's `fields` come first; what is then still unknown is guessed by the names that
people give to fields; what nobody asked for is kept in `extra`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from app.config.inquiry_fields import CANONICAL
from app.config.sources import FillTime, FormGuards, SourceBase
from app.domain.lead import Consent
from app.sources import campaigns, consents, guesses, overrides
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.normalise.times import read_instant
from app.sources.repeats import Identity
from app.sources.sent import Sent
from app.sources.taking import take_instant

_PROOFS = {
    "xxTrustedFormCertUrl": "trustedform",
    "xxTrustedFormToken": "trustedform",
    "universal_leadid": "jornaya",
    "leadid_token": "jornaya",
    "jornaya_lead_id": "jornaya",
}
"""Hidden fields of the services that certify consent."""

_LONGEST_FILL = timedelta(days=2)
"""A number up to this many seconds is a time taken; a larger one is an instant."""

_INSTANTS = (
    "submitted_at",
    "submittedAt",
    "created_at",
    "createdAt",
    "created_time",
    "occurred_at",
)


def submission(
    members: Mapping[str, Any],
    identity: Identity,
    settings: SourceBase,
    *,
    now: datetime,
    known: Mapping[str, str] = MappingProxyType({}),
    beside: Mapping[str, Any] = MappingProxyType({}),
) -> Sent:
    """What a form says, with the settings of its source applied.

    `known` are texts under our own names that were found before, and are not looked for.
    `beside` came with the form, and nobody typed it in: titles, addresses, technical fields.
    The config may name them and they are kept, but nobody's name is guessed from them.
    """
    fields = Fields({**_without_clashes(beside, members), **members})
    spam = _spam(fields, settings, now) if isinstance(settings, FormGuards) else None
    consent = consents.with_configured(Consent(), fields, settings.consent)
    told = _told(fields, members, settings, known)
    other_name = _other_name(told)
    campaign, others = campaigns.read_campaign(fields)
    sent = Sent(
        identity,
        occurred_at=take_instant(fields, *_INSTANTS, now=now),
        medium=campaign.medium,
        consent=_proven(consent, fields),
        campaign=campaign,
        spam=spam,
        extra={**other_name, **others, **fields.left()},
    )
    return overrides.applied(sent, told, now=now)


def named_in(settings: SourceBase) -> frozenset[str]:
    """The sender's names that the config of a source speaks of: these must stay as they are."""
    names = [name for theirs in settings.fields.values() for name in theirs]
    names += [each for each in (settings.consent.sms, settings.consent.email) if each]
    if isinstance(settings, FormGuards):
        names += [settings.honeypot] if settings.honeypot else []
        names += [settings.fill_time.field] if settings.fill_time else []
    return frozenset(names)


def meanings_in(settings: SourceBase) -> frozenset[str]:
    """What the config of a source says itself: none of it is to be found by other means."""
    told = {CANONICAL[ours] for ours in settings.fields}
    return frozenset(told | {"first_name", "last_name"} if "full_name" in told else told)


def _without_clashes(beside: Mapping[str, Any], members: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stands beside, under another name where a field of the form has its name."""
    return {
        f"form.{name}" if name in members and members[name] != value else name: value
        for name, value in beside.items()
    }


def _told(
    fields: Fields, members: Mapping[str, Any], settings: SourceBase, known: Mapping[str, str]
) -> Mapping[str, str]:
    """What the config names comes first; only what is then still unknown is guessed."""
    still_open = {
        ours: names for ours, names in settings.fields.items() if CANONICAL[ours] not in known
    }
    by_config = {**known, **overrides.told(fields, still_open)}
    settled = set(by_config)
    if "full_name" in settled:
        settled |= {"first_name", "last_name"}
    guessed = guesses.take_known(fields, among=members.keys(), but=settled)
    return guesses.with_names_settled(guessed | by_config)


def _other_name(told: Mapping[str, str]) -> Mapping[str, str]:
    """A name in one field that says something which the one in two fields does not."""
    parts = " ".join(told.get(name, "") for name in ("first_name", "last_name"))
    full = told.get("full_name", "")
    says_more = not set(full.casefold().split()).issubset(parts.casefold().split())
    return {"full_name": full} if says_more and parts.strip() else {}


def _spam(fields: Fields, settings: FormGuards, now: datetime) -> str | None:
    """People cannot see the honeypot. Some browsers fill it in for them: kept, not dropped."""
    name = settings.honeypot and fields.find(settings.honeypot)
    if name and texts.line(fields.look(name)) is not None:
        return "the form's hidden field was filled in"
    if settings.fill_time is not None and _is_too_fast(fields, settings.fill_time, now):
        return "the form was filled in faster than a person can"
    return None


def _is_too_fast(fields: Fields, wanted: FillTime, now: datetime) -> bool:
    """A field that is missing or makes no sense says nothing: a lead is worth more."""
    name = fields.find(wanted.field)
    text = texts.line(fields.look(name)) if name else None
    taken = None if text is None else _taken(text, now)
    return taken is not None and timedelta(0) <= taken < wanted.at_least


def _taken(text: str, now: datetime) -> timedelta | None:
    """The time it took: told as seconds, or by the instant at which the form was shown."""
    try:
        number = float(text)
    except ValueError:
        shown_at = read_instant(text, now=now)
    else:
        if 0 <= number <= _LONGEST_FILL.total_seconds():
            return timedelta(seconds=number)
        # Browsers count in milliseconds, servers in seconds.
        shown_at = read_instant(number / 1000 if number > 1e11 else number, now=now)
    return None if shown_at is None else now - shown_at


def _proven(consent: Consent, fields: Fields) -> Consent:
    proofs = [
        f"{service}: {text}" for name, service in _PROOFS.items() if (text := fields.line(name))
    ]
    evidence = [consent.evidence, *proofs] if consent.evidence else proofs
    return replace(consent, evidence="; ".join(evidence) or None)
