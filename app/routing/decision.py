"""The answer to "who gets it?", with everything needed to explain it a year later."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import repeat
from operator import eq
from typing import Any, NamedTuple

from app.domain.lead import AgentId

Codes = tuple[str, ...]
"""Reason codes: `code`, or `code:detail`. `reasons.py` has them in words."""

CHOSEN = "chosen"


class Candidate(NamedTuple):
    """One person considered, and why they were chosen or not.

    A tuple rather than a dataclass: hundreds are made for each lead, and it costs half.
    """

    agent: AgentId
    chosen: bool
    why: Codes
    """Reason codes, such as `off_shift` or `lacks_language:es`. Never empty."""
    turn: int | None = None
    """The turn number they were compared by; the smallest goes first. `None`: no turns."""


def candidates(
    agents: Collection[AgentId],
    owner: AgentId | None,
    whys: Mapping[AgentId, Codes],
    turns: Mapping[AgentId, int],
) -> tuple[Candidate, ...]:
    """All who were considered for one lead, in order, each with the reasons why (not)."""
    # `Candidate(…)` is a call in Python, two hundred times: thrice the time of this.
    rows = zip(
        agents,
        map(eq, agents, repeat(owner)),
        map(whys.__getitem__, agents),
        map(turns.get, agents),
        strict=True,
    )
    return tuple(map(tuple.__new__, repeat(Candidate), rows))


class RuleTried(NamedTuple):
    """One rule, in the order of the document, and why it did not match."""

    rule: str
    why_not: str | None
    """`None`: this is the rule that matched."""


def trail_of(tried: Iterable[tuple[str, str | None]]) -> tuple[RuleTried, ...]:
    """Rules that were tried, each with why it did not match."""
    return tuple(map(tuple.__new__, repeat(RuleTried), tried))


@dataclass(frozen=True, slots=True)
class Decision:
    """Who gets the lead, by which rule, against whom, and what that changes."""

    rule: str | None
    """Name of the rule, or `returning`. `None`: no rule matched."""
    strategy: str
    """A routing strategy, or how else it came about: `agent`, `on_call`, `returning`,
    `nobody_available`."""
    team: str | None
    owner: AgentId | None
    reason: str
    """One sentence for people."""
    candidates: tuple[Candidate, ...] = ()
    trail: tuple[RuleTried, ...] = ()
    turns_before: Mapping[AgentId, int] = field(default_factory=dict)
    """Turn numbers of the team as stored. Empty when no turn was taken."""
    turns_after: Mapping[AgentId, int] = field(default_factory=dict)
    """The same once those who came back are in line again and the owner has paid."""
    floor: int | None = None
    """The team's floor from now on. `None`: no turn was taken, it stays as it is."""
    retry_at: datetime | None = None
    """When somebody may be available. `None` with no owner: nothing says when."""
    offered: tuple[AgentId, ...] = ()
    """Who may claim it. Empty: it is offered to nobody in particular."""
    offered_until: datetime | None = None
    """When the offer lapses. `None` with no owner and nobody to offer to: it has none."""
    in_pond: bool = False
    """It waits until somebody of the team claims it: nothing is to be looked for again."""
    teams_asked: tuple[str, ...] = ()
    """Whose members were looked at, in order."""

    def as_json(self) -> dict[str, Any]:
        """Plain data for storing; the same decision always gives the same text."""
        return {
            "rule": self.rule,
            "strategy": self.strategy,
            "team": self.team,
            "owner": self.owner,
            "reason": self.reason,
            "candidates": [
                {"agent": agent, "chosen": chosen, "why": list(why), "turn": turn}
                for agent, chosen, why, turn in self.candidates
            ],
            "trail": [{"rule": rule, "why_not": why_not} for rule, why_not in self.trail],
            "turns_before": dict(sorted(self.turns_before.items())),
            "turns_after": dict(sorted(self.turns_after.items())),
            "floor": self.floor,
            "retry_at": None if self.retry_at is None else _rfc3339(self.retry_at),
            "offered": list(self.offered),
            "offered_until": None if self.offered_until is None else _rfc3339(self.offered_until),
            "in_pond": self.in_pond,
            "teams_asked": list(self.teams_asked),
        }


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
