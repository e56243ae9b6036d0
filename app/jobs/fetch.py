"""Fetch one held lead: ask its source, read what it says, and make it the lead that it is.

The row of the fetch is claimed, gated and fenced like that of any message. Asking changes
nothing at the source, so whatever is unclear is asked for again; what was read and what
follows from it are one transaction with the row's end, so it is done once.
"""

import random
from datetime import datetime
from typing import Any

from app.domain.errors import Unreadable
from app.domain.facts import Fact, FactType
from app.domain.failpoint import failpoint
from app.domain.lead import Inquiry
from app.domain.message import Message, MessageState
from app.flow import delivered, fetched, held
from app.flow.held import NoLongerHeld, Wanted
from app.jobs.asking import Asker
from app.jobs.insist import insist
from app.log import get_logger
from app.resources import Resources
from app.sending import settle_fetch
from app.sending.settle import poisoned
from app.sending.settle_fetch import NotFetched
from app.store import leads, messages
from app.store.database import Tx
from app.store.write import add_facts

log = get_logger()


class _TakenOver(Exception):
    """Another worker has the fetch by now: nothing of ours counts."""


class Fetcher:
    """Fetches on behalf of one process."""

    def __init__(self, held: Resources) -> None:
        self._held = held
        self._ask = Asker(held)

    async def __call__(self, message: Message) -> list[Message]:
        """Do what there is to do about a claimed fetch. Answers the messages to ring for."""
        try:
            return await self._fetch(message)
        except _TakenOver:
            log.info("message.was_taken_over", message_id=str(message.id))
        except NoLongerHeld:
            await self._stand_down(message)
        return []

    async def _fetch(self, message: Message) -> list[Message]:
        async with self._held.database.reading() as tx:
            wanted = await held.wanted(tx, message)
        if wanted is None:
            raise NoLongerHeld
        poison = poisoned(message)
        if poison is not None:
            return await self._give_up(message, wanted, Unreadable(poison.values["reason"]))
        if settle_fetch.is_over(message, now=self._held.clock()):
            hours = settle_fetch.GIVE_UP_AFTER.total_seconds() // 3600
            why = f"It could not be fetched within {hours:.0f} hours: {message.reason}"
            return await self._give_up(message, wanted, Unreadable(why))
        found = await self._ask(message, wanted)
        match found:
            case Inquiry():
                return await self._complete(message, wanted, found)
            case NotFetched():
                await self._put_off(message, wanted, found)
                return []
            case Unreadable():
                return await self._give_up(message, wanted, found)

    async def _complete(self, message: Message, wanted: Wanted, inquiry: Inquiry) -> list[Message]:
        snapshot = self._held.live.snapshot

        async def write(tx: Tx) -> list[Message]:
            now = self._held.clock()
            further = await fetched.complete(tx, wanted, inquiry, snapshot=snapshot, now=now)
            await _record(tx, message, settle_fetch.fetched(now=now))
            await delivered.settle(tx, wanted.delivery_id)
            failpoint("fetch.before_commit")
            return further

        return await insist(self._held.database, write)

    async def _put_off(self, message: Message, wanted: Wanted, why: NotFetched) -> None:
        if why.needs_people:
            log.warning(
                "fetch.refused",
                source=wanted.webhook.source,
                lead_id=str(wanted.lead_id),
                why=why.because,
                attempts=message.attempts,
            )

        async def write(tx: Tx) -> None:
            jitter = random.random()  # noqa: S311 - spreads retries, guards nothing.
            values = settle_fetch.put_off(message, why, now=self._held.clock(), jitter=jitter)
            await _record(tx, message, values)

        await insist(self._held.database, write)

    async def _give_up(
        self, message: Message, wanted: Wanted, trouble: Unreadable
    ) -> list[Message]:
        log.warning(
            "fetch.given_up",
            source=wanted.webhook.source,
            lead_id=str(wanted.lead_id),
            delivery_id=str(wanted.delivery_id),
            why=trouble.why,
        )

        async def write(tx: Tx) -> list[Message]:
            now = self._held.clock()
            lead = await held.lock(tx, wanted.lead_id)
            await _record(tx, message, settle_fetch.given_up(trouble.why))
            await add_facts(tx, [_failed(message, trouble.why, now)])
            snapshot = self._held.live.snapshot
            return await held.give_up(tx, lead, wanted, trouble, snapshot=snapshot, now=now)

        return await insist(self._held.database, write)

    async def _stand_down(self, message: Message) -> None:
        """The gate was closed. Only if the lead is held no more, that was all."""

        async def write(tx: Tx) -> None:
            lead = None if message.lead_id is None else await leads.get(tx, message.lead_id)
            now = self._held.clock()
            values = {
                "state": MessageState.SUPPRESSED,
                "reason": "the lead is held no more: it was fetched, withdrawn or erased",
                "next_at": None,
                "lease_until": None,
            }
            if lead is not None and lead.held and lead.erased_at is None:
                late = NotFetched("its turn was over before it could be asked for")
                values = settle_fetch.put_off(message, late, now=now, jitter=1)
            await messages.record(tx, message, values)

        await insist(self._held.database, write)


async def _record(tx: Tx, message: Message, values: dict[str, Any]) -> None:
    """Raises `_TakenOver`, which undoes everything else in the transaction."""
    if not await messages.record(tx, message, values):
        raise _TakenOver


def _failed(message: Message, why: str, now: datetime) -> Fact:
    data = {
        "message_id": str(message.id),
        "kind": message.kind,
        "to": message.recipient,
        "channel": message.channel,
        "reason": why,
    }
    return Fact(FactType.MESSAGE_FAILED, now, message.lead_id, data=data)
