"""Several leads in one delivery: those that can be read do not wait for one that cannot."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from app.domain.errors import Unreadable
from app.domain.lead import Inquiry

MAX_LEADS = 1000


def read_each(leads: Sequence[Any], read: Callable[[int, Any], Inquiry]) -> tuple[Inquiry, ...]:
    """Read every lead, given with its index; none from an empty list.

    Raises `Unreadable` if there are too many of them, or not one can be read. What is wrong
    with the others stands in `extra` of the first; the raw delivery has them whole.
    """
    if len(leads) > MAX_LEADS:
        raise Unreadable(f"This delivery has more than {MAX_LEADS} leads")
    found: list[Inquiry] = []
    unread: list[Unreadable] = []
    for at, lead in enumerate(leads):
        try:
            found.append(read(at, lead))
        except Unreadable as error:
            unread.append(error)
    if not unread:
        return tuple(found)
    if not found:
        raise unread[0]
    first = replace(found[0], extra={**found[0].extra, "unread_beside": [str(e) for e in unread]})
    return (first, *found[1:])
