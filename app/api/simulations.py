"""`POST /v1/simulations`: past leads are routed again under a draft, and nothing is written."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from app.api.access import Admin
from app.api.bounded import BoundedRoute
from app.api.shapes.base import In, When, example
from app.api.state import Held, Now
from app.config.load import Document, check
from app.domain.errors import FieldProblem, InvalidFields, TooMany
from app.flow.rehearsing.rehearse import Scene, rehearse
from app.resources import Resources
from app.snapshot import Snapshot
from app.store import history

router = APIRouter(prefix="/v1/simulations", tags=["config"], route_class=BoundedRoute)

MOST_LEADS = 20_000
"""More are left to the command, which has a process of its own."""

THE_LAST = timedelta(days=30)

SLICE = 0.004
"""Seconds for which intake may be kept waiting at a time; then it has as many to itself."""


@dataclass(eq=False)
class SimulationRunning(TooMany):
    """This process runs a simulation already. Try again when it is done."""

    retry_after: int = 10


class SimulationIn(In):
    """A draft, and the stretch of time on whose leads it is tried."""

    model_config = example({"from": "2026-03-01T00:00:00Z", "to": "2026-03-15T00:00:00Z"})

    config: dict[str, Any] | None = Field(
        None, description="A whole config document. Left out: the config in force."
    )
    from_: Annotated[When | None, Field(alias="from")] = Field(
        None, description="Default: 30 days before `to`."
    )
    to: When | None = Field(None, description="Not included. Default: now.")


@router.post("")
async def simulate(
    asked: SimulationIn, request: Request, _: Admin, held: Held, now: Now
) -> dict[str, Any]:
    """Route past leads under a draft: whose they would have been, and what would be missed.

    Availability is as it was, calendars and everything else as the draft has them. Nothing is
    written. One at a time in each process (429), at most 20,000 leads (422: for more there is
    the command `lead-router simulate`).
    """
    draft = _draft(asked.config, held)
    since, until = _stretch(asked, now)
    state = request.app.state
    if getattr(state, "is_simulating", False):
        raise SimulationRunning
    state.is_simulating = True
    try:
        await _check_size(held, since, until)
        scene = Scene(draft, held.live.snapshot, since, until, now)
        return await rehearse(held.database, scene, _Breath())
    finally:
        state.is_simulating = False


def _draft(config: dict[str, Any] | None, held: Resources) -> Snapshot:
    live = held.live.snapshot
    if config is None:
        return live
    draft = Snapshot.of(0, check(Document.of(config), held.environ))
    # Who is on call by a feed is not in the document.
    return draft.with_shifts(live.plan.shifts)


def _stretch(asked: SimulationIn, now: datetime) -> tuple[datetime, datetime]:
    until = min(asked.to or now, now)
    since = asked.from_ or until - THE_LAST
    if since >= until:
        raise InvalidFields((FieldProblem("from", "must be earlier than `to`, and in the past"),))
    return since, until


async def _check_size(held: Resources, since: datetime, until: datetime) -> None:
    async with held.database.reading() as tx:
        leads = await history.how_many_received(tx, since, until)
    if leads > MOST_LEADS:
        problem = (
            f"{leads} leads came in this stretch, and a call takes {MOST_LEADS}: choose a shorter "
            "one, or use the command `lead-router simulate`"
        )
        raise InvalidFields((FieldProblem("from", problem),))


class _Breath:
    """Lets everybody else work: at least as long as we did, after each few milliseconds."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def __call__(self, leads: int) -> None:
        del leads
        if time.perf_counter() - self._since >= SLICE:
            await asyncio.sleep(SLICE)
            self._since = time.perf_counter()
