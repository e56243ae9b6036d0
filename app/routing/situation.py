"""All that one routing decision looks at: the question, the plan, the people as they are."""

from dataclasses import dataclass, field

from app.config.people import Agent
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster


@dataclass(frozen=True, slots=True)
class Situation:
    """Read, never changed, while one lead is routed."""

    question: Question
    plan: Plan
    roster: Roster
    _open: dict[str, bool] = field(default_factory=dict)

    def is_on_shift(self, agent: Agent) -> bool:
        """Whether the agent's hours include now. Without a calendar, always.

        Teams share calendars, so each is asked once per lead.
        """
        name = agent.calendar
        if name is None:
            return True
        if name not in self._open:
            self._open[name] = self.plan.calendars[name].is_open(self.question.now)
        return self._open[name]
