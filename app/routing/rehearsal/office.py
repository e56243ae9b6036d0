"""The people of a rehearsal: how loaded they are, which day it is for them, what they pay."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.config.condition import Features
from app.domain.lead import AgentId
from app.routing.charges import charge
from app.routing.decision import Codes, Decision
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster

QUARTER = timedelta(minutes=15)
"""Days begin, and people hand over, at quarters of an hour in every zone there is."""

_PAST_THE_LINE = "past the line"
"""The strategy of what routing did not decide: a claim, or a lead that was passed on."""


@dataclass(slots=True)
class Office:
    """Everybody as they stand while a document is rehearsed."""

    plan: Plan
    roster: Roster
    day_of: Callable[[AgentId, datetime], str]
    """The local date that an agent's daily limit counts."""
    began: datetime
    """The roster's counts of today are those of this instant."""
    _days: dict[AgentId, str] = field(default_factory=dict)
    _quarter: int = 0

    def __post_init__(self) -> None:
        self._quarter = _quarter(self.began)
        self._days = {
            each.id: self.day_of(each.id, self.began)
            for each in self.plan.people.values()
            if each.daily_limit is not None
        }

    def turn_the_day(self, now: datetime) -> None:
        """Nobody has taken anything yet for whom another day has begun."""
        quarter = _quarter(now)
        if quarter == self._quarter:
            return
        self._quarter = quarter
        for agent, day in self._days.items():
            today = self.day_of(agent, now)
            if today != day:
                self._days[agent] = today
                standing = self.roster.standing(agent)
                self.roster.standings[agent] = replace(standing, taken_today=0)

    def take(self, team: str | None, agent: AgentId, now: datetime, *, costs: bool) -> None:
        """The agent has one lead more that did not come by turn. `costs`: it costs one."""
        self.turn_the_day(now)
        self.roster.take(Decision(None, _PAST_THE_LINE, None, agent, ""), now)
        if costs:
            self.charge(team, agent, now)

    def charge(self, team: str | None, agent: AgentId, now: datetime) -> None:
        where = team or self.team_of(agent)
        charge(where, agent, Question(Features(), now), self.plan, self.roster)

    def switch(self, agent: AgentId, *, on: bool, until: datetime | None, by: str) -> None:
        """Somebody was switched on or off by hand."""
        standing = self.roster.standing(agent)
        self.roster.standings[agent] = replace(standing, available=on, until=until, switched_by=by)

    def team_of(self, agent: AgentId) -> str | None:
        teams = self.plan.teams
        return min((name for name, members in teams.items() if agent in members), default=None)

    def is_over(self, now: datetime) -> Callable[[AgentId, Codes], bool]:
        """Asks whether nothing keeps an agent any more of what once did."""
        return lambda agent, codes: not any(self._lasts(code, agent, now) for code in codes)

    def _lasts(self, code: str, agent: AgentId, now: datetime) -> bool:
        person, standing = self.plan.people[agent], self.roster.standing(agent)
        match code:
            case "off_shift":
                calendar = person.calendar
                return calendar is not None and not self.plan.calendars[calendar].is_open(now)
            case "at_capacity:open":
                most = person.open_limit
                return most is not None and standing.open_leads >= most
            case "at_capacity:today":
                most = person.daily_limit
                return most is not None and standing.taken_today >= most
        return not standing.is_on(now)

    def next_change(self, agents: set[AgentId], now: datetime) -> datetime:
        """When the clock alone may next free one of these, and nothing else happens."""
        calendars = {self.plan.people[each].calendar for each in agents} - {None}
        changes = (self.plan.calendars[str(each)].next_change(now) for each in calendars)
        ends = (self.roster.standing(each).until for each in agents)
        times = [each for each in (*changes, *ends) if each is not None and each > now]
        return min([*times, _next_quarter(now)])


def _quarter(at: datetime) -> int:
    return int(at.timestamp() // QUARTER.total_seconds())


def _next_quarter(at: datetime) -> datetime:
    since = timedelta(seconds=at.timestamp() % QUARTER.total_seconds())
    return at - since + QUARTER
