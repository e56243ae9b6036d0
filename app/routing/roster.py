"""Who is switched on, how loaded, and whose turn it is: one batch's own working copy.

The store reads it once per batch under the teams' locks; `take` applies each decision to
it, so that the next lead of the batch sees the last one; the store writes what changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.lead import AgentId
from app.routing.decision import Decision

_AN_INSTANT = timedelta(microseconds=1)
"""The least by which stored instants differ."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's manual switch and load."""

    agent: AgentId
    available: bool = True
    until: datetime | None = None
    """When an absence ends by itself. `None`: when somebody ends it."""
    reason: str | None = None
    open_leads: int = 0
    taken_today: int = 0
    switched_by: str | None = None
    """Who set the switch: an agent's id, or the name of an API key."""

    def is_on(self, now: datetime) -> bool:
        """Whether the switch is on: never set, set back, or run out by `now`."""
        return self.available or (self.until is not None and self.until <= now)


IDLE = Standing(AgentId(""))
"""How whoever is missing stands: switched on, and without leads."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How far a member has come in a team's order; see `app.routing.turns`."""

    passed: int = 0
    last_assigned_at: datetime | None = None


NEWCOMER = Turn()


@dataclass(slots=True)
class Roster:
    """Mutable, and owned by one batch. Whoever is missing is on, idle and new."""

    standings: dict[AgentId, Standing] = field(default_factory=dict)
    turns: dict[str, dict[AgentId, Turn]] = field(default_factory=dict)
    floors: dict[str, int] = field(default_factory=dict)
    changed_agents: set[AgentId] = field(default_factory=set)
    changed_turns: set[tuple[str, AgentId]] = field(default_factory=set)
    changed_floors: set[str] = field(default_factory=set)
    _latest: dict[str, datetime] = field(default_factory=dict)

    def standing(self, agent: AgentId) -> Standing:
        return self.standings.get(agent) or Standing(agent)

    def take(self, decision: Decision, now: datetime) -> None:
        """Apply a decision: the owner has one lead more, and whoever moved in line did.

        A returning person's lead is already among the owner's, so it adds no load.
        """
        if decision.owner is None:
            return
        if decision.strategy != "returning":
            self._load(decision.owner, +1)
        if decision.team is not None and decision.floor is not None:
            self._move(decision.team, decision.turns_after, decision.owner, now)
            self._raise_floor(decision.team, decision.floor)

    def reopen(self, agent: AgentId) -> None:
        """A closed lead of the agent's is open again. It is no new lead of today's."""
        standing = self.standing(agent)
        self.standings[agent] = replace(standing, open_leads=standing.open_leads + 1)
        self.changed_agents.add(agent)

    def release(self, agent: AgentId) -> None:
        """The agent lost an open lead. What was taken today stays taken."""
        standing = self.standing(agent)
        self.standings[agent] = replace(standing, open_leads=max(0, standing.open_leads - 1))
        self.changed_agents.add(agent)

    def instant_of_turn(self, team: str, now: datetime) -> datetime:
        """When a turn of the team counts as taken: after every turn before it.

        Ties go to the longest wait, so no two turns may bear the same instant, as those of one
        batch would, nor one before the turn it followed, as when a process that read its
        clock first got the lock last.
        """
        latest = self._latest.get(team) or max(
            (
                turn.last_assigned_at
                for turn in self.turns.get(team, {}).values()
                if turn.last_assigned_at is not None
            ),
            default=None,
        )
        at = now if latest is None or latest < now else latest + _AN_INSTANT
        self._latest[team] = at
        return at

    def _load(self, agent: AgentId, leads: int) -> None:
        standing = self.standing(agent)
        self.standings[agent] = replace(
            standing,
            open_leads=standing.open_leads + leads,
            taken_today=standing.taken_today + leads,
        )
        self.changed_agents.add(agent)

    def _move(self, team: str, after: Mapping[AgentId, int], owner: AgentId, now: datetime) -> None:
        line = self.turns.setdefault(team, {})
        at = self.instant_of_turn(team, now)
        for agent, passed in after.items():
            turn = line.get(agent)
            if agent == owner:
                line[agent] = Turn(passed, at)
            elif turn is None or turn.passed != passed:
                line[agent] = Turn(passed, turn.last_assigned_at if turn else None)
            else:
                continue
            self.changed_turns.add((team, agent))

    def _raise_floor(self, team: str, floor: int) -> None:
        if self.floors.get(team) != floor:
            self.floors[team] = floor
            self.changed_floors.add(team)
