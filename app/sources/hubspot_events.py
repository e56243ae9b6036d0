"""HubSpot's webhooks API: events that name a contact by its id, and nothing more of it.

https://developers.hubspot.com/docs/api/webhooks. Up to a hundred come in one list, not always
in order; `eventId` is not guaranteed to be unique.

A contact is one asking, whatever happens to it: the key is the contact's id. Its creation and
all its changes are one lead, whichever comes first, and an event that comes twice changes
nothing. A change of a contact that made a lead before is therefore no new asking: mostly it
was ourselves who typed it in.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.domain.delivery import Held, Reading
from app.domain.errors import Unreadable
from app.sources import limits, repeats
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.normalise.times import read_milliseconds

CONTACTS = "0-1"
"""The object type of contacts, in events that are called `object.…`."""

_MAKES = frozenset({"creation", "propertyChange", "restore"})
_ENDS = frozenset({"deletion", "privacyDeletion"})


def is_event(value: Any) -> bool:
    return isinstance(value, Mapping) and "subscriptionType" in value


def contact_key(contact_id: str) -> str:
    """The dedupe key of a contact, also where it comes whole."""
    return repeats.by_id(contact_id).key


def read_events(events: Sequence[Any], *, now: datetime) -> Reading:
    """The leads that these events make or end. Raises `Unreadable`: there is no event."""
    known = [each for each in events if is_event(each)]
    if not known:
        raise Unreadable("There is no event of HubSpot's in this list")
    made = _by_contact(known, _MAKES)
    ended = _by_contact(known, _ENDS)
    held = tuple(
        _held(contact, of_it, now) for contact, of_it in made.items() if contact not in ended
    )
    if not held and not ended:
        return Reading(ignored="no contact was created, changed or deleted")
    return Reading(held=held, withdrawn=tuple(map(contact_key, ended)))


def _by_contact(
    events: Sequence[Mapping[str, Any]], actions: frozenset[str]
) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for each in events:
        subject, _, action = (texts.line(each.get("subscriptionType")) or "").partition(".")
        is_contact = subject == "contact" or (
            subject == "object" and texts.line(each.get("objectTypeId")) == CONTACTS
        )
        contact = texts.line(each.get("objectId"))
        if is_contact and action in actions and contact and len(contact) <= limits.LINE:
            found.setdefault(contact, []).append(each)
    return found


def _held(contact: str, events: Sequence[Mapping[str, Any]], now: datetime) -> Held:
    instants = (read_milliseconds(each.get("occurredAt"), now=now) for each in events)
    # The creation tells best how the contact came about, and may stand after its changes.
    first = min(events, key=_is_change)
    members = Fields(first)
    return Held(
        dedupe_key=contact_key(contact),
        external_id=contact,
        reference={
            name: text
            for name in ("portalId", "appId", "subscriptionType", "changeSource", "sourceId")
            if (text := members.line(name))
        },
        occurred_at=min((each for each in instants if each), default=None),
    )


def _is_change(event: Mapping[str, Any]) -> bool:
    return (texts.line(event.get("subscriptionType")) or "").endswith("propertyChange")
