"""The database's troubles, in our words: away, or contended."""

from dataclasses import dataclass

from sqlalchemy import exc
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)

from app.domain.errors import AppError, Conflict, DatabaseAway, Unavailable

_TRANSIENT = frozenset({"40001", "40P01", "55P03", "57014"})
"""Serialisation failure, deadlock, lock not available, statement timed out."""

_NO_SUCH_TABLE = "42P01"
_NO_SUCH_TABLE_ON_SQLITE = "no such table:"

_GONE = ("08", "57P", "53", "25P03", "58")
"""Connection lost, shutting down, out of resources, idle too long, system error."""


@dataclass(eq=False)
class Contended(Conflict):
    """Another transaction was in the way. Doing the same again may work."""


class NotMigrated(Unavailable):
    """The database has no schema yet: run `lead-router migrate`."""


def translate(error: BaseException) -> AppError | None:
    """The same trouble as one of our errors; `None` where it is a mistake of ours."""
    if isinstance(error, OSError | exc.TimeoutError):
        return DatabaseAway()
    if not isinstance(error, DBAPIError):
        return None
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == _NO_SUCH_TABLE or str(error.orig).startswith(_NO_SUCH_TABLE_ON_SQLITE):
        return NotMigrated()
    if state in _TRANSIENT:
        return Contended()
    if error.connection_invalidated or state.startswith(_GONE):
        return DatabaseAway()
    if isinstance(error, OperationalError | InterfaceError) and not isinstance(
        error, IntegrityError
    ):
        return DatabaseAway()
    return None
