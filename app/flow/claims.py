"""Somebody takes a lead by their own wish: from an offer, out of a pond, or left over.

One transaction that holds the lead, then the people: of any number who reach for the same
lead one has it, and nobody has more than their capacity however fast they are.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.config.people import Agent
from app.domain.errors import (
    AlreadyOwned,
    AtCapacity,
    FieldProblem,
    InvalidFields,
    NotPossibleNow,
    NotTheirsToClaim,
)
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import AgentId, Lead, is_open
from app.domain.message import Message
from app.flow import answers, offers, turns
from app.flow.crew import Crew
from app.flow.finding import LOST
from app.routing.claiming import is_on_offer, limit_reached, why_not
from app.routing.decision import CHOSEN, Candidate, Decision
from app.routing.roster import Roster
from app.routing.strategies.first_to_claim import OFFERED
from app.snapshot import Snapshot
from app.store import leads
from app.store.database import Tx
from app.store.write import NewDecision, Rows

CLAIM = "claim"
"""The strategy of a decision that somebody made for themselves."""

CLAIMED = "claimed"


async def claim(
    tx: Tx, lead_id: UUID, *, by: AgentId, snapshot: Snapshot, now: datetime
) -> tuple[Lead, list[Message]]:
    """Take a lead that nobody owns. Answers it, and the messages to ring for.

    One winner; the others learn who it was by `AlreadyOwned`. Raises `NotTheirsToClaim`,
    `AtCapacity` or `NotPossibleNow` where it is not even a race. To claim again what one has
    changes nothing.
    """
    person = snapshot.people.get(by)
    if person is None:
        raise InvalidFields((FieldProblem("by", "is nobody in the config"),))
    lead = await leads.lock(tx, lead_id)
    if lead.owner == by:
        return lead, []
    _check(lead, person, snapshot, now)
    crew = await Crew.muster(tx, snapshot, now=now)
    limit = limit_reached(person, crew.roster.standing(by))
    if limit is not None:
        raise AtCapacity(by, limit.of, limit.at_most)
    return await _take(tx, lead, person, crew, snapshot=snapshot, now=now)


def _check(lead: Lead, person: Agent, snapshot: Snapshot, now: datetime) -> None:
    if lead.owner is not None:
        raise AlreadyOwned(lead.id, lead.owner)
    if not is_open(lead):
        raise NotPossibleNow(f"The lead is {lead.status}: there is nothing to claim.")
    refused = why_not(lead, person, snapshot.config, now)
    if refused is not None:
        raise NotTheirsToClaim(lead.id, person.id, refused)


async def _take(
    tx: Tx, lead: Lead, person: Agent, crew: Crew, *, snapshot: Snapshot, now: datetime
) -> tuple[Lead, list[Message]]:
    await answers.change_hands(tx, lead, person.id, snapshot=snapshot)
    taken = await leads.get(tx, lead.id)
    rows = Rows(messages=await offers.tell_losers(tx, lead, person.id, snapshot=snapshot, now=now))
    decision = _decision(lead, taken, person, crew.roster, now)
    crew.roster.take(decision, now)
    paid = 0
    if snapshot.config.routing.turns.claims:
        paid = await turns.pay(tx, crew, taken.team, person.id, snapshot=snapshot, now=now)
    decision = replace(decision, turns_after=_turns(taken.team, crew.roster) if paid else {})
    rows.decisions.append(
        NewDecision(
            id=new_id(now),
            lead_id=lead.id,
            at=now,
            config_version=snapshot.version,
            rule=None,
            strategy=CLAIM,
            owner=person.id,
            team=taken.team,
            detail=decision.as_json() | {"turn_paid": paid},
        )
    )
    rows.facts.append(
        Fact(
            FactType.LEAD_ASSIGNED,
            now,
            lead.id,
            person.id,
            {"owner": person.id, "reason": CLAIMED},
        )
    )
    await rows.write(tx)
    await crew.dismiss(tx, snapshot, now=now)
    return taken, rows.messages


def _decision(lead: Lead, taken: Lead, person: Agent, roster: Roster, now: datetime) -> Decision:
    numbers = _turns(taken.team, roster)
    offered_to = lead.offered_to if is_on_offer(lead, now) else ()
    had_it = tuple(f"{LOST}:{each.code}" for each in lead.lost_by if each.agent == person.id)
    why = dict.fromkeys(offered_to, (OFFERED,)) | {person.id: (CHOSEN, CLAIMED, *had_it)}
    return Decision(
        rule=None,
        strategy=CLAIM,
        team=taken.team,
        owner=person.id,
        reason=_reason(lead, person, offered_to, had_it=bool(had_it)),
        candidates=tuple(
            Candidate(each, each == person.id, codes, numbers.get(each))
            for each, codes in why.items()
        ),
        turns_before=numbers,
        offered=offered_to,
    )


def _reason(lead: Lead, person: Agent, offered_to: tuple[AgentId, ...], *, had_it: bool) -> str:
    again = ", by their own wish although they lost it before" if had_it else ""
    if offered_to:
        to = ", ".join(each for each in offered_to if each != person.id)
        beside = f", before {to}" if to else ""
        return f"{person.id} claimed it while it was on offer{beside}{again}."
    nobody = "Nobody" if lead.team is None else f"Nobody of team {lead.team}"
    return f"{nobody} owned it, and {person.id} claimed it{again}."


def _turns(team: str | None, roster: Roster) -> dict[AgentId, int]:
    """The team's turn numbers as they stand."""
    line = {} if team is None else roster.turns.get(team, {})
    return {agent: turn.passed for agent, turn in line.items()}
