"""UUIDv7 (RFC 9562): ids that sort by the instant they were made."""

import os
from datetime import datetime
from uuid import UUID

_VERSION_AND_VARIANT = (7 << 76) | (0b10 << 62)
_RANDOM = ((1 << 12) - 1) << 64 | ((1 << 62) - 1)


def new_id(now: datetime) -> UUID:
    """Make an id for something that happens `now`.

    48 bits of milliseconds, then 74 random bits: ids of one millisecond have no order.
    """
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    random = int.from_bytes(os.urandom(10)) & _RANDOM & ((1 << 76) - 1)
    return UUID(int=(milliseconds << 80) | _VERSION_AND_VARIANT | random)
