"""Bodies that no specification describes: the config's paths first, then guesses.

What a path names is ours, under the name it has in the config. The rest is flattened and
read like a form of unknown make; what nobody asked for is kept in `extra`.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.config.sources import Mapped
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.domain.lead import Inquiry
from app.sources import compose, forms, mapping, repeats
from app.sources.bodies.form import MAX_FIELDS, flattened
from app.sources.several import read_each

_MOST_NAMED = 12
"""Paths named in an error: enough to see which part of the body is meant."""

_EMPTY = "the list of leads is empty"


def reading(document: Any, webhook: Webhook, settings: Mapped, now: datetime) -> Reading:
    """What a delivery says. Raises `Unreadable` like `inquiries`."""
    found = inquiries(document, webhook, settings, now)
    return Reading(inquiries=found) if found else Reading(ignored=_EMPTY)


def inquiries(
    document: Any, webhook: Webhook, settings: Mapped, now: datetime
) -> tuple[Inquiry, ...]:
    """The leads in any JSON value, or in the fields of a form; none in an empty list.

    Raises `Unreadable` if none of them names a person.
    """
    several = mapping.items(document, settings.mapping)
    if several is None:
        return (_inquiry(document, "$", webhook, settings, now),)
    path, leads = several
    return read_each(
        leads,
        lambda at, lead: _inquiry(lead, _item(path, at), webhook, settings, now),
    )


def _item(path: str, at: int) -> str:
    return f"$[{at}]" if path == "$" else f"{path}, item {at}"


def _inquiry(lead: Any, where: str, webhook: Webhook, settings: Mapped, now: datetime) -> Inquiry:
    found = mapping.read(lead, settings.mapping)
    identity = repeats.by_content(json.dumps(lead, sort_keys=True).encode())
    sent = forms.submission(_fields(found.left), identity, settings, now=now, known=found.told)
    try:
        return compose.inquiry(sent, webhook.source, medium=settings.medium)
    except Unreadable as error:
        raise Unreadable(error.why + _not_found(found.missing), where) from None


def _fields(left: Any) -> Mapping[str, Any]:
    """What is left, as the fields of a form. A body with thousands stays nested."""
    if not isinstance(left, Mapping):
        return {}
    try:
        return flattened(left)
    except Unreadable:
        if len(left) > MAX_FIELDS:
            raise
        return left


def _not_found(paths: tuple[str, ...]) -> str:
    """The paths come from the config, and are nobody's secret."""
    if not paths:
        return ""
    more = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
    return f"; nothing was found at {', '.join(paths[:_MOST_NAMED])}{more}"
