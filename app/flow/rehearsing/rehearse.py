"""Past leads are routed again under a draft, and what would be different is told.

Writes nothing, holds no connection between two questions, and takes a breath after each
lead: whoever serves meanwhile is not kept waiting.
"""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any

from app.domain.clock import rfc3339
from app.domain.lead import AgentId
from app.flow.finding import LOOK_AGAIN_AFTER
from app.flow.rehearsing.page import pages
from app.flow.rehearsing.start import Start, stood
from app.flow.rehearsing.told import Scene, Telling
from app.routing.rehearsal.replay import Rehearsal
from app.sla.expected import Expected
from app.snapshot import Snapshot
from app.store import history
from app.store.database import Database

__all__ = ["Breathe", "Scene", "rehearse"]

Breathe = Callable[[int], Awaitable[None]]
"""Called after each step, with the number of leads so far: to show it, or to let others work."""


async def rehearse(
    database: Database, scene: Scene, breathe: Breathe, *, at_once: int = history.AT_ONCE
) -> dict[str, Any]:
    """Route the leads of a stretch of time again. Answers what it comes to, as plain data.

    `at_once`: how many facts are read between two breaths; more of them is faster.
    """
    start = await stood(database, scene, lambda: breathe(0))
    telling = _begin(scene, start)
    tally = telling.rehearsal.stage.tally
    read = pages(
        database,
        start.number,
        scene.until,
        window=scene.live.config.identity.repeat_inquiry.window,
        connected=any(each.stops_on == "connected" for each in scene.draft.config.sla),
        at_once=at_once,
    )
    async for page in read:
        for _ in telling.tell(page):
            await breathe(tally.leads)
    for _ in telling.end():
        await breathe(tally.leads)
    return {
        "from": rfc3339(scene.since),
        "to": rfc3339(scene.until),
        "config_version": scene.draft.version or "draft",
        **tally.as_json(),
        "predicted_breaches": telling.expected.as_json(),
        "approximations": list(_approximations(telling)),
    }


def _begin(scene: Scene, start: Start) -> Telling:
    draft = scene.draft
    rehearsal = Rehearsal.of(
        draft.plan, start.roster, draft.day_of, began=scene.since, minute=LOOK_AGAIN_AFTER
    )
    for each in start.waiting:
        rehearsal.carry(each.asking, each.decision, each.decided_at)
    if draft is not scene.live:
        # As when it comes into force: whoever waits may find somebody under the new rules.
        rehearsal.hurry(scene.since)
    expected = Expected(draft.config, draft.openings, _on_shift(draft), scene.now)
    return Telling(scene, rehearsal, expected)


def _on_shift(draft: Snapshot) -> Callable[[AgentId, datetime], bool]:
    def is_on_shift(agent: AgentId, at: datetime) -> bool:
        person = draft.people.get(agent)
        calendar = None if person is None else person.calendar
        return calendar is None or draft.openings[calendar].is_open(at)

    return is_on_shift


def _approximations(telling: Telling) -> Iterator[str]:
    """What of the answer is not exact, and why."""
    counts, tally = telling.counts, telling.rehearsal.stage.tally
    yield (
        "How leads ended is taken from the past: each stays open until it really was closed, "
        "whoever has it."
    )
    yield (
        "A lead that waits is looked at again at the very instant at which it is due; the service "
        "takes up to some tenths of a second longer."
    )
    if tally.offered:
        yield (
            "A lead on offer is claimed by whoever really claimed it, if it is offered to them; "
            "any other is claimed by nobody, and given out when the offer lapses."
        )
    if counts.passed_on:
        yield (
            f"{_times(counts.passed_on)} a lead was passed on, for a missed deadline, a decline or "
            "an owner off duty: so it is here where it has the same owner, and nowhere else."
        )
    if tally.assigned_by_people:
        yield (
            f"{_times(tally.assigned_by_people)} a person gave a lead to somebody: what is "
            "compared is whom routing gave it to first."
        )
    if counts.configs:
        yield (
            f"{_times(counts.configs)} the config in force changed in this stretch: what was "
            "really decided was decided under several versions."
        )
    if counts.erased:
        yield (
            f"{_leads(counts.erased)} cannot be routed again, for what was asked was erased: they "
            "stay with whom they had, and are compared with nothing."
        )
    if any(each.ical is not None for each in telling.scene.draft.config.on_call.values()):
        yield (
            "Who was on call by a feed is known for about a day back: before that, the rehearsal "
            "finds nobody on call by it."
        )


def _times(count: int) -> str:
    return "Once" if count == 1 else f"{count} times"


def _leads(count: int) -> str:
    return "1 lead" if count == 1 else f"{count} leads"
