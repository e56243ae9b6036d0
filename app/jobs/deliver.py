"""Send one message: claim, gate, send, record.

Every step is a row's change, so the process may die anywhere:

- before the gate, the message is leased and certainly unsent: somebody else takes it when
  the lease is over;
- after it, the message may have been sent: it becomes `unknown`, and is looked up.
"""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.channels.base import Channel
from app.domain.errors import AppError
from app.domain.facts import Fact, FactType
from app.domain.failpoint import failpoint
from app.domain.identifiers import new_id
from app.domain.lead import Lead
from app.domain.message import TO_LEAD, Message, MessageKind, MessageState, Outgoing
from app.domain.outcome import GiveUp, Outcome, TryAgain, Unknown, Withheld
from app.flow.compose import compose
from app.jobs.fetch import Fetcher
from app.jobs.gate import GRACE, TO_STAFF_WITHIN, Gate
from app.jobs.insist import insist
from app.log import get_logger
from app.resources import Resources
from app.sending.settle import Settlement, poisoned, settle, settle_unknown
from app.store import clocks, leads, messages
from app.store.database import Tx
from app.store.write import add_facts

log = get_logger()


class Deliverer:
    """Sends messages on behalf of one process."""

    def __init__(self, held: Resources) -> None:
        self._held = held
        self._fetch = Fetcher(held)
        self.further: list[Message] = []
        """Messages that came of sending others, for the doorbell."""

    async def __call__(self, message_id: UUID) -> None:
        """Do what there is to do about a message. Never raises: the row remembers."""
        try:
            await self._deliver(message_id)
        except AppError as trouble:
            # The database is away, or contended: the lease runs out, and somebody retries.
            log.warning("message.put_off", message_id=str(message_id), error=trouble)
        except Exception as error:  # noqa: BLE001 - one message must not end the executor.
            log.error("message.failed_here", message_id=str(message_id), error=error)

    async def _deliver(self, message_id: UUID) -> None:
        held = self._held
        async with held.database.transaction() as tx:
            message = await messages.claim(tx, message_id, worker=held.process, now=held.clock())
            if message is None:
                return
            poison = poisoned(message)
            if poison is not None and message.kind is not MessageKind.FETCH:
                await self._write(tx, message, poison)
                return
        if message.kind is MessageKind.FETCH:
            self.further += await self._fetch(message)
            return
        # The claim is committed first: words that kill the process must be counted.
        async with held.database.reading() as tx:
            lead, outgoing = await self._compose(tx, message)
            # An offer whose time is over finds the gate closed, and is suppressed.
            late = message.deadline_at is not None and message.deadline_at <= held.clock()
            if late and not message.is_offer:
                outgoing = GiveUp("its time is over")
        failpoint("send.after_claim")
        channel = held.live.channels.get(message.channel)
        if isinstance(outgoing, GiveUp) or channel is None:
            because = outgoing if isinstance(outgoing, GiveUp) else GiveUp("no such channel")
            await self._record(message, because, sandbox=False)
            return
        outcome = await self._send(message, outgoing, channel)
        failpoint("send.before_record")
        if isinstance(outcome, Withheld):
            await self._withheld(message, lead)
        else:
            await self._record(message, outcome, sandbox=channel.is_sandbox)

    async def _compose(self, tx: Tx, message: Message) -> tuple[Lead | None, Outgoing | GiveUp]:
        held = self._held
        lead = None if message.lead_id is None else await leads.get(tx, message.lead_id)
        # Only people inside are told by when an answer is due.
        running = []
        if lead is not None and message.recipient != TO_LEAD:
            running = await clocks.of_lead(tx, lead.id)
        failpoint(f"send.compose.{message.kind}")
        outgoing = compose(
            message,
            lead,
            running,
            snapshot=held.live.snapshot,
            now=held.clock(),
            base_url=held.settings.base_url,
        )
        return lead, outgoing

    async def _send(self, message: Message, outgoing: Outgoing, channel: Channel) -> Outcome:
        lease = messages.LEASE.total_seconds()
        limit = asyncio.timeout(lease)
        rendered = {"subject": outgoing.subject, "body": outgoing.text}
        gate = Gate(self._held, message, limit, rendered)
        try:
            async with limit:
                return await channel.send(outgoing, gate)
        except TimeoutError:
            if gate.passed:
                return Unknown(f"no answer within {gate.within:.0f} s")
            return TryAgain(f"not ready to send within {lease:.0f} s")

    async def _withheld(self, message: Message, lead: Lead | None) -> None:
        """The gate was closed: write down why, unless the message is not ours any more."""
        async with self._held.database.transaction() as tx:
            now_lead = None if lead is None else await leads.get(tx, lead.id)
            values = {
                "state": MessageState.SUPPRESSED,
                "reason": _why_unwanted(message, now_lead),
                "next_at": None,
                "lease_until": None,
            }
            await self._write(tx, message, Settlement(values, FactType.MESSAGE_SUPPRESSED))

    async def _record(self, message: Message, outcome: Outcome, *, sandbox: bool) -> None:
        """Write the result, however long the database needs to come back."""

        async def write(tx: Tx) -> None:
            settlement = settle(
                message,
                outcome,
                now=self._held.clock(),
                jitter=random.random(),  # noqa: S311 - spreads retries, guards nothing.
                sandbox=sandbox,
            )
            await self._write(tx, message, settlement)

        await insist(self._held.database, write)

    async def _write(self, tx: Tx, message: Message, settlement: Settlement) -> None:
        """One transaction for the result, its fact, and whatever follows from it."""
        if not await messages.record(tx, message, settlement.values):
            log.info("message.was_taken_over", message_id=str(message.id))
            return
        if settlement.fact is not None:
            await add_facts(tx, [self._fact(message, settlement)])
        if settlement.next_channel:
            await self.tell_otherwise(tx, message)

    def _fact(self, message: Message, settlement: Settlement) -> Fact:
        assert settlement.fact is not None  # noqa: S101 - the caller looked.
        data: dict[str, Any] = {
            "message_id": str(message.id),
            "kind": message.kind,
            "to": message.recipient,
            "channel": message.channel,
        }
        if settlement.values.get("reason"):
            data["reason"] = settlement.values["reason"]
        if settlement.values.get("is_sandbox"):
            data["sandbox"] = True
        return Fact(settlement.fact, self._held.clock(), message.lead_id, data=data)

    async def tell_otherwise(self, tx: Tx, message: Message) -> None:
        """Tell the same person of ours the same thing over their next channel."""
        held = self._held
        person = held.live.snapshot.people.get(message.recipient)
        used = await messages.channels_used(tx, message)
        ways = [each for each in (person.reach if person else ()) if each not in used]
        # A sandbox rings nobody: it is taken only where there is nothing else.
        ways.sort(key=lambda each: each in held.live.sandboxes)
        if not ways:
            return
        now = held.clock()
        other = replace(
            message,
            id=new_id(now),
            key=f"{message.key}>{ways[0]}",
            channel=ways[0],
            state=MessageState.PENDING,
            next_at=now,
            created_at=now,
            fence=0,
            attempts=0,
            crashes=0,
            lease_until=None,
            leased_by=None,
            sending_at=None,
            reason=None,
            subject=None,
            body=None,
        )
        if await messages.add_if_new(tx, other):
            self.further.append(other)

    async def find_out(self, message_id: UUID) -> None:
        """Settle a message of unknown outcome by asking its provider. Never raises."""
        try:
            await self._find_out(message_id)
        except AppError as trouble:
            log.warning("message.look_up_put_off", message_id=str(message_id), error=trouble)
        except Exception as error:  # noqa: BLE001 - as above.
            log.error("message.look_up_failed", message_id=str(message_id), error=error)

    async def _find_out(self, message_id: UUID) -> None:
        held = self._held
        lease = timedelta(seconds=TO_STAFF_WITHIN + GRACE)
        async with held.database.transaction() as tx:
            message = await messages.claim_unknown(
                tx, message_id, worker=held.process, lease=lease, now=held.clock()
            )
            if message is None:
                return
            poison = poisoned(message)
            if poison is not None:
                await self._write(tx, message, poison)
                return
        async with held.database.reading() as tx:
            _, outgoing = await self._compose(tx, message)
        channel = held.live.channels.get(message.channel)
        if isinstance(outgoing, GiveUp) or channel is None:
            await self._record(message, GiveUp("it can no longer be looked up"), sandbox=False)
            return
        try:
            async with asyncio.timeout(TO_STAFF_WITHIN):
                found = await channel.look_up(outgoing)
        except TimeoutError:
            found = None
        settlement = settle_unknown(message, found, keyed=channel.keyed, now=held.clock())
        async with held.database.transaction() as tx:
            await self._write(tx, message, settlement)


def _why_unwanted(message: Message, lead: Lead | None) -> str:
    """What closed the gate, in words: for whoever asks why nothing was sent."""
    if lead is None:
        return "its lead is gone"
    if lead.erased_at is not None:
        return "the person was erased"
    if lead.closed_at is not None:
        return f"the lead is {lead.status}"
    if message.is_offer:
        return _why_not_offered(lead)
    if lead.epoch != message.epoch:
        return "somebody answered, or the lead changed hands, before it could leave"
    if message.recipient == TO_LEAD:
        return "somebody spoke with the person first"
    return "the recipient no longer owns the lead"


def _why_not_offered(lead: Lead) -> str:
    return (
        "it is not offered to the recipient any more"
        if lead.owner is None
        else "the lead has an owner: nobody can claim it any more"
    )
