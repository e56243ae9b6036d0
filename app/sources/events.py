"""What a partner's event says: a lead, a test, a wish to be left alone, or nothing for us.

Partners name their events as they like. Only what is plainly no lead is passed over; an
event of a type that nobody here knows is a lead, if it names a person.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from app.config.sources import SourceBase
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.domain.lead import Consent, Inquiry
from app.sources import canonical, compose, repeats, several
from app.sources.bodies.json import read_json
from app.sources.fields import kept
from app.sources.repeats import Identity
from app.sources.sent import Sent

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_PARTS = re.compile(r"[.:/]")
_VERSION = re.compile(r"v?[0-9]+")

_TESTS = frozenset({"test", "ping", "testing"})
_GONE = frozenset({"deleted", "removed", "erased", "destroyed", "delete", "remove", "erase"})
_NO_MAIL = frozenset({"unsubscribed", "unsubscribe", "unsubscription"})
_AGAIN = frozenset({"updated", "changed", "update"})
_OF_LEADS = frozenset({
    "lead", "leads", "contact", "inquiry", "enquiry", "prospect", "person", "people", "form",
    "submission", "registration", "registered", "customer", "visitor", "message", "request",
})  # fmt: skip
_LONGEST_TYPE = 200


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a partner."""

    type: str | None
    identity: Identity
    data: Any
    """The lead, or several, or a text that holds one; or why there is none to be read."""
    occurred_at: datetime | None = None
    about: Mapping[str, Any] | None = None
    """What the envelope says besides: kept under `event.`."""


def reading(
    events: Iterable[Event], webhook: Webhook, settings: SourceBase, now: datetime
) -> Reading:
    """What a delivery of events says. Raises `Unreadable`: none of them could be read."""
    leads: list[_Lead] = []
    ignored: list[str] = []
    for event in events:
        why = _why_none(event)
        if why is None:
            leads += _leads(event)
        else:
            ignored.append(why)
    if not leads:
        return Reading(ignored=ignored[0] if ignored else "there is no event in it")

    def read(_: int, each: _Lead) -> Inquiry:
        return compose.inquiry(_sent(each, settings, now), webhook.source, medium=settings.medium)

    return Reading(inquiries=several.read_each(leads, read))


def _why_none(event: Event) -> str | None:
    """Why this event is for nobody here; `None`: it is a lead."""
    last = _words(event)
    if _GONE & last:
        return "the event says that something was removed"
    if event.data in (None, "", {}, []):
        if _is_test(event):
            return "the event is a test without a lead"
        if event.data == []:
            return "the list of leads is empty"
        if event.type and not _OF_LEADS & set(map(str.lower, _WORD.findall(event.type))):
            return "the event holds no data"
    return None


class _Lead(NamedTuple):
    """One lead of an event."""

    event: Event
    data: Any
    identity: Identity


def _leads(event: Event) -> list[_Lead]:
    if not isinstance(event.data, list):
        return [_Lead(event, event.data, event.identity)]
    key, window = event.identity
    return [
        _Lead(event, each, Identity(repeats.by_id(key, str(position)).key, window))
        for position, each in enumerate(event.data)
    ]


def _sent(lead: _Lead, settings: SourceBase, now: datetime) -> Sent:
    data = lead.data
    if isinstance(data, Unreadable):
        raise data
    if isinstance(data, str):
        data = read_json(data.encode("utf-8", "replace"), where="$.data, byte")
    if not isinstance(data, Mapping):
        raise Unreadable("The data of this event is no object", "$.data")
    return _as_told(canonical.lead(data, lead.identity, settings, now=now), lead.event)


def _as_told(sent: Sent, event: Event) -> Sent:
    """The lead with what its envelope says of it."""
    words = _words(event)
    has_person = bool(sent.email or sent.phone)
    consent, is_aside = sent.consent, bool(_NO_MAIL & words) and has_person
    if is_aside:
        # Who wants no mail is not greeted by text message instead.
        consent = Consent(sms=False, email=False, evidence="unsubscribed")
    is_test = _is_test(event) or sent.is_test
    about = {f"event.{name}": value for name, value in kept(event.about or {}).items()}
    return replace(
        sent,
        identity=repeats.of_test(sent.identity) if is_test else sent.identity,
        occurred_at=sent.occurred_at or event.occurred_at,
        consent=consent,
        is_test=is_test,
        is_update=bool(_AGAIN & words) and has_person,
        is_aside=is_aside,
        extra={**about, **sent.extra},
    )


def _parts(event: Event) -> list[str]:
    """The parts of a type, without the version at its end."""
    parts = [each for each in _PARTS.split((event.type or "")[:_LONGEST_TYPE]) if each]
    while parts and _VERSION.fullmatch(parts[-1]):
        parts.pop()
    return parts


def _words(event: Event) -> set[str]:
    """The words of a type's last part: `com.example.leadDeleted.v1` has `lead`, `deleted`."""
    return {each.lower() for each in _WORD.findall(_parts(event)[-1])} if _parts(event) else set()


def _is_test(event: Event) -> bool:
    """`ping`, `lead.test`, `test.lead`; but a company may be called `com.test.lead.created`."""
    parts = [each.lower() for each in _parts(event)]
    return bool(parts) and (parts[-1] in _TESTS or (len(parts) <= 2 and parts[0] in _TESTS))
