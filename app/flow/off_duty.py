"""Owners go off duty with leads that they have not answered: somebody else should.

Each lead that is given out by rule carries the instant of the next look at its owner, until
they answer. Whoever comes back before the grace period is over keeps everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.config.durations import parse_duration
from app.config.routing import Routing
from app.config.sla import Reassign
from app.domain.lead import AgentId, Lead, LossCode
from app.domain.message import Message
from app.flow import passing
from app.flow.crew import Crew
from app.flow.finding import Circumstances
from app.routing.duty import is_on_shift, look
from app.routing.passing_on import is_unanswered
from app.snapshot import Snapshot
from app.store import clocks, leads, people, rechecks
from app.store.database import Tx
from app.store.people import AgentRow
from app.store.write import Rows

AT_ONCE = 50


async def look_after(tx: Tx, *, snapshot: Snapshot, now: datetime) -> list[Message]:
    """Look at the owners whose time has come. Answers the messages to ring for."""
    due = await rechecks.due(tx, now=now, limit=AT_ONCE)
    if not due:
        return []
    crew = await Crew.muster(tx, snapshot, now=now)
    policies = await clocks.policies_of(tx, [lead.id for lead in due])
    at_hand = Circumstances(snapshot, crew.roster, Rows(), now)
    changed = []
    for lead in due:
        limits = passing.limits_of(lead, policies.get(lead.id), snapshot, now)
        changed.append((lead, _looked_at(lead, at_hand, limits)))
    await passing.write(tx, changed)
    await at_hand.rows.write(tx)
    await crew.dismiss(tx, snapshot, now=now)
    return at_hand.rows.messages


def _looked_at(lead: Lead, at_hand: Circumstances, limits: Reassign) -> Lead:
    """The lead as it is after the look: passed on, or to be looked at again."""
    unwatched = replace(lead, recheck_at=None)
    if lead.owner is None or lead.owner_by != "rule" or not is_unanswered(lead):
        return unwatched
    standing = at_hand.roster.standing(lead.owner)
    seen = look(lead.owner, standing, at_hand.snapshot.plan, at_hand.now)
    if not seen.gone:
        return replace(lead, recheck_at=seen.next_at)
    passed = passing.pass_on(lead, LossCode.OFF_DUTY, at_hand, limits)
    if passed.why_not is None:
        return passed.lead
    if passed.why_not != passing.NOBODY_ELSE:
        return unwatched
    # Again when somebody else comes on duty, or the owner leaves the next time.
    times = (passed.retry_at, seen.next_at)
    later = [each for each in times if each is not None and each > at_hand.now]
    return replace(lead, recheck_at=min(later, default=None))


@dataclass(frozen=True, slots=True)
class Switch:
    """Somebody is switched on or off by hand."""

    available: bool
    until: datetime | None
    """When an absence ends by itself. `None`: when somebody ends it."""
    reason: str | None
    by: str


async def switch(tx: Tx, agent: AgentId, to: Switch, *, snapshot: Snapshot, now: datetime) -> None:
    """Set somebody's switch, and whatever follows for leads. Raises `NoSuch`.

    Off: what they have not answered is looked at when the grace period is over. On: leads
    that wait for somebody are looked at now.
    """
    # Leads are locked before people, by everybody: so what is known now is locked first. Once
    # the person is locked, what was decided meanwhile is there to be seen.
    await rechecks.hold_unanswered(tx, agent)
    if to.available:
        await _somebody_came(tx, snapshot, now)
    before = (await people.lock_agents(tx, [agent])).get(agent)
    await people.switch(
        tx, agent, available=to.available, until=to.until, reason=to.reason, by=to.by
    )
    grace = snapshot.config.routing.off_duty_after
    if to.available:
        await _somebody_came(tx, snapshot, now)
    elif grace is not None:
        # Who is switched off, or out of their hours, has been off duty for a while already.
        was_off = before is not None and not _is_on(before, now)
        is_out = not is_on_shift(agent, snapshot.plan, now)
        await rechecks.set_for(tx, agent, now + grace, only_sooner=was_off or is_out)


async def _somebody_came(tx: Tx, snapshot: Snapshot, now: datetime) -> None:
    await leads.look_again_at(tx, now)
    grace = snapshot.config.routing.off_duty_after
    if grace is not None:
        await rechecks.hurry_stuck(tx, now=now, after=now + grace)


def _is_on(row: AgentRow, now: datetime) -> bool:
    return row.available or (row.until is not None and row.until <= now)


async def miss(tx: Tx, document: Mapping[str, Any], *, now: datetime) -> None:
    """A new document is in force: what belongs to people it does not name is looked at."""
    grace = _grace(document)
    if grace is not None:
        known = [AgentId(agent["id"]) for agent in document["agents"]]
        await rechecks.set_for_strangers(tx, known, now + grace)


def _grace(document: Mapping[str, Any]) -> timedelta | None:
    """How long owners may be off duty by a document as it was written."""
    default: timedelta | None = Routing.model_fields["off_duty_after"].default
    written = (document.get("routing") or {}).get("off_duty_after", default)
    if written is None or written == "never":
        return None
    try:
        return parse_duration(written)
    except ValueError:
        # A variable stands there. The look itself goes by what it says.
        return default
