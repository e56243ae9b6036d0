"""Deadlines pass: the clock is marked, and whoever must hear of it gets a message.

Mark and messages are one transaction, and each message has a key of (lead, step, epoch,
recipient, channel): however many engines look, a breach is told once. Who is told is
decided now, not when the clock was started: whoever is on call tonight.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.config.sla import Step
from app.domain.clock import rfc3339
from app.domain.facts import Fact, FactType
from app.domain.identifiers import new_id
from app.domain.lead import Lead, is_open
from app.domain.message import CLASS_OF, Message, MessageKind
from app.domain.sla import SlaClock
from app.sla.firing import recipients, tell
from app.snapshot import Snapshot
from app.store import clocks, leads, messages
from app.store.database import Tx
from app.store.write import add_facts

AT_ONCE = 200
"""Clocks fired in one transaction: short locks matter more than few commits."""


@dataclass(frozen=True, slots=True)
class Fired:
    """How many clocks were fired, and the new messages. `AT_ONCE` clocks: ask again."""

    clocks: int
    messages: list[Message]


async def fire(tx: Tx, *, snapshot: Snapshot, now: datetime) -> Fired:
    """Fire what is due, oldest first."""
    due = await clocks.lock_due(tx, now=now, limit=AT_ONCE)
    if not due:
        return Fired(0, [])
    await clocks.breach(tx, [clock.id for clock in due], now=now)
    about = await leads.find(tx, {clock.lead_id for clock in due})
    told = [
        message
        for clock in due
        for message in _escalations(clock, about[clock.lead_id], snapshot, now)
    ]
    written = [message for message in told if await messages.add_if_new(tx, message)]
    await add_facts(tx, [_fact(clock, written, now) for clock in due])
    return Fired(len(due), written)


def _escalations(
    clock: SlaClock, lead: Lead, snapshot: Snapshot, now: datetime
) -> Iterator[Message]:
    step = _step(clock, snapshot)
    if step is None or not is_open(lead):
        return
    told = recipients(step, owner=lead.owner, team=lead.team, config=snapshot.config, now=now)
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
