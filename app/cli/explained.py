"""How a lead and the decisions about it are printed: for people, and for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

from app.domain.clock import rfc3339
from app.domain.lead import Lead
from app.routing.seen import OF_THE_PERSON
from app.routing.turns import SCALE
from app.store.decisions import BY_HAND

Told = Mapping[str, Any]

_HEADS = ("", "agent", "turn", "open", "today", "why")
_UNKNOWN = "-"
_LEFT, _RIGHT = str.ljust, str.rjust
_SIDES = (_LEFT, _LEFT, _RIGHT, _RIGHT, _RIGHT, _LEFT)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is said of the lead itself: nothing of the person."""

    id: str
    status: str
    owner: str | None
    team: str | None
    source: str
    received_at: str
    next_look_at: str | None
    """When it is routed again, if nothing happens before."""
    never_routed: str | None
    """Why no decision is taken about it."""

    @classmethod
    def of(cls, lead: Lead) -> Self:
        reasons = {
            "it is a test": lead.is_test,
            "it is spam": lead.spam is not None,
            "only its id came, and the rest is still to be fetched": lead.held,
        }
        return cls(
            id=str(lead.id),
            status=lead.status.value,
            owner=lead.owner,
            team=lead.team,
            source=lead.source,
            received_at=rfc3339(lead.received_at),
            next_look_at=None if lead.route_at is None else rfc3339(lead.route_at),
            never_routed=next((why for why, holds in reasons.items() if holds), None),
        )


def as_json(subject: Subject, decisions: Sequence[Told]) -> dict[str, Any]:
    return {"lead": asdict(subject), "decisions": [_without_person(each) for each in decisions]}


def _without_person(decision: Told) -> Told:
    """The same, but where the person wants to live and what they typed is only named."""
    plain = {**decision, "at": rfc3339(decision["at"]), "reason": _reason(decision)}
    if decision["input"] is None:
        return plain
    features = decision["input"]["features"]
    hidden = sorted(features.keys() & OF_THE_PERSON)
    shown = {name: value for name, value in features.items() if name not in hidden}
    return plain | {"input": decision["input"] | {"features": shown, "not_shown": hidden}}


def _reason(decision: Told) -> str:
    """What a person wrote as their reason may be about the one who asked."""
    if decision["strategy"] == BY_HAND:
        return f"A person gave it to {decision['owner']}."
    reason: str = decision["reason"]
    return reason


def as_text(subject: Subject, decisions: Sequence[Told]) -> Iterator[str]:
    yield f"Lead {subject.id}"
    owner = "nobody's yet" if subject.owner is None else f"owned by {subject.owner}"
    team = "" if subject.team is None else f", team {subject.team}"
    yield f"{subject.status}, {owner}{team}"
    yield f"received {_moment(subject.received_at)} from {subject.source}"
    if not decisions:
        yield f"\nNothing was decided about it: {subject.never_routed or 'its turn has not come'}."
    for number, decision in enumerate(decisions, 1):
        yield ""
        yield from _decision(decision, f"Decision {number} of {len(decisions)}")
    if subject.next_look_at is not None:
        yield f"\nNext look for an owner: {_moment(subject.next_look_at)}."


def _decision(decision: Told, title: str) -> Iterator[str]:
    at, version = _moment(rfc3339(decision["at"])), decision["config_version"]
    yield f"{title}: {at}, config version {version}, strategy {decision['strategy']}"
    yield f"  {_reason(decision)}"
    if decision["trail"]:
        yield "\n  Rules, in order; the first that matches decides:"
        yield from _table([_rule(each) for each in decision["trail"]], (_LEFT, _LEFT, _LEFT))
    if decision["candidates"]:
        yield "\n  Considered, with their turn, their open leads and those of that day:"
        rows = [_HEADS, *(_candidate(each, decision["input"]) for each in decision["candidates"])]
        yield from _table(rows, _SIDES)
    yield from (f"\n  {line}" for line in _consequences(decision))


def _rule(tried: Told) -> tuple[str, ...]:
    if tried["why_not"] is None:
        return ("yes", tried["rule"], "")
    return ("no", tried["rule"], tried["why_not"])


def _candidate(candidate: Told, looked_at: Told | None) -> tuple[str, ...]:
    agent = candidate["agent"]
    idle = {"open_leads": 0, "taken_today": 0}
    load = {} if looked_at is None else looked_at["agents"].get(agent, idle)
    return (
        ">" if candidate["chosen"] else "",
        agent,
        _turn(candidate.get("turn")),
        str(load.get("open_leads", _UNKNOWN)),
        str(load.get("taken_today", _UNKNOWN)),
        "; ".join(candidate["why_in_words"]),
    )


def _consequences(decision: Told) -> Iterator[str]:
    paid = _paid(decision)
    if paid is not None:
        yield paid
    if decision.get("offered_until"):
        everyone = ", ".join(decision["offered"])
        yield f"Offered to {everyone} until {_moment(decision['offered_until'])}."
    if decision.get("retry_at"):
        yield f"Somebody may be there from {_moment(decision['retry_at'])} on."
    if decision["recomputed"] is not None:
        yield _recomputed(decision["recomputed"])
    elif decision["no_input"] is not None:
        yield decision["no_input"]


def _paid(decision: Told) -> str | None:
    """What the owner paid: from the number they contended with to the one they have now."""
    owner, after = decision["owner"], decision.get("turns_after") or {}
    turns = {each["agent"]: each.get("turn") for each in decision["candidates"]}
    if owner not in after or turns.get(owner) is None:
        return None
    return (
        f"{owner} paid a turn: {_turn(turns[owner])} before, {_turn(after[owner])} after. "
        "The smallest turn goes first."
    )


def _recomputed(result: Told) -> str:
    if result.get("possible") is False:
        return f"It cannot be taken again: {result['why']}"
    if result["same"]:
        return "Taken again from what it looked at: the same, byte for byte."
    return f"Taken again, it comes out DIFFERENTLY: {', '.join(result['differences'])}."


def _turn(number: int | None) -> str:
    """In leads at weight 1, as people count them."""
    return _UNKNOWN if number is None else f"{number / SCALE:.2f}"


def _table(rows: Sequence[Sequence[str]], sides: Sequence[Any]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [side(each, width) for each, width, side in zip(row, widths, sides, strict=True)]
        yield f"    {'  '.join(cells)}".rstrip()


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
