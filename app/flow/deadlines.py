"""Deadlines pass: the clock is marked, and whoever must hear of it gets a message.

Mark and messages are one transaction, and each message has a key of (lead, step, epoch,
recipient, channel): however many engines look, a breach is told once. Who is told is
decided now, not when the clock was started: whoever is on call tonight.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.config.sla import Step
from app.domain.clock import rfc3339
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import Lead, LeadId, LossCode, is_open
from app.domain.message import CLASS_OF, Message, MessageKind
from app.domain.sla import SlaClock
from app.flow import passing
from app.flow.crew import Crew
from app.flow.finding import Circumstances
from app.sla.firing import recipients, tell
from app.snapshot import Snapshot
from app.store import clocks, leads, messages
from app.store.database import Tx
from app.store.write import Rows, add_facts

AT_ONCE = 200
"""Clocks fired in one transaction: short locks matter more than few commits."""


@dataclass(frozen=True, slots=True)
class Fired:
    """How many clocks were fired, and the new messages. `AT_ONCE` clocks: ask again."""

    clocks: int
    messages: list[Message]


async def fire(tx: Tx, *, snapshot: Snapshot, now: datetime) -> Fired:
    """Fire what is due, oldest first. Where a step says so, its lead is passed on at once."""
    due, about = await _take(tx, snapshot, now)
    if not due:
        return Fired(0, [])
    await clocks.breach(tx, [clock.id for clock in due], now=now)
    passed = await _pass_on(tx, due, about, snapshot, now)
    told = [
        message
        for clock in due
        for message in _in_time(
            _escalations(clock, about[clock.lead_id], snapshot, now),
            about[clock.lead_id],
            passed.leads[clock.lead_id],
        )
    ]
    written = [message for message in told if await messages.add_if_new(tx, message)]
    await add_facts(tx, [_fact(clock, written, now) for clock in due])
    await passed.rows.write(tx)
    return Fired(len(due), [*written, *passed.rows.messages])


async def _take(
    tx: Tx, snapshot: Snapshot, now: datetime
) -> tuple[list[SlaClock], Mapping[LeadId, Lead]]:
    """Hold what is due, with the leads that it is about.

    Where no lead is passed on the clocks alone are held, which nobody waits for. Else the
    leads are held first, as by everybody, for the people are locked as well then; a lead
    that somebody else holds this instant has its turn at the next tick.
    """
    if not any(step.reassign for policy in snapshot.config.sla for step in policy.steps):
        due = await clocks.lock_due(tx, now=now, limit=AT_ONCE)
        return due, await leads.find(tx, {clock.lead_id for clock in due})
    seen = await clocks.due(tx, now=now, limit=AT_ONCE)
    held = await leads.lock_free(tx, {clock.lead_id for clock in seen})
    mine = [clock.id for clock in seen if clock.lead_id in held]
    return await clocks.lock_due(tx, now=now, limit=AT_ONCE, among=mine), held


@dataclass(frozen=True, slots=True)
class _Passed:
    """The leads as they are once those were passed on that a due step says it of."""

    leads: Mapping[LeadId, Lead]
    rows: Rows


async def _pass_on(
    tx: Tx,
    due: Sequence[SlaClock],
    about: Mapping[LeadId, Lead],
    snapshot: Snapshot,
    now: datetime,
) -> _Passed:
    # Once for each lead, however many of its steps were missed while nobody looked.
    missed = {clock.lead_id: clock for clock in due if _reassigns(clock, snapshot)}
    if not missed:
        return _Passed(about, Rows())
    crew = await Crew.muster(tx, snapshot, now=now)
    at_hand = Circumstances(snapshot, crew.roster, Rows(), now)
    after = dict(about)
    for lead_id, clock in missed.items():
        lead = about[lead_id]
        if lead.owner is None or not is_open(lead):
            continue
        limits = passing.limits_of(lead, clock.policy, snapshot, now)
        after[lead_id] = passing.pass_on(lead, LossCode.MISSED, at_hand, limits).lead
    await passing.write(tx, [(about[each], after[each]) for each in missed])
    await crew.dismiss(tx, snapshot, now=now)
    return _Passed(after, at_hand.rows)


def _reassigns(clock: SlaClock, snapshot: Snapshot) -> bool:
    step = _step(clock, snapshot)
    return step is not None and step.reassign


def _in_time(told: Iterable[Message], before: Lead, after: Lead) -> Iterator[Message]:
    """What is still to be said of a lead that may just have been passed on.

    It is said in the new epoch, or it would find its own gone. No reminder goes to who has
    lost the lead: they get a notice of that.
    """
    for message in told:
        if after.epoch == before.epoch:
            yield message
        elif message.kind is not MessageKind.REMINDER or message.recipient != before.owner:
            yield replace(message, epoch=after.epoch)


def _escalations(
    clock: SlaClock, lead: Lead, snapshot: Snapshot, now: datetime
) -> Iterator[Message]:
    step = _step(clock, snapshot)
    if step is None or not is_open(lead):
        return
    told = recipients(
        step,
        owner=lead.owner,
        team=lead.team,
        config=snapshot.config,
        on_call=snapshot.plan.on_call,
        now=now,
    )
    kind = MessageKind.REMINDER if clock.action == "remind" else MessageKind.ESCALATION
    for telling in tell(step, told, snapshot.config):
        yield Message(
            id=new_id(now),
            key=f"esc:{lead.id}:{clock.step}:{clock.epoch}:{telling.agent}:{telling.channel}",
            kind=kind,
            cls=CLASS_OF[kind],
            recipient=telling.agent,
            channel=telling.channel,
            config_version=snapshot.version,
            created_at=now,
            lead_id=lead.id,
            clock_id=clock.id,
            epoch=clock.epoch,
            about={"step": clock.step, "policy": clock.policy},
            next_at=now,
        )


def _step(clock: SlaClock, snapshot: Snapshot) -> Step | None:
    """The clock's step as the document has it today, else by its place in the policy.

    A step that was renamed or taken out while its clock ran still escalates, as the
    policy's last one: a deadline that was promised is not dropped by an edit.
    """
    policies = [each for each in snapshot.config.sla if each.name == clock.policy]
    for policy in policies or snapshot.config.sla[:1]:
        return policy.step(clock.step) or policy.steps[-1]
    return None


def _fact(clock: SlaClock, written: Sequence[Message], now: datetime) -> Fact:
    reminded = clock.action == "remind"
    return Fact(
        FactType.SLA_REMINDED if reminded else FactType.SLA_BREACHED,
        now,
        clock.lead_id,
        data={
            "step": clock.step,
            "policy": clock.policy,
            "due_at": rfc3339(clock.due_at),
            "told": [
                {"to": each.recipient, "channel": each.channel}
                for each in written
                if each.clock_id == clock.id
            ],
        },
    )
