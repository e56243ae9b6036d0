"""What the HTTP edge works with, and how an endpoint asks for it."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends, Request

from app.domain.doorbell import Doorbell
from app.flow.arrivals import Arrival, Taken
from app.flow.silence import Listening
from app.resources import Resources
from app.store.api_keys import Key
from app.store.database import Tx


class Intake(Protocol):
    async def take(self, arrival: Arrival) -> Taken: ...


class Refusals(Protocol):
    counts: Counter[str]

    def note(self, source: str, why: str, *, asked_for_password: bool = False) -> None: ...


class Keys(Protocol):
    async def holder(self, serving: "Serving", presented: str) -> Key: ...


Health = Callable[[], Awaitable[dict[str, str]]]
"""What is wrong right now, by name; empty when all is well. Slow looks are remembered."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The parts of a serving process that requests use."""

    held: Resources
    intake: Intake
    doorbell: Doorbell
    keys: Keys
    troubles: Health
    refusals: Refusals
    listening: Listening


def _serving(request: Request) -> Serving:
    serving: Serving = request.app.state.serving
    return serving


def _held(request: Request) -> Resources:
    return _serving(request).held


def _now(request: Request) -> datetime:
    """The instant this request is answered by: read once, passed down, never read again."""
    return _held(request).clock()


async def _writing(request: Request) -> AsyncIterator[Tx]:
    async with _held(request).database.transaction() as tx:
        yield tx


async def _reading(request: Request) -> AsyncIterator[Tx]:
    async with _held(request).database.reading() as tx:
        yield tx


Serve = Annotated[Serving, Depends(_serving)]
Held = Annotated[Resources, Depends(_held)]
Now = Annotated[datetime, Depends(_now)]

# scope="function" commits before the answer is sent. FastAPI's default commits after, and
# would let a 200 out of the door for a transaction that then fails.
Writing = Annotated[Tx, Depends(_writing, scope="function")]
Reading = Annotated[Tx, Depends(_reading, scope="function")]
