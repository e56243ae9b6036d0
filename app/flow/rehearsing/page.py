"""A page of the past is read: its facts, and everything needed to make sense of them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.facts import FactType
from app.domain.lead import LeadId
from app.routing.rehearsal.past import Past
from app.store import history
from app.store.database import Database


@dataclass(slots=True)
class Page:
    """Some facts, in order, and what was known before them and stands beside them."""

    facts: Sequence[history.Past]
    pasts: dict[LeadId, Past]
    """How each of their leads really stood just before."""
    askings: dict[LeadId, list[history.Asking]]
    """All that was ever asked of those that are routed in this page."""
    decided: dict[tuple[LeadId, datetime], history.Decided]
    """Decisions about which their fact does not tell all, by their instant."""
    connected: dict[LeadId, datetime]
    """When somebody first spoke with them."""


async def pages(
    database: Database,
    number: int,
    until: datetime,
    *,
    window: timedelta,
    connected: bool,
    at_once: int = history.AT_ONCE,
) -> AsyncIterator[Page]:
    """What happened from fact `number` on, up to and not including `until`.

    `connected`: it matters when somebody spoke with them. `at_once`: facts in a page.
    """
    while True:
        async with database.reading() as tx:
            facts = await history.happened(tx, number, page=at_once)
        end = next((at for at, each in enumerate(facts) if each.fact.at >= until), None)
        if facts[:end]:
            yield await _read(database, facts[:end], window, connected=connected)
        if end is not None or len(facts) < at_once:
            return
        number = facts[-1].seq + 1


async def _read(
    database: Database, facts: Sequence[history.Past], window: timedelta, *, connected: bool
) -> Page:
    begins: dict[LeadId, FactType] = {}
    for _, fact in facts:
        if fact.lead_id is not None:
            begins.setdefault(fact.lead_id, fact.type)
    known = [lead for lead, first in begins.items() if first is not FactType.LEAD_RECEIVED]
    pasts = {lead: Past() for lead in begins}
    pasts |= await pasts_of(database, known, before=facts[0].seq, window=window)
    routed = _of_type(facts, FactType.LEAD_RECEIVED, FactType.LEAD_UPDATED)
    routed |= {lead for lead, past in pasts.items() if past.asked is not None}
    async with database.reading() as tx:
        askings: dict[LeadId, list[history.Asking]] = {}
        for said in await history.askings(tx, routed):
            askings.setdefault(said.lead_id, []).append(said)
        erased = {lead for lead, said in askings.items() if said[0].erased}
        unclear = erased | _of_type(facts, FactType.LEAD_UNASSIGNED)
        decided = await history.decided(tx, unclear)
        spoken = await history.connected(tx, routed) if connected else {}
    return Page(facts, pasts, askings, {(each.lead_id, each.at): each for each in decided}, spoken)


def _of_type(facts: Iterable[history.Past], *types: FactType) -> set[LeadId]:
    return {fact.lead_id for _, fact in facts if fact.lead_id and fact.type in types}


async def pasts_of(
    database: Database, lead_ids: Sequence[LeadId], *, before: int, window: timedelta
) -> dict[LeadId, Past]:
    """How these leads really stood just before fact `before`."""
    pasts = {each: Past() for each in lead_ids}
    async with database.reading() as tx:
        earlier = await history.happened_to(tx, lead_ids, before=before)
    for _, fact in earlier:
        if fact.lead_id is not None:
            pasts[fact.lead_id].fold(fact, window)
    return pasts
