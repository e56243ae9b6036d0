"""All that a decision looked at: with the config of its version, enough to take it again.

Written with each decision, so it is kept short: what is as usual is left out, people are
arrays, and of the lead only what the rules can ask about is there. No name, e-mail or phone
number is: of those, rules can ask no more than whether there is one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from app.config.condition import Features
from app.domain.lead import AgentId
from app.hours.oncall import Shift
from app.routing.asks import Asks
from app.routing.decision import Decision
from app.routing.fallback import NOBODY_AVAILABLE
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster, Standing, Turn

Seen = Mapping[str, Any]

FORM = 1
"""Of how this is written. Whoever changes the form counts it up, and still reads the old."""

EXTRA = "extra"

ABOUT_THE_LEAD = tuple(
    each.name for each in fields(Question) if each.name not in {"features", "now"}
)
"""Parts of a question that are written as they are: ids of our people, codes, flags."""

_UNKNOWN = Features()
OF_THE_PERSON = frozenset(
    {
        *("zip", "city", "state", "address", "mls", "phone_type", EXTRA),
        *("campaign", "campaign_source", "campaign_medium"),
    }
)
"""Texts that came with the lead, whatever was typed there. The others are words of ours."""
_ASKS_WHO_IS_ON_CALL = frozenset({"on_call", NOBODY_AVAILABLE})


def seen_by(decision: Decision, question: Question, *, plan: Plan, roster: Roster) -> Seen:
    """What `decision` looked at. Take it before the roster takes the decision.

    `now`, and where they say anything: `features` and the rest of the `Question`; `agents`,
    each with open leads, leads taken today and, if switched off, until when and whether by
    somebody else; `turns`, by team and member, each with the turn number and when the last
    lead came; `floors` by team; `on_call`, the shifts of feeds by schedule. Instants are left
    to whoever writes JSON.
    """
    asked = [each.agent for each in decision.candidates]
    if question.returning_owner is not None:
        # They are no candidate once they were found to be away.
        asked.append(question.returning_owner)
    teams = decision.teams_asked
    calls = decision.strategy in _ASKS_WHO_IS_ON_CALL
    looked = {
        "form": FORM,
        "now": question.now,
        "features": _features(question.features, plan.asks),
        **{name: getattr(question, name) for name in ABOUT_THE_LEAD},
        "agents": _agents(asked, roster.standings),
        "turns": {
            team: _turns(asked, roster.turns[team]) for team in teams if team in roster.turns
        },
        "floors": {team: roster.floors[team] for team in teams if team in roster.floors},
        "on_call": _on_call(question.now, plan) if calls else None,
    }
    return {name: value for name, value in looked.items() if value}


def _features(features: Features, asks: Asks) -> dict[str, Any]:
    told = {
        name: value
        for name in asks.features
        if (value := getattr(features, name)) != getattr(_UNKNOWN, name)
    }
    extra = {name: features.extra[name] for name in asks.extra if name in features.extra}
    return told | {EXTRA: extra} if extra else told


def _agents(
    asked: Collection[AgentId], standings: Mapping[AgentId, Standing]
) -> dict[AgentId, Any]:
    return {
        agent: [noted.open_leads, noted.taken_today] if noted.available else _switched_off(noted)
        for agent in asked
        if (noted := standings.get(agent)) is not None
    }


def _switched_off(standing: Standing) -> list[Any]:
    by_somebody_else = standing.switched_by not in {None, standing.agent}
    return [standing.open_leads, standing.taken_today, standing.until, by_somebody_else]


def _turns(asked: Collection[AgentId], line: Mapping[AgentId, Turn]) -> dict[AgentId, Any]:
    return {
        agent: [turn.passed, turn.last_assigned_at]
        for agent in asked
        if (turn := line.get(agent)) is not None
    }


def _on_call(now: datetime, plan: Plan) -> dict[str, list[Any]]:
    """Who is on call by a feed, for a feed says another thing tomorrow."""
    return {
        name: [[each.start, each.end, each.member] for each in _covering(plan.shifts[name], now)]
        for name in plan.asks.on_call
        if name in plan.shifts
    }


def _covering(shifts: Sequence[Shift], now: datetime) -> list[Shift]:
    return [each for each in shifts if each.start <= now < each.end]


def without_person(seen: Seen) -> Seen:
    """The same once the person is to be forgotten: what came from them is gone, and named."""
    features = seen.get("features", {})
    gone = sorted(features.keys() & OF_THE_PERSON)
    if not gone:
        return seen
    kept = {name: value for name, value in features.items() if name not in gone}
    return {**seen, "features": kept, "erased": sorted({*gone, *seen.get("erased", ())})}
