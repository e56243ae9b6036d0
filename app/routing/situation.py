"""All that one routing decision looks at: the question, the plan, the people as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.hours.opening import Opening
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster


class OpenNow(dict[str, bool]):
    """Which calendars are open at one instant. Members share calendars: each is asked once."""

    def __init__(self, calendars: Mapping[str, Opening], now: datetime) -> None:
        self._calendars = calendars
        self._now = now

    def __missing__(self, calendar: str) -> bool:
        self[calendar] = is_open = self._calendars[calendar].is_open(self._now)
        return is_open


@dataclass(frozen=True, slots=True)
class Situation:
    """Read, never changed, while one lead is routed."""

    question: Question
    plan: Plan
    roster: Roster
    is_open: OpenNow

    @classmethod
    def of(cls, question: Question, plan: Plan, roster: Roster) -> "Situation":
        return cls(question, plan, roster, OpenNow(plan.calendars, question.now))
