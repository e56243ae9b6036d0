"""Which leads wait for an owner in a rehearsal, and when each is looked at again.

As live: when somebody is back, when an offer lapses, and where nobody can say when, once a
minute. Most of those minutes change nothing, so they are passed over: a lead is only looked
at in a minute by which something that kept somebody from it has ended.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from uuid import UUID

from app.domain.lead import AgentId
from app.routing.decision import Codes, Decision

_ENDS = frozenset({"off_shift", "paused", "paused_by_manager", "at_capacity"})
"""Reasons that end. Who lacks a language lacks it under this document for ever."""


@dataclass(slots=True, eq=False)
class Wait:
    """One lead without an owner."""

    lead: UUID
    known_since: datetime
    looked_at: datetime
    look_at: datetime | None = None
    """When it is looked at again. `None`: in a minute by which something has changed."""
    offered: tuple[AgentId, ...] = ()
    offered_until: datetime | None = None
    in_pond: bool = False
    hindrances: Mapping[AgentId, Codes] = field(default_factory=dict)
    """Who may yet take it, and what has to end before."""


@dataclass(slots=True)
class Waiting:
    """All that wait. `minute` is how soon such a lead is looked at again without a reason."""

    minute: timedelta
    hands_over: bool
    """Whether some rule asks who is on call: that changes without anybody being freed."""
    all: dict[UUID, Wait] = field(default_factory=dict)
    _due: list[tuple[datetime, datetime, UUID, int, Wait]] = field(default_factory=list)
    _idle: dict[UUID, Wait] = field(default_factory=dict)
    _number: "count[int]" = field(default_factory=count)

    def add(self, lead: UUID, known_since: datetime, decision: Decision, now: datetime) -> None:
        """The lead waits, as the decision says."""
        wait = Wait(lead, known_since, now)
        self.all[lead] = wait
        if decision.in_pond:
            wait.in_pond = True
        elif decision.offered_until is not None:
            wait.offered, wait.offered_until = decision.offered, decision.offered_until
            self._schedule(wait, decision.offered_until)
        elif decision.retry_at is not None:
            self._schedule(wait, decision.retry_at)
        else:
            wait.hindrances = {
                each.agent: each.why for each in decision.candidates if _will_end(each.why)
            }
            self._idle[lead] = wait

    def look_at(self, lead: UUID, known_since: datetime, at: datetime) -> None:
        """The lead has no owner any more, and one is looked for at `at`."""
        self.all[lead] = wait = Wait(lead, known_since, at)
        self._schedule(wait, at)

    def remove(self, lead: UUID) -> Wait | None:
        """The lead waits no longer."""
        self._idle.pop(lead, None)
        return self.all.pop(lead, None)

    def next_at(self) -> datetime | None:
        """When the next one is to be looked at."""
        while self._due and not self._stands(self._due[0]):
            heappop(self._due)
        return self._due[0][0] if self._due else None

    def pop(self) -> Wait:
        """The next one, which waits no longer."""
        while not self._stands(entry := heappop(self._due)):
            pass
        self.remove(entry[-1].lead)
        return entry[-1]

    def hurry(self, at: datetime) -> None:
        """Somebody was switched on: all are looked at, but for offers, which run their time."""
        for wait in self.all.values():
            later = wait.look_at is None or wait.look_at > at
            if later and wait.offered_until is None and not wait.in_pond:
                self._schedule(wait, at)

    @property
    def has_idle(self) -> bool:
        return bool(self._idle)

    @property
    def hindered(self) -> set[AgentId]:
        """Whose return somebody waits for, without knowing when it is."""
        return {agent for wait in self._idle.values() for agent in wait.hindrances}

    def stir(
        self, is_over: Callable[[AgentId, Codes], bool], at: datetime, *, after: bool = False
    ) -> None:
        """Something changed at `at`: who may have an owner now is looked at in their minute.

        `after`: it changed once what was due at that very instant had been looked at.
        """
        another_hour = self.hands_over and not after
        for wait in list(self._idle.values()):
            if another_hour or any(is_over(*each) for each in wait.hindrances.items()):
                self._schedule(wait, self._minute_of(wait, at, after=after))

    def _minute_of(self, wait: Wait, at: datetime, *, after: bool) -> datetime:
        passed, rest = divmod(at - wait.looked_at, self.minute)
        whole = passed + (1 if rest or after else 0)
        return wait.looked_at + max(1, whole) * self.minute

    def _schedule(self, wait: Wait, at: datetime) -> None:
        self._idle.pop(wait.lead, None)
        wait.look_at = at
        # In the order in which the service looks: by their time, then who came first.
        heappush(self._due, (at, wait.known_since, wait.lead, next(self._number), wait))

    def _stands(self, entry: tuple[datetime, datetime, UUID, int, Wait]) -> bool:
        wait = entry[-1]
        return self.all.get(wait.lead) is wait and wait.look_at == entry[0]


def _will_end(why: Codes) -> bool:
    return all(code.partition(":")[0] in _ENDS for code in why)
