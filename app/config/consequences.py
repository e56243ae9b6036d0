"""What follows from a change of the document for what is under way: in words for people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.config.channels import SLOTS
from app.config.differences import Difference
from app.config.masking import secret_keys
from app.config.routing import Routing

Written = Mapping[str, Any]
"""A document as it was written. Both are good: they were checked."""


@dataclass(frozen=True, slots=True)
class InUse:
    """What is under way now, and hangs on names of the document."""

    owned: Mapping[str, int] = field(default_factory=dict)
    """Open leads by owner."""
    of_team: Mapping[str, int] = field(default_factory=dict)
    """Open leads by team."""
    running: Mapping[str, int] = field(default_factory=dict)
    """Running clocks by policy."""
    waiting: int = 0
    """Leads that wait for an owner, and are looked at again when the document changes."""


def consequences(
    old: Written, new: Written, found: Sequence[Difference], in_use: InUse
) -> list[str]:
    """One sentence or two for each thing that somebody might not expect."""
    return [
        *_people(old, new, in_use),
        *_teams(old, new, in_use),
        *_sources(old, new, found),
        *_channels(old, new),
        *_clocks(old, new, in_use),
        *_waiting(found, in_use),
    ]


def _people(old: Written, new: Written, in_use: InUse) -> Iterator[str]:
    before, after = _people_of(old), _people_of(new)
    for agent in sorted(before.keys() - after.keys()):
        if count := in_use.owned.get(agent, 0):
            yield f"{agent} is removed and owns {_leads(count)}. {_handed_on(agent, new)}"
    teamless = _in_teams(old) - _in_teams(new)
    for agent in sorted(teamless & after.keys()):
        yield f"{agent} is in no team any more, and is given no lead by turn."


def _handed_on(agent: str, new: Written) -> str:
    stay = f"stay with {agent} until a person assigns them"
    # Not the text but what it means: it may be left out.
    grace = new["routing"].get("off_duty_after", Routing.model_fields["off_duty_after"].default)
    if grace in {"never", None}:
        return f"They {stay}."
    after = grace if isinstance(grace, str) else f"{int(grace.total_seconds() // 60)}m"
    return (
        f"Those that a rule gave and nobody answered go to somebody else after {after}, if "
        f"somebody else can take them; the others {stay}."
    )


def _teams(old: Written, new: Written, in_use: InUse) -> Iterator[str]:
    for team in _gone("teams", old, new):
        if count := in_use.of_team.get(team, 0):
            yield f"team {team} is removed: {_leads(count)} of it keep their owners and its name."


def _sources(old: Written, new: Written, found: Sequence[Difference]) -> Iterator[str]:
    for source in _gone("sources", old, new):
        yield f"source {source} is removed: what it delivers from then on is answered 404."
    kept = (old.get("sources") or {}).keys() & (new.get("sources") or {}).keys()
    changed = {
        name
        for name, *below in (each.path.split(".") for each in found if each.section == "sources")
        if secret_keys().intersection(below)
    }
    for source in sorted(changed & kept):
        yield f"source {source} has another secret: whoever sends with the old one gets a 401."


def _channels(old: Written, new: Written) -> Iterator[str]:
    for channel in _gone("channels", old, new):
        if channel in SLOTS:
            yield f"channel {channel} is removed: its messages are kept on the board, and not sent."


def _clocks(old: Written, new: Written, in_use: InUse) -> Iterator[str]:
    before, after = _policies_of(old), _policies_of(new)
    for policy, count in sorted(in_use.running.items()):
        if policy not in before or before[policy] == after.get(policy):
            continue
        clocks = "1 running clock keeps its" if count == 1 else f"{count} running clocks keep their"
        if policy in after:
            tells = "Whom a step tells is read from the new version when it is due."
            yield f"policy {policy} is changed: {clocks} deadline. {tells}"
        elif after:
            tells = (
                f"Whom a step tells is read from policy {next(iter(after))}, the first there is."
            )
            yield f"policy {policy} is removed: {clocks} deadline. {tells}"
        else:
            yield f"no policy is left: {clocks} deadline, and nobody is told when it passes."


def _waiting(found: Sequence[Difference], in_use: InUse) -> Iterator[str]:
    if in_use.waiting and any(each.section in {"routing", "teams", "agents"} for each in found):
        yield f"{_leads(in_use.waiting)} without an owner will be looked at again at once."


def _people_of(document: Written) -> dict[str, Any]:
    return {each["id"]: each for each in document["agents"]}


def _policies_of(document: Written) -> dict[str, Any]:
    return {each["name"]: each for each in document.get("sla") or ()}


def _in_teams(document: Written) -> set[str]:
    teams = (document.get("teams") or {}).values()
    return {member for team in teams for member in team["members"]}


def _gone(section: str, old: Written, new: Written) -> list[str]:
    return [name for name in old.get(section) or {} if name not in (new.get(section) or {})]


def _leads(count: int) -> str:
    return "1 open lead" if count == 1 else f"{count} open leads"
