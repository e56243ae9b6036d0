"""Leads: found, read, and worked on."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from app.api import views
from app.api.access import Operator, Reader, Sight, Worker, actor_of, acts_as, sight_of
from app.api.bounded import BoundedRoute
from app.api.shapes.actions import AssignIn, AttemptIn, ByIn, StatusIn
from app.api.shapes.base import Filter, Listing, When
from app.api.shapes.leads import FactOut, LeadDetail, LeadOut
from app.api.state import Held, Now, Reading, Serve, Writing
from app.domain.failpoint import failpoint
from app.domain.lead import AgentId, Lead, LeadStatus
from app.flow import answers, claims, erasure
from app.resources import Resources
from app.routing.claiming import teams_of
from app.store import clock_listing, leads, listing, messages
from app.store.claimable import Claimer
from app.store.database import Tx
from app.store.listing import LeadFilter, Page

router = APIRouter(prefix="/v1/leads", tags=["leads"], route_class=BoundedRoute)

Limit = Annotated[int, Query(ge=1, le=500)]

NOBODYS = "none"
"""In place of an owner: leads that have none."""


@router.get("")
async def list_leads(  # noqa: PLR0913 - one parameter for each filter of the contract.
    key: Reader,
    tx: Reading,
    held: Held,
    now: Now,
    *,
    status: Annotated[list[LeadStatus], Query()] = [],  # noqa: B006 - FastAPI copies it.
    owner: Annotated[Filter | None, Query(description="`none`: without an owner.")] = None,
    offered_to: Annotated[
        Filter | None, Query(description="What this person may claim: see `claim`.")
    ] = None,
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
        owner=_whose(owner, offered_to, sight),
        unowned=owner == NOBODYS,
        claimable_by=None if offered_to is None else _claimer(offered_to, held, now),
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


def _whose(owner: str | None, offered_to: str | None, sight: Sight) -> str | None:
    """Whose leads to list, where the column names somebody. `None`: it is not looked at."""
    # What may be claimed is nobody's yet: an agent's key may ask for that of its own agent.
    sees_nobodys = sight.owner is None or offered_to == sight.owner
    asked = None if owner == NOBODYS else owner
    return asked if sees_nobodys else sight.of_owner(owner)


def _claimer(person: str, held: Resources, now: datetime) -> Claimer:
    snapshot = held.live.snapshot
    known = snapshot.people.get(person)
    if known is None:
        return Claimer(person, frozenset(), claims_any=False, now=now)
    teams = teams_of(known, snapshot.config)
    return Claimer(person, teams, claims_any=known.role == "manager", now=now)


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
async def claim(lead_id: UUID, said: ByIn, key: Worker, serve: Serve, now: Now) -> LeadDetail:
    """Take a lead that is offered, or that nobody owns.

    One winner; the others get a 409 naming them, and all who were told of the offer hear
    that it is over. A 409 also says who may claim it, or which limit of capacity is reached.
    """
    acts_as(key, said.by)
    held = serve.held
    async with held.database.transaction() as tx:
        sight_of(key).check_claimable(await leads.standing_for(tx, lead_id))
        lead, notices = await claims.claim(
            tx, lead_id, by=AgentId(said.by), snapshot=held.live.snapshot, now=now
        )
        detail = await _detail(tx, lead, now)
        failpoint("claim.before_commit")
    failpoint("claim.after_commit")
    serve.doorbell.ring(notices)
    return detail


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
