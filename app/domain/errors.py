"""Everything that can go wrong in a way we can name.

AppError
├── Unauthenticated   we do not believe the caller is who they say       401
├── Forbidden         we know the caller, and they may not               403
├── NotFound          the thing named does not exist                     404
├── Conflict          the request is fine; the moment is not             409
├── TooLarge          more than we take                                  413
├── Unsupported       in a form that we do not take                      415
├── Invalid           the request itself makes no sense                  422
├── TooMany           more at once than we do                            429
└── Unavailable       we or somebody else is down; try again             503

A new error is one class under one of these. Its docstring is its title, its fields are
what a client gets to see, and `str()` of it is the detail. None of them ever quotes
personal data or a secret.
"""

from dataclasses import dataclass, field
from uuid import UUID


class AppError(Exception):
    """Something went wrong."""

    def __str__(self) -> str:
        return (self.__doc__ or type(self).__name__).splitlines()[0]


class Unauthenticated(AppError):
    """We do not believe the caller is who they say."""


class Forbidden(AppError):
    """The caller may not do this."""


class NotFound(AppError):
    """The thing named does not exist."""


class Conflict(AppError):
    """The request is fine; the moment is not."""


class TooLarge(AppError):
    """More than we take."""


class Unsupported(AppError):
    """In a form that we do not take."""


class Invalid(AppError):
    """The request makes no sense."""


class TooMany(AppError):
    """More at once than we do. Try again when the others are done."""


class Unavailable(AppError):
    """Not possible right now. Try again."""


@dataclass(eq=False)
class BadCredentials(Unauthenticated):
    """The delivery does not carry the right credentials for its source."""

    source: str
    why: str

    def __str__(self) -> str:
        return f"Source {self.source}: {self.why}."


@dataclass(eq=False)
class Unreadable(Invalid):
    """The delivery is authentic, but it cannot be read.

    `why` never quotes the delivery; `where` is a byte offset or a path such as
    `$.Lead.lead_info`.
    """

    why: str
    where: str = "$"

    def __str__(self) -> str:
        return f"{self.why} (at {self.where})"


@dataclass(eq=False)
class WrongKey(Unauthenticated):
    """An API key is needed, and this is none of ours."""


@dataclass(eq=False)
class WrongRole(Forbidden):
    """This API key's role does not allow the call."""

    role: str
    needs: tuple[str, ...]

    def __str__(self) -> str:
        return f"The key's role is {self.role}; this call needs {' or '.join(self.needs)}."


@dataclass(eq=False)
class NoSuch(NotFound):
    """There is nothing of that name or id."""

    what: str
    id: str

    def __str__(self) -> str:
        return f"There is no {self.what} {self.id}."


@dataclass(eq=False)
class AlreadyOwned(Conflict):
    """Somebody else was faster."""

    lead_id: UUID
    owner: str

    def __str__(self) -> str:
        return f"Lead {self.lead_id} belongs to {self.owner}."


@dataclass(eq=False)
class NotTheirsToClaim(Conflict):
    """The lead belongs to nobody, but not to everybody either."""

    lead_id: UUID
    by: str
    why: str

    def __str__(self) -> str:
        return f"{self.by} may not claim lead {self.lead_id}: {self.why}."


@dataclass(eq=False)
class AtCapacity(Conflict):
    """Whoever wants the lead has as many as they may."""

    agent: str
    limit: str
    """`open`: leads at once; `per_day`: new leads a day."""
    at_most: int

    def __str__(self) -> str:
        of = "open leads at once" if self.limit == "open" else "new leads a day"
        return f"{self.agent} has reached the limit of {self.at_most} {of} (capacity.{self.limit})."


@dataclass(eq=False)
class MustBeAssigned(Conflict):
    """The lead's source forbids that it is passed on, unless a person says to whom."""

    lead_id: UUID
    source: str

    def __str__(self) -> str:
        return (
            f"Source {self.source} forbids passing its leads on "
            f"(sla.reassign.never_for_sources): a manager must assign lead {self.lead_id}."
        )


@dataclass(eq=False)
class NotPossibleNow(Conflict):
    """The lead is not in a state that allows this."""

    why: str

    def __str__(self) -> str:
        return self.why


@dataclass(eq=False)
class VersionMismatch(Conflict):
    """Somebody else changed the config since you read it."""

    current_version: int

    def __str__(self) -> str:
        return f"The config is at version {self.current_version} now: read it again, then apply."


@dataclass(eq=False)
class BodyTooLarge(TooLarge):
    """The body is larger than this source may send."""

    limit: int

    def __str__(self) -> str:
        return f"The body is larger than {self.limit} bytes."


@dataclass(eq=False)
class BodyCompressed(Unsupported):
    """The body is compressed, and must be sent as it is."""

    def __str__(self) -> str:
        return "Send the body as it is, without Content-Encoding: what is unpacked has no limit."


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong field: where, and what to do about it."""

    field: str
    problem: str


@dataclass(eq=False)
class InvalidFields(Invalid):
    """Some fields are wrong."""

    errors: tuple[FieldProblem, ...] = field(default=())

    def __str__(self) -> str:
        return "; ".join(f"{each.field}: {each.problem}" for each in self.errors)


@dataclass(eq=False)
class SourceOff(Unavailable):
    """This source is switched off."""

    source: str
    why: str
    retry_after: int = 60

    def __str__(self) -> str:
        return f"Source {self.source} is off: {self.why}."


@dataclass(eq=False)
class Overloaded(Unavailable):
    """More is arriving than can be written down right now."""

    retry_after: int = 2


@dataclass(eq=False)
class DatabaseAway(Unavailable):
    """The database does not answer. Nothing was stored; send it again."""

    retry_after: int = 2
