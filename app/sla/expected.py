"""How many deadlines would be missed if others had the leads? An estimate, and how sure it is.

Nobody knows how somebody would have answered a lead they never had. So: a lead that stays with
its owner counts as it was really answered. One that moves counts with the probability that
its new owner misses the step: their own share of leads missed, on shift or off, drawn
towards their team's where they had few:

    (k + m * p) / (n + m),   m = 5

`k` of the `n` leads that they really had under this step were missed; `p` is the same share
of their team (else of everybody). The interval is Wilson's, at 95 %, over those that move.
Only steps that escalate count, as in the summary of promises kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import sqrt
from typing import Any, NamedTuple

from app.config.condition import Features
from app.config.document import Config
from app.domain.lead import AgentId
from app.hours.opening import Opening
from app.sla.clocks import clocks, policy_for
from app.sla.evidence import Evidence

M = 5
"""For how many leads of one's own the team's share counts."""

_Z = 1.96
"""Standard deviations on either side of 95 %."""

METHOD = (
    "An estimate. A lead that stays with its owner counts as it was really answered; one that "
    "moves counts with the chance that its new owner misses the step: (k + 5p)/(n + 5), where "
    "they missed k of their own n leads in this time, on or off shift, and p is their team's "
    "share. 95 % interval by Wilson, over the leads that move. Steps that only remind are no "
    "promises, and leads whose time is not up yet are left out."
)


class Answered(NamedTuple):
    """When a lead was answered, by the evidence that a policy may ask for. `None`: not yet."""

    acknowledged: datetime | None = None
    attempted: datetime | None = None
    connected: datetime | None = None

    def by(self, evidence: Evidence) -> datetime | None:
        """The first answer that is enough; the stronger always is."""
        match evidence:
            case "connected":
                times: tuple[datetime | None, ...] = (self.connected,)
            case "attempted":
                times = (self.attempted, self.connected)
            case "acknowledged":
                times = self
        return min((each for each in times if each is not None), default=None)


class Moved(NamedTuple):
    """One lead: who had it, and who would have had it, from when on."""

    was: AgentId | None
    would_be: AgentId | None
    given_at: datetime | None


class Record(NamedTuple):
    """How somebody answered the leads that they had."""

    leads: int = 0
    missed: int = 0

    def plus(self, other: "Record") -> "Record":
        return Record(self.leads + other.leads, self.missed + other.missed)

    @property
    def share(self) -> float | None:
        return self.missed / self.leads if self.leads else None


_NONE = Record()

_Step = tuple[str, str]
_Whose = tuple[AgentId, bool]
"""Somebody, on shift or not."""


@dataclass(slots=True)
class _Count:
    leads: int = 0
    really_missed: int = 0
    stay: Record = _NONE
    certain: Record = _NONE
    """Those that move to nobody, or too late."""
    records: dict[_Whose, Record] = field(default_factory=dict)
    moves: dict[_Whose, int] = field(default_factory=dict)


@dataclass(slots=True)
class Expected:
    """Counts leads, one at a time; holds none."""

    config: Config
    openings: Mapping[str, Opening]
    is_on_shift: Callable[[AgentId, datetime], bool]
    now: datetime
    """A deadline after this instant is not decided yet."""
    _steps: dict[_Step, _Count] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for policy in self.config.sla:
            for step in policy.steps:
                if step.escalate is not None:
                    self._steps[policy.name, step.name] = _Count()

    def count(
        self, features: Features, received_at: datetime, answered: Answered, moved: Moved
    ) -> None:
        policy = policy_for(features, self.config)
        if policy is None:
            return
        responded_at = answered.by(policy.stops_on)
        for clock in clocks(policy, self.openings, received_at):
            found = self._steps.get((policy.name, clock.step))
            if found is not None and clock.due_at <= self.now:
                missed = responded_at is None or responded_at > clock.due_at
                self._note(found, received_at, clock.due_at, moved, missed=missed)

    def _note(
        self, found: _Count, received_at: datetime, due_at: datetime, moved: Moved, *, missed: bool
    ) -> None:
        one = Record(1, int(missed))
        found.leads += 1
        found.really_missed += missed
        if moved.was is not None:
            whose = (moved.was, self.is_on_shift(moved.was, received_at))
            found.records[whose] = found.records.get(whose, _NONE).plus(one)
        if moved.was == moved.would_be:
            found.stay = found.stay.plus(one)
        elif moved.would_be is None or moved.given_at is None or moved.given_at > due_at:
            found.certain = found.certain.plus(Record(1, 1))
        else:
            whose = (moved.would_be, self.is_on_shift(moved.would_be, received_at))
            found.moves[whose] = found.moves.get(whose, 0) + 1

    def as_json(self) -> dict[str, Any]:
        steps = [self._row(step, count) for step, count in self._steps.items()]
        return {"method": METHOD, "steps": steps}

    def _row(self, step: _Step, count: _Count) -> dict[str, Any]:
        chances = {whose: self._chance(whose, count) for whose in count.moves}
        moves = sum(count.moves.values())
        sure = count.stay.missed + count.certain.missed
        known = {whose: each for whose, each in chances.items() if each is not None}
        is_known = len(known) == len(chances)
        expected = sum(each * count.moves[whose] for whose, each in known.items())
        low, high = wilson(expected, moves) if is_known else (0.0, float(moves))
        return {
            "policy": step[0],
            "step": step[1],
            "leads": count.leads,
            "really_missed": count.really_missed,
            "expected": round(sure + expected, 1) if is_known else None,
            "low": round(sure + low, 1),
            "high": round(sure + high, 1),
            "estimated_leads": moves,
        }

    def _chance(self, whose: _Whose, count: _Count) -> float | None:
        """How likely they miss this step. `None`: nobody has ever shown."""
        agent, on_shift = whose
        own = count.records.get(whose, _NONE)
        team = next(
            (
                share
                for share in (
                    self._share(count, self._colleagues(agent), on_shift),
                    self._share(count, self._colleagues(agent), None),
                    self._share(count, None, None),
                )
                if share is not None
            ),
            None,
        )
        if team is None:
            return None
        return (own.missed + M * team) / (own.leads + M)

    def _colleagues(self, agent: AgentId) -> set[AgentId]:
        """Everybody who shares a team with them."""
        return {
            each
            for team in self.config.teams.values()
            if agent in team.members
            for each in team.members
        }

    @staticmethod
    def _share(count: _Count, among: set[AgentId] | None, on_shift: bool | None) -> float | None:
        total = _NONE
        for (agent, shift), record in count.records.items():
            if (among is None or agent in among) and on_shift in {None, shift}:
                total = total.plus(record)
        return total.share


def wilson(successes: float, trials: int) -> tuple[float, float]:
    """How many of `trials` it may be, at 95 %, where about `successes` are expected."""
    if not trials:
        return 0.0, 0.0
    share, z2 = successes / trials, _Z * _Z
    middle = share + z2 / (2 * trials)
    margin = _Z * sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    whole = 1 + z2 / trials
    low, high = (middle - margin) / whole, (middle + margin) / whole
    return max(0.0, low) * trials, min(1.0, high) * trials
