"""The loop that keeps every promise with an instant in it. Runs in each process.

What is due is a row, and rows do not forget: any number of engines may tick, die, freeze
and come back. A tick reads one line of figures; it acts only where one of them is due.
"""

import asyncio
import random
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.clock import Clock
from app.domain.doorbell import Doorbell
from app.domain.errors import AppError
from app.domain.facts import Fact, FactType
from app.domain.failpoint import failpoint
from app.domain.message import Message, MessageClass, MessageState
from app.flow import deadlines, off_duty, waiting
from app.jobs.deliver import Deliverer
from app.jobs.local import LocalExecutor
from app.log import get_logger
from app.resources import Resources, SteadyClock, refresh
from app.store import messages, now
from app.store.now import Pulse
from app.store.write import add_facts

log = get_logger()

LOOK_EVERY = 0.1
"""Seconds between looks. A clock that is due sooner is waited for exactly."""

TAKEN_WITHIN = timedelta(seconds=1.5)
"""What nobody has taken this long after its time is sent by the engine that sees it."""

BEAT_EVERY = timedelta(seconds=1)
AT_ONCE = 100


class Engine:
    """One process's engine. `tick` does what is due now; `run` ticks until it is stopped."""

    def __init__(
        self,
        held: Resources,
        doorbell: Doorbell,
        executor: LocalExecutor,
        deliverer: Deliverer,
        *,
        role: str,
    ) -> None:
        self._held = held
        self._doorbell = doorbell
        self._executor = executor
        self._deliverer = deliverer
        self._role = role
        self._started_at: datetime = held.clock()
        self._beat_at: datetime | None = None
        self._looking: set[asyncio.Task[None]] = set()
        self.ticked_at = self._started_at
        """The last tick that did all it had to."""

    async def run(self) -> None:
        """Tick for ever. Trouble with the database is waited out, and nothing is lost."""
        wait = LOOK_EVERY
        while True:
            try:
                pulse = await self.tick()
                wait = LOOK_EVERY
            except AppError as trouble:
                log.warning("engine.waits", error=trouble)
                pulse = None
                wait = min(wait * 2, 2.0) * random.uniform(0.5, 1)  # noqa: S311 - jitter.
            await asyncio.sleep(self._until(pulse, wait))

    def _until(self, pulse: Pulse | None, wait: float) -> float:
        if pulse is None or pulse.clock_due_at is None:
            return wait
        left = (pulse.clock_due_at - self._held.clock()).total_seconds()
        return min(wait, max(left, 0.0)) if left > 0 else wait

    async def tick(self) -> Pulse:
        """Look once, and do what is due."""
        held = self._held
        failpoint("engine.tick")
        async with held.database.reading() as tx:
            pulse = await now.pulse(tx)
        follow(held.clock, pulse)
        if not held.live.is_of(pulse.config_version, pulse.feeds_changed):
            await refresh(held)
        at = held.clock()
        await self._fire(pulse, at)
        await self._look_after_owners(pulse, at)
        await self._route_again(pulse, at)
        await self._notice_vanished(pulse, at)
        await self._rescue(pulse, at)
        await self._beat(at)
        self._ring(self._deliverer.further)
        self._deliverer.further.clear()
        self.ticked_at = at
        return pulse

    async def _fire(self, pulse: Pulse, at: datetime) -> None:
        due = pulse.clock_due_at
        while due is not None and due <= at:
            async with self._held.database.transaction() as tx:
                fired = await deadlines.fire(tx, snapshot=self._held.live.snapshot, now=at)
                failpoint("engine.before_commit")
            failpoint("engine.after_commit")
            self._ring(fired.messages)
            if fired.clocks < deadlines.AT_ONCE:
                return
            at = self._held.clock()

    async def _route_again(self, pulse: Pulse, at: datetime) -> None:
        if pulse.route_at is not None and pulse.route_at <= at:
            async with self._held.database.transaction() as tx:
                found = await waiting.route_again(tx, snapshot=self._held.live.snapshot, now=at)
            self._ring(found)

    async def _look_after_owners(self, pulse: Pulse, at: datetime) -> None:
        if pulse.recheck_at is not None and pulse.recheck_at <= at:
            async with self._held.database.transaction() as tx:
                passed = await off_duty.look_after(tx, snapshot=self._held.live.snapshot, now=at)
                failpoint("off_duty.before_commit")
            failpoint("off_duty.after_commit")
            self._ring(passed)

    async def _notice_vanished(self, pulse: Pulse, at: datetime) -> None:
        if pulse.lease_until is None or pulse.lease_until > at:
            return
        async with self._held.database.transaction() as tx:
            lost = await messages.vanished_while_sending(tx, now=at, limit=AT_ONCE)
            doubtful = [each for each in lost if each.state is MessageState.UNKNOWN]
            await add_facts(tx, [_vanished(each, at) for each in doubtful])
            for each in doubtful:
                await self._deliverer.tell_otherwise(tx, each)
        self._ring([each for each in lost if each.state is MessageState.PENDING])

    async def _rescue(self, pulse: Pulse, at: datetime) -> None:
        """Send what nobody took, find out what became of what nobody knows."""
        due = [each for each in (pulse.message_due_at, pulse.lease_until) if each is not None]
        if not due or min(due) > at:
            return
        async with self._held.database.reading() as tx:
            waiting_ones = await messages.overdue(
                tx, before=at - TAKEN_WITHIN, now=at, limit=AT_ONCE
            )
        for message_id, cls, state in waiting_ones:
            if state == MessageState.UNKNOWN:
                self._look_up(message_id)
            else:
                self._executor.put(MessageClass(cls), message_id)

    def _look_up(self, message_id: UUID) -> None:
        if len(self._looking) < 8:
            task = asyncio.create_task(self._deliverer.find_out(message_id))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def _beat(self, at: datetime) -> None:
        if self._beat_at is not None and at - self._beat_at < BEAT_EVERY:
            return
        async with self._held.database.transaction() as tx:
            await now.beat(tx, self._held.process, self._role, started_at=self._started_at, now=at)
        self._beat_at = at

    def _ring(self, new: list[Message]) -> None:
        if new:
            self._doorbell.ring(new)

    async def settle(self) -> None:
        """Wait for the look-ups in flight."""
        await asyncio.gather(*self._looking, return_exceptions=True)


def follow(clock: Clock, pulse: Pulse) -> None:
    """Keep to the authority's time, and say so when it was left behind."""
    if isinstance(clock, SteadyClock):
        off = clock.follow(pulse.at)
        if abs(off) > timedelta(seconds=2):
            log.warning("clock.jumped", seconds=off.total_seconds())


def _vanished(message: Message, at: datetime) -> Fact:
    return Fact(
        FactType.MESSAGE_UNKNOWN,
        at,
        message.lead_id,
        data={
            "message_id": str(message.id),
            "kind": message.kind,
            "to": message.recipient,
            "channel": message.channel,
            "reason": message.reason,
        },
    )
