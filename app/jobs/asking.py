"""Ask a source for one held lead, and read what it answers."""

import asyncio
from dataclasses import dataclass
from typing import Any

from app.channels.fetch import LARGEST, fetch
from app.channels.request import Answer, retry_after
from app.config.sources import SourceBase
from app.domain.errors import Unreadable
from app.domain.failpoint import failpoint
from app.domain.lead import Inquiry
from app.domain.message import Message
from app.domain.outcome import TryAgain, Withheld
from app.flow.held import NoLongerHeld, Wanted
from app.jobs.gate import Gate
from app.log import get_logger
from app.resources import Resources
from app.sending.settle_fetch import NotFetched
from app.sources.base import CannotAsk, Fetching
from app.sources.registry import SOURCES
from app.store import messages

log = get_logger()

_BUSY = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class _Way:
    """How one held lead is asked for, as the config is now."""

    settings: SourceBase
    fetching: Fetching[Any]


class Asker:
    """Asks on behalf of one process, as its config is at that instant."""

    def __init__(self, held: Resources) -> None:
        self._held = held

    async def __call__(self, message: Message, wanted: Wanted) -> Inquiry | NotFetched | Unreadable:
        """Ask once, under a claimed fetch. Raises `NoLongerHeld` if the gate is closed."""
        try:
            way = self._way(wanted)
            question = way.fetching.ask(wanted.held, way.settings)
        except CannotAsk as why_not:
            # Nobody was asked: there is no gate to pass.
            return NotFetched(str(why_not), needs_people=True)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not cost the lead.
            log.error("fetch.asking_failed", lead_id=str(wanted.lead_id), error=error)
            return NotFetched("an internal error; see the log for the lead's id", needs_people=True)
        limit = asyncio.timeout(messages.LEASE.total_seconds())
        gate = Gate(self._held, message, limit)
        try:
            async with limit:
                answer = await fetch(self._held.http, question.url, question.headers, gate)
        except TimeoutError:
            return NotFetched("no answer in time")
        failpoint("fetch.after_answer")
        match answer:
            case Withheld():
                raise NoLongerHeld
            case TryAgain(because, after):
                return NotFetched(because, after)
            case Answer():
                return self._read(answer, wanted, way)

    def _way(self, wanted: Wanted) -> _Way:
        """Raises `CannotAsk`."""
        source, snapshot = wanted.webhook.source, self._held.live.snapshot
        settings = snapshot.config.sources.get(source)
        if settings is None:
            raise CannotAsk(f"the config has no source {source} any more: put it back")
        why_off = snapshot.why_off("source", source)
        if why_off is not None:
            raise CannotAsk(f"the source is off: {why_off}")
        kind = SOURCES.get(settings.kind)
        if kind is None or kind.fetching is None or settings.kind != wanted.kind:
            raise CannotAsk(f"the source is of another kind by now, and was {wanted.kind}")
        return _Way(settings, kind.fetching)

    def _read(self, answer: Answer, wanted: Wanted, way: _Way) -> Inquiry | NotFetched | Unreadable:
        if not 200 <= answer.status < 300:
            return _not_fetched(answer, way.fetching)
        if len(answer.body) > LARGEST:
            return Unreadable(f"The source's answer is longer than {LARGEST} bytes", str(LARGEST))
        try:
            return way.fetching.read(
                wanted.held, answer.body, wanted.webhook, way.settings, self._held.clock()
            )
        except Unreadable as trouble:
            return trouble
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not cost the lead.
            log.error("fetch.reading_failed", lead_id=str(wanted.lead_id), error=error)
            return Unreadable("an internal error; see the log for the lead's id")


def _not_fetched(answer: Answer, fetching: Fetching[Any]) -> NotFetched | Unreadable:
    """What an answer means that is no success."""
    status = answer.status
    because = f"the source answered {status}"
    if status in _BUSY or status >= 500:
        return NotFetched(because, retry_after(answer.headers))
    if fetching.is_gone(status, answer.body):
        return Unreadable(f"The source has no such lead (any more): it answered {status}")
    advice = "see whether the token in the config is still valid and may read this lead"
    return NotFetched(f"{because}: {advice}", needs_people=True)
