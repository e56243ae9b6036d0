"""SLA status: right at the instant asked, whatever any background loop has done yet."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app.api import views
from app.api.access import Overseer, Reader, sight_of
from app.api.shapes.base import Filter, Listing, When
from app.api.shapes.leads import ClockOut
from app.api.state import Now, Reading
from app.sla.summary import Answered, summarise
from app.store import clock_listing, messages, reports
from app.store.clock_listing import ClockFilter
from app.store.listing import Page

router = APIRouter(prefix="/v1/sla", tags=["sla"])

State = Literal["running", "paused", "met", "breached", "cancelled"]


@router.get("")
async def list_clocks(  # noqa: PLR0913 - one parameter for each filter of the contract.
    key: Reader,
    tx: Reading,
    now: Now,
    *,
    state: State | None = None,
    at_risk: Annotated[bool, Query(description="A fifth or less of the time is left.")] = False,
    owner: Filter | None = None,
    team: Filter | None = None,
    source: Filter | None = None,
    policy: Filter | None = None,
    due_before: When | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: str | None = None,
) -> Listing[ClockOut]:
    """SLA clocks, one for each lead and step, by due date."""
    sight = sight_of(key)
    wanted = ClockFilter(
        now=now,
        state=state,
        at_risk=at_risk,
        owner=sight.of_owner(owner),
        team=team,
        source=source,
        policy=policy,
        due_before=due_before,
        teams=sight.teams,
    )
    clocks, next_cursor = await clock_listing.list_clocks(tx, wanted, Page(limit, cursor))
    told = views.by_clock(await messages.of_clocks(tx, [each.clock.id for each in clocks]))
    items = [views.clock(each, told.get(each.clock.id, []), now) for each in clocks]
    return Listing(items=items, next_cursor=next_cursor)


class SummaryRow(BaseModel):
    """One group's figures. Shares and percentiles are `null` where there is nothing to say."""

    group: str | None
    clocks: dict[str, int]
    """Clocks of steps that escalate, by state. A reminder is no promise, so none is counted."""
    met_share: float | None
    """Met among those that are decided: met and breached."""
    leads: int
    responded: int
    p50_seconds: float | None
    p90_seconds: float | None
    p99_seconds: float | None


@router.get("/summary")
async def summary(
    key: Overseer,
    tx: Reading,
    now: Now,
    from_: Annotated[When | None, Query(alias="from")] = None,
    to: When | None = None,
    group_by: Literal["owner", "team", "source", "policy"] = "owner",
) -> dict[str, Any]:
    """How many clocks were met, and how long people waited for the first response.

    Counts leads received from `from` up to, not including, `to`.
    """
    until = to or now
    found = await reports.clocks_received(
        tx, since=from_, until=until, group_by=group_by, teams=sight_of(key).teams
    )
    rows = summarise((Answered(**row) for row in found), now=now)
    return {
        "from": _shown(from_),
        "to": _shown(until),
        "group_by": group_by,
        "items": [SummaryRow(**row).model_dump() for row in rows],
    }


def _shown(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
