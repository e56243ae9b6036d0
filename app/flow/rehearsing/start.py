"""How everybody stood when a rehearsal begins: switches, loads, turns, as they were then."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from app.domain.lead import AgentId, LeadId
from app.flow.rehearsing.asking import another_asking
from app.flow.rehearsing.page import pasts_of
from app.flow.rehearsing.told import Scene
from app.routing.charges import chose
from app.routing.decision import Candidate, Decision
from app.routing.rehearsal.case import Asking
from app.routing.returning import RETURNING
from app.routing.roster import Roster, Standing, Turn
from app.snapshot import Snapshot
from app.store import history
from app.store.database import Database
from app.store.history import Before

LOOK_BACK = 5_000
"""Decisions that are looked through for the last turn of each team."""

_PAGE = 100
_A_LOCAL_DAY = timedelta(hours=25)
"""The longest there is: clocks are put back once a year."""

_NO_NEW_LEAD = frozenset({RETURNING, "manual"})
"""Ways to a lead that do not count against a daily limit."""

Breathe = Callable[[], Awaitable[None]]


class Waits(NamedTuple):
    """A lead that was waiting for an owner, and what was decided about it last."""

    asking: Asking
    decision: Decision
    decided_at: datetime


class Start(NamedTuple):
    """Where a rehearsal begins."""

    number: int
    """Of the first fact that it is told."""
    roster: Roster
    waiting: list[Waits]


async def stood(database: Database, scene: Scene, breathe: Breathe) -> Start:
    """How everybody stood at the beginning of the stretch.

    Loads are only looked for where the draft asks for them: most do not, and it takes time.
    """
    async with database.reading() as tx:
        number = await history.number_at(tx, scene.since)
    draft, roster = scene.draft, Roster()
    await _switches(database, number, draft, roster)
    unowned = await _loads(database, scene, number, roster, breathe)
    await _turns(database, scene.since, draft, roster, breathe)
    return Start(number, roster, await _waiting(database, scene, unowned))


def _counts_loads(draft: Snapshot) -> bool:
    limits = any(each.capacity.open is not None for each in draft.config.agents)
    return limits or _levels_loads(draft)


def _levels_loads(draft: Snapshot) -> bool:
    targets = [rule.to for rule in draft.config.routing.rules]
    return any("least_loaded" in {to.strategy, to.otherwise} for to in targets)


async def _switches(database: Database, number: int, draft: Snapshot, roster: Roster) -> None:
    async with database.reading() as tx:
        found = await history.switches(tx, draft.people, before=number)
    for agent, fact in found.items():
        roster.standings[AgentId(agent)] = Standing(
            AgentId(agent),
            available=fact.data["available"],
            until=_instant(fact.data["until"]),
            switched_by=fact.actor,
        )


async def _loads(
    database: Database, scene: Scene, number: int, roster: Roster, breathe: Breathe
) -> list[LeadId]:
    """Count who had how many open leads. Answers those that nobody had.

    What was touched since is told by its facts.
    """
    counts = _counts_loads(scene.draft)
    window = scene.live.config.identity.repeat_inquiry.window
    unowned: list[LeadId] = []
    last = None
    while True:
        async with database.reading() as tx:
            page = await history.received_before(
                tx, scene.since, number, all_of_them=counts, after=last
            )
        touched = [each.id for each in page if each.was_touched]
        pasts = await pasts_of(database, touched, before=number, window=window)
        for each in page:
            past = pasts.get(each.id)
            owner = each.owner if past is None else past.owner
            if not (each.is_open if past is None else not past.is_closed):
                continue
            if owner is None:
                unowned.append(each.id)
            elif counts:
                roster.reopen(AgentId(owner))
        await breathe()
        if len(page) < history.AT_ONCE:
            return unowned
        last = page[-1]


async def _waiting(database: Database, scene: Scene, unowned: list[LeadId]) -> list[Waits]:
    """Those of the leads that routing was to look at again, or that anybody could claim."""
    waiting = []
    for begin in range(0, len(unowned), history.AT_ONCE):
        some = unowned[begin : begin + history.AT_ONCE]
        async with database.reading() as tx:
            decided = {
                each.lead_id: each
                for each in await history.decided(tx, some)
                if each.at < scene.since
            }
            askings = await history.askings(tx, decided)
        for lead, last in decided.items():
            told = [each for each in askings if each.lead_id == lead]
            told = [each for each in told if each.received_at < scene.since]
            if last.owner is None and told and not told[0].erased:
                asking = another_asking(lead, told, scene.draft, now=scene.since)
                waiting.append(Waits(asking, _as_decided(last), last.at))
    return waiting


def _as_decided(last: history.Decided) -> Decision:
    detail = last.detail
    return Decision(
        rule=last.rule,
        strategy=last.strategy or "",
        team=last.team,
        owner=None,
        reason=detail["reason"],
        candidates=tuple(
            Candidate(each["agent"], each["chosen"], tuple(each["why"]))
            for each in detail["candidates"]
        ),
        retry_at=_instant(detail.get("retry_at")),
        offered=tuple(detail.get("offered", ())),
        offered_until=_instant(detail.get("offered_until")),
        in_pond=detail.get("in_pond", False),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


async def _turns(
    database: Database, at: datetime, draft: Snapshot, roster: Roster, breathe: Breathe
) -> None:
    """Each team's line after its last turn, and who took how many leads on that day."""
    lines = _Lines(set(draft.config.teams))
    limited = {each.id for each in draft.config.agents if each.capacity.per_day is not None}
    since = at - _A_LOCAL_DAY if limited else at
    last: Before | None = None
    for _ in range(LOOK_BACK // _PAGE):
        async with database.reading() as tx:
            page = await history.decided_before(tx, at, page=_PAGE, after=last)
        for each in page:
            lines.look(each)
            if each.at >= since:
                _count_today(each, at, draft, roster, limited)
        await breathe()
        if len(page) < _PAGE:
            break
        last = page[-1]
        if lines.is_complete(last.at) and last.at < since:
            break
    lines.stand(roster, (each.id for each in draft.config.agents))


def _count_today(
    each: Before, at: datetime, draft: Snapshot, roster: Roster, limited: set[AgentId]
) -> None:
    owner = AgentId(each.owner or "")
    if owner not in limited or each.strategy in _NO_NEW_LEAD or not chose(each.detail, owner):
        return
    if draft.day_of(owner, each.at) == draft.day_of(owner, at):
        standing = roster.standing(owner)
        roster.standings[owner] = replace(standing, taken_today=standing.taken_today + 1)


@dataclass(slots=True)
class _Lines:
    """The turns of teams, gathered from decisions, the last one first."""

    teams: set[str]
    _last: dict[str, Before] = field(default_factory=dict)
    _floors: dict[str, int] = field(default_factory=dict)
    _assigned_at: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def look(self, each: Before) -> None:
        team, detail = each.detail.get("team"), each.detail
        if team not in self.teams or not detail.get("turns_after") or each.owner is None:
            return
        self._assigned_at.setdefault((team, each.owner), each.at)
        known = self._last.get(team)
        # Of several in one instant it is the one after which most had been paid.
        if known is None or (known.at == each.at and _paid(each) > _paid(known)):
            self._last[team] = each
        if detail.get("floor") is not None:
            self._floors[team] = max(self._floors.get(team, 0), detail["floor"])

    def is_complete(self, reached: datetime) -> bool:
        """Whether nothing earlier matters. Decisions of before `seen` was kept tell less."""
        return all(
            team in self._floors
            and (last := self._last.get(team)) is not None
            and last.at > reached
            and last.seen is not None
            for team in self.teams
        )

    def stand(self, roster: Roster, people: Iterable[AgentId]) -> None:
        known = set(people)
        for team, last in self._last.items():
            line: dict[AgentId, Turn] = {}
            seen = (last.seen or {}).get("turns", {}).get(team, {})
            for agent, passed in last.detail["turns_after"].items():
                if agent not in known:
                    continue
                earlier = _instant(seen.get(agent, (0, None))[1])
                line[agent] = Turn(passed, self._assigned_at.get((team, agent), earlier))
            roster.turns[team] = line
        roster.floors.update(self._floors)


def _paid(each: Before) -> int:
    return sum(each.detail["turns_after"].values())
