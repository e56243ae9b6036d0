"""What really happened to one lead, told by its facts: what a rehearsal follows.

Facts are written in the transaction of what they tell of, so their order is the order in
which things were decided, whatever clocks and batches did.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from app.domain.facts import SYSTEM, Fact, FactType
from app.domain.lead import CLOSED, AgentId

CLAIMED = "claimed"
"""The reason in the fact of a lead that somebody took by their own wish."""


class What(Enum):
    """What a fact means for who has the lead."""

    ARRIVED = auto()
    """Somebody new was routed for the first time."""
    BEGAN_AGAIN = auto()
    """A person we knew asked again, and an owner was looked for."""
    ASKED_AGAIN = auto()
    """A person we knew asked again, and nothing came of it."""
    FOUND = auto()
    """It had waited, or was on offer, and routing was asked again."""
    PASSED_ON = auto()
    """Automation took it from its owner, and looked for another."""
    CLAIMED = auto()
    ASSIGNED = auto()
    """A person gave it to somebody."""
    CLOSED = auto()
    REOPENED = auto()
    NOTHING = auto()


class Asked(NamedTuple):
    """One asking that is still to be routed."""

    delivery_id: str
    at: datetime
    is_first: bool
    waited_since_last: timedelta
    """How long after the person last asked."""


@dataclass(slots=True)
class Past:
    """One lead as it really stood, after some of its facts."""

    owner: AgentId | None = None
    is_closed: bool = False
    was_routed: bool = False
    is_on_offer: bool = False
    asked: Asked | None = None
    """An asking of which the next decision tells."""
    last_asked_at: datetime | None = None

    def copy(self) -> "Past":
        return Past(
            self.owner,
            self.is_closed,
            self.was_routed,
            self.is_on_offer,
            self.asked,
            self.last_asked_at,
        )

    def fold(self, fact: Fact, window: timedelta) -> What:
        """Take in the next fact. `window`: for how long a person was known, back then."""
        match fact.type:
            case FactType.LEAD_RECEIVED | FactType.LEAD_UPDATED:
                return self._ask(fact, window)
            case FactType.LEAD_ASSIGNED | FactType.LEAD_UNASSIGNED | FactType.LEAD_OFFERED:
                return self._decide(fact)
            case FactType.LEAD_STATUS_CHANGED:
                return self._move(to_closed=fact.data["to"] in CLOSED)
            case FactType.LEAD_ERASED:
                return self._move(to_closed=True)
        return What.NOTHING

    def _ask(self, fact: Fact, window: timedelta) -> What:
        if "merged_into" in fact.data or "reason" in fact.data:
            # It was never one of its own; or the person took it back.
            return What.NOTHING
        before = self.last_asked_at
        self.last_asked_at = fact.at if before is None else max(before, fact.at)
        if fact.data.get("held"):
            return What.NOTHING
        away = timedelta(0) if before is None else fact.at - before
        asked = Asked(str(fact.data.get("delivery_id")), fact.at, not self.was_routed, away)
        if fact.type is FactType.LEAD_RECEIVED or "fetched" in fact.data:
            self.asked = asked
            return What.NOTHING
        if self.is_closed or away > window:
            self.asked = asked
            return What.NOTHING
        return What.ASKED_AGAIN

    def _decide(self, fact: Fact) -> What:
        by_automation = fact.actor == SYSTEM
        asked, self.asked = self.asked, None
        self.owner = fact.data.get("owner")
        self.is_on_offer = fact.type is FactType.LEAD_OFFERED
        self.was_routed = self.was_routed or by_automation
        if not by_automation:
            return What.CLAIMED if fact.data.get("reason") == CLAIMED else What.ASSIGNED
        if "from" in fact.data:
            return What.PASSED_ON
        if asked is None:
            return What.FOUND
        self.is_closed = False
        return What.ARRIVED if asked.is_first else What.BEGAN_AGAIN

    def _move(self, *, to_closed: bool) -> What:
        was, self.is_closed = self.is_closed, to_closed
        if was == to_closed:
            return What.NOTHING
        return What.CLOSED if to_closed else What.REOPENED
