"""Leads: found, read, and worked on."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from app.api import views
from app.api.access import Operator, Reader, Sight, Worker, actor_of, acts_as, sight_of
from app.api.bounded import BoundedRoute
from app.api.shapes import (
    AssignIn,
    AttemptIn,
    ByIn,
    DecisionOut,
    FactOut,
    Filter,
    LeadDetail,
    LeadOut,
    Listing,
    StatusIn,
    When,
)
from app.api.state import Held, Now, Reading, Serve, Writing
from app.domain.lead import AgentId, Lead, LeadStatus
from app.flow import answers, erasure
from app.store import clock_listing, leads, listing, messages
from app.store.database import Tx
from app.store.listing import LeadFilter, Page

router = APIRouter(prefix="/v1/leads", tags=["leads"], route_class=BoundedRoute)

Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("")
async def list_leads(  # noqa: PLR0913 - one parameter for each filter of the contract.
    key: Reader,
    tx: Reading,
    *,
    status: Annotated[list[LeadStatus], Query()] = [],  # noqa: B006 - FastAPI copies it.
    owner: Filter | None = None,
    team: Filter | None = None,
    source: Filter | None = None,
    q: Annotated[Filter | None, Query(description="Name, e-mail or phone.")] = None,
    received_after: When | None = None,
    received_before: When | None = None,
    test: Annotated[bool, Query(description="Only leads marked as tests.")] = False,
    limit: Limit = 50,
    cursor: str | None = None,
) -> Listing[LeadOut]:
    """Find leads, the newest first."""
    sight = sight_of(key)
    wanted = LeadFilter(
        status=tuple(status),
        owner=sight.of_owner(owner),
        team=team,
        source=source,
        q=q,
        received_after=received_after,
        received_before=received_before,
        teams=sight.teams,
        test=test,
    )
    listed = await listing.list_leads(tx, wanted, Page(limit, cursor))
    return Listing(items=[views.lead(row) for row in listed.items], next_cursor=listed.next_cursor)


@router.get("/{lead_id}")
async def read_lead(lead_id: UUID, key: Reader, tx: Reading, now: Now) -> LeadDetail:
    """One lead, with its clocks as they stand this instant, and everything it asked."""
    return await _detail(tx, await _visible(tx, lead_id, sight_of(key)), now)


@router.get("/{lead_id}/timeline")
async def read_timeline(lead_id: UUID, key: Reader, tx: Reading) -> Listing[FactOut]:
    """Every fact about the lead, in order."""
    lead = await _visible(tx, lead_id, sight_of(key))
    rows = await listing.timeline_of(tx, lead.id)
    return Listing(
        items=[
            FactOut(at=row["at"], type=row["type"], actor=row["actor"], data=row["data"])
            for row in rows
        ],
        next_cursor=None,
    )


@router.get("/{lead_id}/decisions")
async def read_decisions(lead_id: UUID, key: Reader, tx: Reading) -> Listing[DecisionOut]:
    """Why this owner: each decision with its rule, and every person considered."""
    lead = await _visible(tx, lead_id, sight_of(key))
    rows = await listing.decisions_of(tx, lead.id)
    return Listing(
        items=[
            DecisionOut(
                **{
                    **row["detail"],
                    "at": row["at"],
                    "config_version": row["config_version"],
                    "rule": row["rule"],
                    "strategy": row["strategy"],
                    "owner": row["owner"],
                    "team": row["team"],
                }
            )
            for row in rows
        ],
        next_cursor=None,
    )


@router.post("/{lead_id}/attempts", status_code=201)
async def log_attempt(
    lead_id: UUID, said: AttemptIn, key: Worker, tx: Writing, held: Held, now: Now
) -> LeadDetail:
    """Say that somebody tried to reach the person. Stops the clocks, if that is enough."""
    acts_as(key, said.by)
    await _visible(tx, lead_id, sight_of(key))
    tried = answers.Attempt(said.channel, said.outcome, AgentId(said.by), said.at or now, said.note)
    lead = await answers.attempt(tx, lead_id, tried, snapshot=held.live.snapshot, now=now)
    return await _detail(tx, lead, now)


@router.post("/{lead_id}/acknowledge")
async def acknowledge(
    lead_id: UUID, said: ByIn, key: Worker, tx: Writing, held: Held, now: Now
) -> LeadDetail:
    """Record "I have it". Does not stop a response clock unless the policy says so."""
    acts_as(key, said.by)
    await _visible(tx, lead_id, sight_of(key))
    lead = await answers.acknowledge(
        tx, lead_id, by=AgentId(said.by), snapshot=held.live.snapshot, now=now
    )
    return await _detail(tx, lead, now)


@router.post("/{lead_id}/claim")
async def claim(
    lead_id: UUID, said: ByIn, key: Worker, tx: Writing, held: Held, now: Now
) -> LeadDetail:
    """Take a lead that nobody owns. One winner; the others get a 409 naming them."""
    acts_as(key, said.by)
    sight_of(key).check_claimable(await leads.standing_for(tx, lead_id))
    lead = await answers.claim(
        tx, lead_id, by=AgentId(said.by), snapshot=held.live.snapshot, now=now
    )
    return await _detail(tx, lead, now)


@router.post("/{lead_id}/assign")
async def assign(
    lead_id: UUID, said: AssignIn, key: Operator, serve: Serve, now: Now
) -> LeadDetail:
    """Give the lead to somebody. Automation never takes it away from them again."""
    held = serve.held
    to = answers.HandOver(AgentId(said.owner), said.reason, actor_of(key))
    async with held.database.transaction() as tx:
        await _visible(tx, lead_id, sight_of(key))
        lead, alerts = await answers.assign(tx, lead_id, to, snapshot=held.live.snapshot, now=now)
        detail = await _detail(tx, lead, now)
    serve.doorbell.ring(alerts)
    return detail


@router.post("/{lead_id}/status")
async def set_status(
    lead_id: UUID, said: StatusIn, key: Worker, tx: Writing, now: Now
) -> LeadDetail:
    """Move the lead along. `converted`, `lost` and `spam` close it and stop its clocks."""
    await _visible(tx, lead_id, sight_of(key))
    lead = await answers.set_status(tx, lead_id, said.status, actor=actor_of(key), now=now)
    return await _detail(tx, lead, now)


@router.delete("/{lead_id}/personal-data")
async def erase(lead_id: UUID, key: Operator, tx: Writing, now: Now) -> LeadDetail:
    """Erase the person everywhere: raw deliveries and messages included. Figures stay."""
    await _visible(tx, lead_id, sight_of(key))
    lead = await erasure.erase(tx, lead_id, actor=actor_of(key), now=now)
    return await _detail(tx, lead, now)


async def _visible(tx: Tx, lead_id: UUID, sight: Sight) -> Lead:
    """The lead, or the one that stands for it. Raises `NoSuch` if the key may not see it."""
    lead = await leads.standing_for(tx, lead_id)
    sight.check(lead)
    return lead


async def _detail(tx: Tx, lead: Lead, now: datetime) -> LeadDetail:
    wanted = clock_listing.ClockFilter(now=now, lead_id=lead.id)
    clocks, _ = await clock_listing.list_clocks(tx, wanted, Page(limit=500))
    told = views.by_clock(await messages.of_clocks(tx, [each.clock.id for each in clocks]))
    fields: dict[str, Any] = views.lead_fields(lead)
    return LeadDetail(
        **fields,
        sla=[views.clock(each, told.get(each.clock.id, []), now) for each in clocks],
        inquiries=[views.inquiry(row) for row in await listing.inquiries_of(tx, lead.id)],
    )
