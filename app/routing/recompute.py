"""Would it be decided in the same way again? Byte for byte, or where not."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from app.config.condition import Features
from app.domain.lead import AgentId
from app.hours.oncall import Shift
from app.routing.decision import Decision
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster, Standing, Turn
from app.routing.route import route
from app.routing.seen import ABOUT_THE_LEAD, FORM, Seen

_SOMEBODY_ELSE = ""
"""Stands for whoever switched an agent off; an agent is never called this."""


class CannotDecideAgain(Exception):
    """What was seen is not enough. `str()` of it says why, as a sentence for people."""


def decide_again(seen: Seen, plan: Plan) -> Decision:
    """The decision that the rules of `plan` come to, faced with what was seen then.

    `plan` is that of the config version under which it was seen; its own shifts of feeds do
    not matter. Raises `CannotDecideAgain`.
    """
    if seen.get("form") != FORM:
        raise CannotDecideAgain("It was written down in a form that this release cannot read.")
    if seen.get("erased"):
        raise CannotDecideAgain(
            f"The person was erased, and with them what the rules saw: {', '.join(seen['erased'])}."
        )
    then = Plan.of(plan.config, plan.calendars, _shifts(seen))
    return route(_question(seen), plan=then, roster=_roster(seen))


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """Where two decisions differ, each `as_json`: paths such as `candidates.2.why.0`.

    Empty if they are the same text, byte for byte, once keys are in order.
    """
    return tuple(_differences(one, other, "")) if canonical(one) != canonical(other) else ()


def canonical(value: Any) -> bytes:
    """The one text that stands for some plain data."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _differences(one: Any, other: Any, path: str) -> Iterator[str]:
    match one, other:
        case Mapping(), Mapping():
            for key in sorted(one.keys() | other.keys()):
                here = f"{path}.{key}" if path else key
                if key in one and key in other:
                    yield from _differences(one[key], other[key], here)
                else:
                    yield here
        case list(), list() if len(one) == len(other):
            for at, (mine, theirs) in enumerate(zip(one, other, strict=True)):
                yield from _differences(mine, theirs, f"{path}.{at}")
        case _ if canonical(one) != canonical(other):
            yield path


def _question(seen: Seen) -> Question:
    return Question(
        Features(**seen.get("features", {})),
        _instant(seen["now"]),
        **{name: seen[name] for name in ABOUT_THE_LEAD if name in seen},
    )


def _roster(seen: Seen) -> Roster:
    return Roster(
        {agent: _standing(agent, noted) for agent, noted in seen.get("agents", {}).items()},
        {
            team: {agent: _turn(*noted) for agent, noted in line.items()}
            for team, line in seen.get("turns", {}).items()
        },
        dict(seen.get("floors", {})),
    )


def _standing(agent: AgentId, noted: list[Any]) -> Standing:
    open_leads, taken_today, *switched_off = noted
    if not switched_off:
        return Standing(agent, open_leads=open_leads, taken_today=taken_today)
    until, by_somebody_else = switched_off
    return Standing(
        agent,
        available=False,
        until=None if until is None else _instant(until),
        open_leads=open_leads,
        taken_today=taken_today,
        switched_by=_SOMEBODY_ELSE if by_somebody_else else agent,
    )


def _turn(passed: int, last_assigned_at: str | None) -> Turn:
    return Turn(passed, None if last_assigned_at is None else _instant(last_assigned_at))


def _shifts(seen: Seen) -> dict[str, list[Shift]]:
    return {
        schedule: [Shift(_instant(start), _instant(end), member) for start, end, member in shifts]
        for schedule, shifts in seen.get("on_call", {}).items()
    }


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
