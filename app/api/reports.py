"""Reports: who was given how many leads, and how many were theirs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.api.access import Overseer
from app.api.bounded import BoundedRoute
from app.api.shapes.base import Filter, Instant, When
from app.api.state import Held, Now, Reading
from app.domain.errors import FieldProblem, InvalidFields, NoSuch
from app.domain.lead import LossCode
from app.flow.fairness import keep_books
from app.routing.ledger import Account, TeamAccount, Way
from app.routing.owed import why
from app.snapshot import Snapshot
from app.store import people
from app.store.api_keys import Key

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=BoundedRoute)

BY_DEFAULT = timedelta(days=30)
DIGITS = 4
"""Of a fraction that is shown. The books themselves are exact."""


class MemberOut(BaseModel):
    """One person's part in a team's leads. Shares are `null` where none cost a turn."""

    agent: str
    is_member: bool = Field(description="Of the team, by the config in force.")
    weight: int | None
    leads: dict[Way, int] = Field(
        description="Leads they were given, by how. One whose turn they got back is left out."
    )
    taken: int = Field(description="Leads that cost them a turn.")
    able: int = Field(description="Leads that cost somebody a turn, and could have been theirs.")
    entitled: float = Field(
        description="Of these, what was theirs: in equal parts with all who could have taken "
        "the same lead, or by weight where it was given out by weight."
    )
    owed: float = Field(description="`entitled` less `taken`, in leads. Negative: ahead.")
    share: float | None = Field(description="`taken`, of all that cost a turn in the team.")
    fair_share: float | None = Field(description="`entitled`, of the same.")
    passed_while_away: dict[str, int] = Field(
        description="Leads they could not have taken, by the first reason code."
    )
    outranked: dict[str, int] = Field(
        description="Leads they could have taken and others had, by reason code."
    )
    declined: int
    missed: int = Field(description="Passed on because they let the deadline go by.")
    went_off_duty: int = Field(description="Passed on because they went off duty unanswered.")
    unassigned: int = Field(description="Taken from them by a person.")
    why: str


class TeamOut(BaseModel):
    """One team's books. `owed` sums up to nothing over its members."""

    team: str
    floor: int | None = Field(description="The turn number that newcomers begin at.")
    strategies: dict[str, int] = Field(description="Leads that found an owner, by strategy.")
    counted: int = Field(description="Leads that cost a turn.")
    max_deviation: float = Field(description="The largest `owed`, either way, in leads.")
    members: list[MemberOut]


class FairnessOut(BaseModel):
    since: Instant = Field(serialization_alias="from")
    to: Instant
    after_absence: str
    items: list[TeamOut]


@router.get("/fairness")
async def fairness(  # noqa: PLR0913 - a parameter for each way to narrow it down.
    key: Overseer,
    tx: Reading,
    held: Held,
    now: Now,
    *,
    team: Filter | None = None,
    from_: Annotated[When | None, Query(alias="from", description="30 days before `to`.")] = None,
    to: Annotated[When | None, Query(description="Now.")] = None,
) -> FairnessOut:
    """The fairness ledger: what the members of each team were given, and what was theirs.

    Goes by the decisions made from `from` up to, not including, `to`. What became of their
    leads since counts as it stands now.
    """
    until = to or now
    since = from_ or _a_month_before(until)
    if since >= until:
        raise InvalidFields((FieldProblem("from", "must be earlier than `to`"),))
    snapshot = held.live.snapshot
    teams = _in_sight(team, key, snapshot)
    books = await keep_books(tx, since=since, until=to, teams=teams, in_force=snapshot.config)
    floors = await people.floors(tx)
    names = {*books.teams, *snapshot.config.teams} if teams is None else set(teams)
    return FairnessOut(
        since=since,
        to=until,
        after_absence=snapshot.config.routing.after_absence,
        items=[
            _team(books.account_of(name, _members(name, snapshot)), floors.get(name), snapshot)
            for name in sorted(names)
        ],
    )


def _a_month_before(until: datetime) -> datetime:
    try:
        return until - BY_DEFAULT
    except OverflowError as error:
        raise InvalidFields((FieldProblem("to", "lies before there was any lead"),)) from error


def _in_sight(asked: str | None, key: Key, snapshot: Snapshot) -> Sequence[str] | None:
    """Which teams to show; `None`: all, those that are gone from the config included.

    Raises `NoSuch` for one that the key does not see, or nobody knows.
    """
    if asked is None:
        return key.teams
    unseen = key.teams is not None and asked not in key.teams
    if unseen or asked not in snapshot.config.teams:
        raise NoSuch("team", asked[:64])
    return [asked]


def _members(team: str, snapshot: Snapshot) -> Sequence[str]:
    known = snapshot.config.teams.get(team)
    return () if known is None else known.members


def _team(books: TeamAccount, floor: int | None, snapshot: Snapshot) -> TeamOut:
    members = _members(books.team, snapshot)
    return TeamOut(
        team=books.team,
        floor=floor,
        strategies=dict(books.strategies),
        counted=books.counted,
        max_deviation=round(float(books.max_deviation), DIGITS),
        members=[
            _member(each, books, snapshot, is_member=each.agent in members)
            for each in books.members
        ],
    )


def _member(
    account: Account, books: TeamAccount, snapshot: Snapshot, *, is_member: bool
) -> MemberOut:
    person = snapshot.people.get(account.agent)
    share, fair_share = books.share(account), books.fair_share(account)
    return MemberOut(
        agent=account.agent,
        is_member=is_member,
        weight=None if person is None else person.weight,
        leads=dict(account.leads),
        taken=account.taken,
        able=account.able,
        entitled=round(float(account.entitled), DIGITS),
        owed=round(float(account.owed), DIGITS),
        share=None if share is None else round(float(share), DIGITS),
        fair_share=None if fair_share is None else round(float(fair_share), DIGITS),
        passed_while_away=dict(account.away),
        outranked=dict(account.outranked),
        declined=account.ended.get(LossCode.DECLINED, 0),
        missed=account.ended.get(LossCode.MISSED, 0),
        went_off_duty=account.ended.get(LossCode.OFF_DUTY, 0),
        unassigned=account.ended.get(LossCode.UNASSIGNED, 0),
        why=why(account, snapshot.config.routing.after_absence),
    )
