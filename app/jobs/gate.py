"""The gate of one attempt: the last look before the bytes leave, written down."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from app.domain.failpoint import failpoint
from app.domain.message import TO_LEAD, Message
from app.resources import Resources
from app.store import messages

TO_STAFF_WITHIN = 7.0
TO_LEAD_WITHIN = 60.0
"""Seconds from the gate until an answer is no longer waited for. Short for alarms, which
have another channel; long for a lead's own message, which has no second chance."""

GRACE = 1.0
"""Seconds after that until others may take it that the worker has vanished."""


@dataclass(slots=True)
class Gate:
    """Asked once by the channel; from then on the answer must come within `within` seconds."""

    held: Resources
    message: Message
    limit: asyncio.Timeout
    rendered: Mapping[str, str | None] = field(
        default_factory=lambda: {"subject": None, "body": None}
    )
    passed: bool = False

    @property
    def within(self) -> float:
        return TO_LEAD_WITHIN if self.message.recipient == TO_LEAD else TO_STAFF_WITHIN

    async def __call__(self) -> bool:
        failpoint("send.before_gate")
        async with self.held.database.transaction() as tx:
            self.passed = await messages.pass_gate(
                tx,
                self.message,
                grace=timedelta(seconds=self.within + GRACE),
                now=self.held.clock(),
                rendered=self.rendered,
            )
        failpoint("send.after_gate")
        self.limit.reschedule(asyncio.get_running_loop().time() + self.within)
        return self.passed
