"""How well were the promises kept? Counted from clocks, honestly.

Only steps that escalate are promises: a reminder before the deadline that found nobody
fast enough is no breach. A lead that nobody has answered counts among the unanswered, and
not as a quick answer or not at all.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.sla.state import ClockState, state_at


@dataclass(frozen=True, slots=True)
class Answered:
    """One clock, with what is known of its lead's first response."""

    group: str | None
    lead_id: UUID
    action: str
    state: str
    due_at: datetime
    responded_at: datetime | None
    received_at: datetime
    first_response_at: datetime | None


@dataclass(slots=True)
class _Group:
    states: dict[str, int] = field(default_factory=lambda: {state.value: 0 for state in ClockState})
    waited: dict[UUID, float | None] = field(default_factory=dict)


def summarise(clocks: Iterable[Answered], *, now: datetime) -> Iterator[dict[str, Any]]:
    """One row for each group, in the order of their names."""
    groups: dict[str | None, _Group] = defaultdict(_Group)
    for each in clocks:
        group = groups[each.group]
        if each.action == "escalate":
            stored = ClockState(each.state)
            state = state_at(stored, each.due_at, each.responded_at, now)
            group.states[state.value] += 1
        answered = each.first_response_at
        waited = None if answered is None else (answered - each.received_at).total_seconds()
        group.waited[each.lead_id] = waited
    for name in sorted(groups, key=lambda each: each or ""):
        yield _row(name, groups[name])


def _row(name: str | None, group: _Group) -> dict[str, Any]:
    waits = sorted(each for each in group.waited.values() if each is not None)
    met, decided = group.states["met"], group.states["met"] + group.states["breached"]
    return {
        "group": name,
        "clocks": group.states,
        "met_share": met / decided if decided else None,
        "leads": len(group.waited),
        "responded": len(waits),
        "p50_seconds": percentile(waits, 50),
        "p90_seconds": percentile(waits, 90),
        "p99_seconds": percentile(waits, 99),
    }


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The smallest value that at least `percent` of all do not exceed (nearest rank)."""
    if not ordered:
        return None
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(rank, 1) - 1]
