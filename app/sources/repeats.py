"""What makes two deliveries the same asking."""

import hashlib
from datetime import timedelta
from typing import NamedTuple

WINDOW = timedelta(hours=24)
"""A person who sends the same words again on another day is asking again."""

_LONGEST_KEY = 200


class Identity(NamedTuple):
    """A dedupe key, and for how long it holds. `None`: for ever."""

    key: str
    window: timedelta | None


def by_id(*parts: str) -> Identity:
    """A provider's own id, whole or, if it is longer than a key may be, as its hash."""
    key = "#".join(parts)
    return Identity(key if len(key) <= _LONGEST_KEY else _hash(key.encode()), None)


def by_content(content: bytes) -> Identity:
    """For senders without an id: the same bytes within `WINDOW` are the same asking."""
    return Identity(_hash(content), WINDOW)


def of_test(identity: Identity) -> Identity:
    """A test's id is made up, and must not make a real lead of that id a repeat."""
    return Identity(by_id("test", identity.key).key, identity.window)


def _hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
