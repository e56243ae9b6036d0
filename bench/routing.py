"""What it costs to decide who gets one lead, beside a round robin out of a textbook.

Two hundred agents and fifty rules. Theirs is the least that anybody would write: the first
rule that matches, its people who are there, and of these whoever had the fewest leads. It
gives no reasons, and knows neither skills nor weights nor what an absence does to a turn.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.config.condition import Features
from app.config.document import Config
from app.domain.lead import AgentId
from app.hours.opening import Opening
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster, Standing
from app.routing.route import route

AGENTS, RULES = 200, 50
_AT_ONCE = 20
NOON = datetime(2026, 3, 10, 18, tzinfo=UTC)
"""A Tuesday at noon where the agents are."""

LEAD = Features(
    source="website",
    kind="buyer",
    price=589_000,
    zip="34236",
    city="Sarasota",
    state="FL",
    language="es",
    campaign="spring",
)

CALENDARS = {
    "east": {"timezone": "America/New_York", "weekly": {"mon-fri": ["08:00-20:00"]}},
    "west": {"timezone": "America/Denver", "weekly": {"mon-sat": ["07:00-19:00"]}},
    "night": {"timezone": "America/New_York", "weekly": {"mon-sun": ["20:00-04:00"]}},
}

OTHER_LEADS: tuple[Mapping[str, Any], ...] = (
    {"source": "another-site"},
    {"price": {"min": 1_000_000}},
    {"language": "fr"},
    {"zip": ["331*", "330*"]},
    {"kind": "renter", "campaign": "rentals*"},
)
"""Conditions, by turns, of rules that want other leads than ours."""


@dataclass(frozen=True, slots=True)
class Case:
    """A team to give leads out in, and how."""

    name: str
    to: Mapping[str, Any]
    teams: int = 1
    away: int = 0
    """How many of the agents are off shift."""
    first: bool = False
    """The first rule matches, not the last."""


CASES = (
    Case("round_robin", {}),
    Case("round_robin, first rule", {}, first=True),
    Case("round_robin, 20 teams of 10", {}, teams=20),
    Case("round_robin, 150 away", {}, away=150),
    Case("weighted", {"strategy": "weighted"}),
    Case("least_loaded", {"strategy": "least_loaded"}),
    Case("best_match", {"strategy": "best_match"}),
    Case("sticky", {"strategy": "sticky"}),
    Case("first_to_claim", {"strategy": "first_to_claim"}),
    Case("require", {"require": {"languages": ["es"], "zips": "match", "skills": "match"}}),
    Case("prefer", {"prefer": {"languages": "match", "zips": "match"}}),
    Case("nobody there", {}, away=AGENTS),
)


@dataclass(frozen=True, slots=True)
class Deciding:
    """Microseconds for one lead, at the median."""

    ours: float
    naive: float


def decisions(*, leads: int) -> dict[str, Deciding]:
    """Measure all cases by turns, so many leads each; of each, one by us, one by the textbook."""
    desks = {case.name: _Desk(case) for case in CASES}
    for _ in range(leads // _AT_ONCE):
        for desk in desks.values():
            desk.give_out(_AT_ONCE)
    return {
        name: Deciding(statistics.median(desk.ours) * 1e6, statistics.median(desk.naive) * 1e6)
        for name, desk in desks.items()
    }


class _Desk:
    """Gives out one lead after the other, and notes how long each took, in seconds."""

    def __init__(self, case: Case) -> None:
        config = _office(case)
        openings = {
            name: Opening.of(calendar, default_timezone="UTC")
            for name, calendar in config.calendars.items()
        }
        self.plan, self.roster = Plan.of(config, openings), _roster()
        self.textbook = Textbook(config, openings, self.roster.standings)
        self.ours: list[float] = []
        self.naive: list[float] = []

    def give_out(self, leads: int) -> None:
        for _ in range(leads):
            now = NOON + timedelta(seconds=len(self.ours))
            question = Question(LEAD, now)
            begun = time.perf_counter()
            decision = route(question, plan=self.plan, roster=self.roster)
            decided = time.perf_counter()
            self.textbook.route(LEAD, now)
            self.ours.append(decided - begun)
            self.naive.append(time.perf_counter() - decided)
            self.roster.take(decision, now)


class Textbook:
    """The least that anybody would write."""

    def __init__(
        self,
        config: Config,
        openings: Mapping[str, Opening],
        standings: Mapping[AgentId, Standing],
    ) -> None:
        agents = {agent.id: agent for agent in config.agents}
        self.teams = {
            name: [agents[each] for each in team.members] for name, team in config.teams.items()
        }
        self.rules: list[tuple[Callable[[Features], str | None], str]] = [
            (rule.when.why_not, str(rule.to.team)) for rule in config.routing.rules
        ]
        self.openings, self.standings = openings, standings
        self.given = Counter[AgentId]()

    def route(self, lead: Features, now: datetime) -> AgentId | None:
        team = next(team for why_not, team in self.rules if why_not(lead) is None)
        is_open = {name: opening.is_open(now) for name, opening in self.openings.items()}
        free = [
            agent.id
            for agent in self.teams[team]
            if is_open[str(agent.calendar)] and self.standings[agent.id].available
        ]
        if not free:
            return None
        winner = min(free, key=lambda agent: self.given[agent])
        self.given[winner] += 1
        return winner


def _office(case: Case) -> Config:
    size = AGENTS // case.teams
    names = [f"agent-{number:03}" for number in range(AGENTS)]
    return Config.model_validate(
        {
            "organization": {"name": "Harborline"},
            "calendars": CALENDARS,
            "agents": [_agent(name, at, at < case.away) for at, name in enumerate(names)],
            "teams": {
                f"team-{team:02}": {"members": names[team * size : (team + 1) * size]}
                for team in range(case.teams)
            },
            "routing": {"rules": _rules(case)},
        }
    )


def _agent(name: str, number: int, is_away: bool) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "calendar": "night" if is_away else ("east", "west")[number % 2],
        "weight": 1 + number % 3,
        "languages": ["en", "es"] if number % 4 == 0 else ["en"],
        "skills": ["buyer"] if number % 5 else ["buyer", "luxury"],
        "zips": [f"34{number % 10}*"],
        "licences": ["FL"],
        "capacity": {"open": 5_000, "per_day": 5_000} if number % 2 else {},
    }


def _rules(case: Case) -> list[dict[str, Any]]:
    ours = {"name": "ours", "to": {"team": "team-00", **case.to}}
    others = [
        {
            "name": f"other-{number}",
            "when": OTHER_LEADS[number % len(OTHER_LEADS)],
            "to": {"team": "team-00"},
        }
        for number in range(RULES - 1)
    ]
    return [ours, *others] if case.first else [*others, ours]


def _roster() -> Roster:
    agents = [AgentId(f"agent-{number:03}") for number in range(AGENTS)]
    return Roster(
        {
            agent: Standing(agent, open_leads=at * 7 % 30, taken_today=at % 9)
            for at, agent in enumerate(agents)
        }
    )
