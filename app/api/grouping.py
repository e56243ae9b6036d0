"""Group commit: what arrives while one transaction commits shares the next one.

A commit costs about a millisecond whoever shares it, so the busier it gets, the less each
lead pays. The answer is given after the commit: a request waits for its own batch.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.doorbell import Doorbell
from app.domain.errors import AppError, DatabaseAway, Overloaded, Unreadable
from app.domain.failpoint import failpoint
from app.flow.arrivals import Arrival, Taken
from app.flow.intake import recall, receive
from app.log import get_logger
from app.resources import Resources
from app.store.faults import Contended

log = get_logger()

AT_ONCE = 200
"""Arrivals in one transaction: a batch must not keep its first one waiting."""

MOST_WAITING = 5_000
"""Beyond this we say 503: better the sender tries again than everybody waits."""

TRIES = 3


@dataclass(slots=True, eq=False)
class _Waiting:
    arrival: Arrival
    taken: asyncio.Future[Taken]


class GroupCommit:
    """Takes arrivals from requests, and answers each once it is committed."""

    def __init__(self, held: Resources, doorbell: Doorbell) -> None:
        self._held = held
        self._doorbell = doorbell
        self._waiting: list[_Waiting] = []
        self._came = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether arrivals are being stored, or waiting for the next transaction."""
        return not self._idle.is_set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="group-commit")

    async def stop(self) -> None:
        """Commit what is waiting, then end."""
        await self._idle.wait()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def take(self, arrival: Arrival) -> Taken:
        """Have an arrival committed. Raises `Overloaded`, `DatabaseAway`, `Contended`."""
        if len(self._waiting) >= MOST_WAITING:
            raise Overloaded
        waiting = _Waiting(arrival, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._came.set()
        self._idle.clear()
        return await waiting.taken

    async def _run(self) -> None:
        while True:
            await self._came.wait()
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            if not self._waiting:
                self._came.clear()
            try:
                await self._commit(batch)
            except Exception as error:  # noqa: BLE001 - the loop must outlive any batch.
                log.error("intake.batch_failed", error=error)
                _fail(batch, error)
            if not self._waiting:
                self._idle.set()

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        try:
            taken = await self._receive([each.arrival for each in batch])
        except DatabaseAway as away:
            # Not one by one: each would wait for its own time-out. The commit may have
            # happened all the same, so each is asked for once the database is back.
            await self._after_trouble(batch, away)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not spread.
            if len(batch) == 1:
                await self._alone(batch[0], error)
                return
            log.warning("intake.batch_divided", deliveries=len(batch), error=error)
            for each in batch:
                await self._commit([each])
        else:
            for each, result in zip(batch, taken, strict=True):
                _answer(each, result)

    async def _receive(self, arrivals: Sequence[Arrival]) -> Sequence[Taken]:
        held = self._held
        async with held.database.transaction() as tx:
            done = await receive(tx, arrivals, snapshot=held.live.snapshot, now=held.clock())
            failpoint("intake.before_commit")
        failpoint("intake.after_commit")
        self._doorbell.ring(done.messages)
        return done.taken

    async def _alone(self, waiting: _Waiting, error: Exception) -> None:
        """One delivery failed by itself: try again, and at last keep it for people."""
        if isinstance(error, Contended):
            await self._again(waiting, error)
            return
        if isinstance(error, AppError) or waiting.arrival.trouble is not None:
            _fail([waiting], error)
            return
        # A mistake of ours must never cost a lead: it is kept whole, and listed.
        log.error("intake.failed", delivery_id=str(waiting.arrival.id), error=error)
        trouble = Unreadable("an internal error; see the log for the delivery's id")
        kept = _quarantined(waiting.arrival, trouble)
        try:
            _answer(waiting, (await self._receive([kept]))[0])
        except Exception as worse:  # noqa: BLE001 - the sender is told, and tries again.
            _fail([waiting], worse)

    async def _again(self, waiting: _Waiting, error: Exception) -> None:
        for attempt in range(TRIES):
            await asyncio.sleep(0.02 * 2**attempt)
            try:
                _answer(waiting, (await self._receive([waiting.arrival]))[0])
            except Contended as contended:
                error = contended
            except Exception as other:  # noqa: BLE001 - told to the sender.
                _fail([waiting], other)
                return
            else:
                return
        _fail([waiting], error)

    async def _after_trouble(self, batch: Sequence[_Waiting], away: DatabaseAway) -> None:
        """The connection broke, perhaps during COMMIT: find out before answering."""
        log.warning("intake.database_away", deliveries=len(batch))
        for attempt in range(TRIES):
            await asyncio.sleep(0.1 * 2**attempt)
            try:
                async with self._held.database.reading() as tx:
                    there = await recall(tx, [each.arrival.id for each in batch])
            except AppError:
                continue
            missing = []
            for each in batch:
                if each.arrival.id in there:
                    _answer(each, there[each.arrival.id])
                else:
                    missing.append(each)
            if not missing:
                return
            try:
                taken = await self._receive([each.arrival for each in missing])
            except Exception as error:  # noqa: BLE001 - the first COMMIT may have landed after all.
                log.warning("intake.still_unclear", error=error)
                batch = missing
                continue
            for each, result in zip(missing, taken, strict=True):
                _answer(each, result)
            return
        _fail(batch, away)


def _quarantined(arrival: Arrival, trouble: Unreadable) -> Arrival:
    return Arrival(arrival.id, arrival.kind, arrival.webhook, arrival.received_at, trouble=trouble)


def _answer(waiting: _Waiting, taken: Taken) -> None:
    if not waiting.taken.done():
        waiting.taken.set_result(taken)


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    for each in batch:
        if not each.taken.done():
            each.taken.set_exception(error)
