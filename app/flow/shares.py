"""What share of their teams' leads people had in the last 30 days, beside what was theirs.

There are two ways to know. For one person the ledger is kept, which knows who could have
taken each lead, and so what is owed. For everybody at once that would take seconds in a
large house: leads by turn are counted then, beside what weights alone would say.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from app.config.people import Agent
from app.domain.lead import AgentId
from app.flow.fairness import keep_books
from app.routing.charges import goes_by_weight
from app.routing.strategies.registry import STRATEGIES
from app.snapshot import Snapshot
from app.store import ledger
from app.store.database import Tx
from app.store.ledger import Count

WINDOW = timedelta(days=30)
LATEST = 500
"""Decisions that one person's account goes back by at most. A report goes back by all."""


class Shares(NamedTuple):
    """Of the leads that a person's teams gave out. `None`: not known, or there were none."""

    share: float | None = None
    fair_share: float | None = None
    owed: float | None = None
    """In leads."""


async def of_one(tx: Tx, person: Agent, snapshot: Snapshot, now: datetime) -> Shares:
    """By the ledger: of the last `LATEST` leads that cost a turn, in all of their teams."""
    teams = _teams_of(person, snapshot)
    if not teams:
        return Shares()
    since = await ledger.begins_at(tx, teams, since=now - WINDOW, latest=LATEST)
    books = await keep_books(tx, since=since, until=None, teams=teams, in_force=snapshot.config)
    accounts = [books.account_of(team, [person.id]) for team in teams]
    mine = [each for team in accounts for each in team.members if each.agent == person.id]
    counted = sum(each.counted for each in accounts)
    taken = sum(each.taken for each in mine)
    entitled = sum((each.entitled for each in mine), Fraction(0))
    if not counted:
        return Shares()
    return Shares(taken / counted, float(entitled / counted), float(entitled - taken))


async def of_all(tx: Tx, snapshot: Snapshot, now: datetime) -> Mapping[AgentId, Shares]:
    """By bare counts: of the leads given out by turn, as if all had always been there."""
    counts = [
        each for each in await ledger.counts(tx, since=now - WINDOW) if each.strategy in STRATEGIES
    ]
    return {person.id: _counted(person, counts, snapshot) for person in snapshot.config.agents}


def _counted(person: Agent, counts: Sequence[Count], snapshot: Snapshot) -> Shares:
    teams = _teams_of(person, snapshot)
    given = {team: sum(each.leads for each in counts if each.team == team) for team in teams}
    whole = sum(given.values())
    if not teams:
        return Shares()
    if not whole:
        parts = [_part(person, team, snapshot) for team in teams]
        return Shares(None, float(sum(parts) / len(parts)))
    mine = sum(each.leads for each in counts if each.team in given and each.owner == person.id)
    fair = sum(_part(person, team, snapshot) * leads for team, leads in given.items())
    return Shares(mine / whole, float(fair / whole))


def _part(person: Agent, team: str, snapshot: Snapshot) -> Fraction:
    """What is theirs of a lead for which the whole team is there."""
    members = snapshot.config.teams[team].members
    if not goes_by_weight(team, snapshot.config):
        return Fraction(1, len(members))
    return Fraction(person.weight, sum(snapshot.people[each].weight for each in members))


def _teams_of(person: Agent, snapshot: Snapshot) -> list[str]:
    return [name for name, team in snapshot.config.teams.items() if person.id in team.members]
