"""A small office to route leads in: three agents, two managers, plain values."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.config.condition import Features
from app.config.document import Config
from app.domain.lead import AgentId
from app.hours.opening import Opening
from app.routing.decision import Candidate, Decision
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster
from app.routing.route import route

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
"""A Tuesday; the day shift is on, the night shift is not."""
DANA, BEN, CARA, MARIA, OTTO = (AgentId(each) for each in ("dana", "ben", "cara", "maria", "otto"))

CALENDARS = {
    "day": {"timezone": "UTC", "weekly": {"mon-fri": ["08:00-20:00"]}},
    "night": {"timezone": "UTC", "weekly": {"mon-sun": ["20:00-04:00"]}},
}
AGENTS: tuple[Mapping[str, Any], ...] = (
    {"id": "dana", "weight": 2, "calendar": "day", "languages": ["en", "es"], "skills": ["buyer"]},
    {"id": "ben", "calendar": "day", "languages": ["en"], "skills": ["buyer", "seller"]},
    {"id": "cara", "calendar": "day", "skills": ["renter"], "zips": ["342*"], "licences": ["FL"]},
    {"id": "maria", "role": "manager"},
    {"id": "otto", "role": "manager"},
)
A_LEAD = Features()
TEAMS = {"sarasota": {"members": ["dana", "ben", "cara"], "manager": "maria"}}
EVERYONE = {"name": "everyone", "to": {"team": "sarasota"}}


def an_office(*rules: Mapping[str, Any], **parts: Any) -> Config:
    """A checked document with these rules; `routing` and other parts are merged in."""
    routing = {"rules": list(rules or (EVERYONE,))} | parts.pop("routing", {})
    agents = parts.pop("agents", AGENTS)
    document = {
        "organization": {"name": "Harborline"},
        "calendars": CALENDARS,
        "agents": [{"name": each["id"].title()} | dict(each) for each in agents],
        "teams": TEAMS,
        "routing": routing,
    }
    return Config.model_validate(document | parts)


def with_agents(**changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The three agents and two managers, some of them changed."""
    return [dict(each) | dict(changes.get(each["id"], {})) for each in AGENTS]


def hours(config: Config) -> dict[str, Opening]:
    return {
        name: Opening.of(calendar, default_timezone="UTC")
        for name, calendar in config.calendars.items()
    }


def routed(
    config: Config,
    features: Features = A_LEAD,
    roster: Roster | None = None,
    now: datetime = NOON,
    **more: Any,
) -> Decision:
    plan = Plan.of(config, hours(config))
    return route(Question(features, now, **more), plan=plan, roster=roster or Roster())


def whys(decision: Decision) -> dict[str, tuple[str, ...]]:
    return {each.agent: each.why for each in decision.candidates}


def chosen(decision: Decision) -> list[Candidate]:
    return [each for each in decision.candidates if each.chosen]
