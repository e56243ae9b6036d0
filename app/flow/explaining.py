"""Why this owner? Each decision about a lead, told so that people can read it, or taken again."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.config.errors import ConfigInvalid
from app.config.load import Document, check
from app.domain.clock import rfc3339
from app.flow.claims import CLAIM
from app.routing.plan import Plan
from app.routing.reasons import in_words
from app.routing.recompute import CannotDecideAgain, decide_again, differences
from app.routing.seen import Seen
from app.snapshot import Snapshot
from app.store import configs
from app.store.configs import Version
from app.store.database import Tx
from app.store.decisions import BY_HAND
from app.store.rows import Stored

_BY_A_PERSON = frozenset({BY_HAND, CLAIM})


class Past:
    """The configs of old, each read and compiled once."""

    def __init__(
        self, tx: Tx, environ: Mapping[str, str], in_force: Snapshot | None = None
    ) -> None:
        self._tx = tx
        self._environ = environ
        self._plans = {} if in_force is None else {in_force.version: in_force.plan}

    async def plan(self, number: int) -> Plan:
        """What was gone by under a version. Raises `CannotDecideAgain`."""
        if number not in self._plans:
            version = await configs.get(self._tx, number)
            if version is None:
                raise CannotDecideAgain(f"Config version {number} is not kept any more.")
            # A large document takes a while to check, and leads keep coming in.
            self._plans[number] = await asyncio.to_thread(_compiled, version, self._environ)
        return self._plans[number]


def _compiled(version: Version, environ: Mapping[str, str]) -> Plan:
    try:
        checked = check(Document.of(version.document), environ)
    except ConfigInvalid as invalid:
        first, *others = invalid.problems
        more = f" (and {len(others)} more)" if others else ""
        raise CannotDecideAgain(
            f"Config version {version.version} cannot be read here and now: {first}{more}."
        ) from invalid
    return Snapshot.of(version.version, checked).plan


def explained(row: Stored) -> dict[str, Any]:
    """A decision as it was written, its codes in words, and what it looked at spelled out."""
    detail = row["detail"]
    seen = row["seen"]
    return {
        **detail,
        **{name: row[name] for name in ("at", "config_version", "rule", "strategy", "owner")},
        "team": row["team"],
        "candidates": [
            {**each, "why_in_words": [in_words(code) for code in each["why"]]}
            for each in detail["candidates"]
        ],
        "input": None if seen is None else _spelled_out(seen),
        "no_input": _why_nothing_was_seen(row) if seen is None else None,
    }


async def recomputed(row: Stored, past: Past) -> dict[str, Any]:
    """Whether the same is decided again: `same`, or `differences`, or `why` it is not possible."""
    if row["seen"] is None:
        return {"possible": False, "why": _why_nothing_was_seen(row)}
    try:
        again = decide_again(row["seen"], await past.plan(row["config_version"]))
    except CannotDecideAgain as cannot:
        return {"possible": False, "why": str(cannot)}
    where = differences(row["detail"], again.as_json())
    return {"same": False, "differences": list(where)} if where else {"same": True}


def _why_nothing_was_seen(row: Stored) -> str:
    if row["strategy"] in _BY_A_PERSON:
        return "A person decided: the rules were not asked."
    return "It was decided by a release that did not keep what a decision looks at."


def _spelled_out(seen: Seen) -> dict[str, Any]:
    return {
        "now": _instant(seen["now"]),
        "features": seen.get("features", {}),
        "erased": seen.get("erased", []),
        "returning_owner": seen.get("returning_owner"),
        "former_owner": seen.get("former_owner"),
        "holder": seen.get("holder"),
        "excluded": seen.get("excluded", {}),
        "lapsed": seen.get("lapsed", False),
        "agents": {agent: _agent(*noted) for agent, noted in seen.get("agents", {}).items()},
        "turns": {
            team: {
                agent: {"turn": passed, "last_assigned_at": _instant(last)}
                for agent, (passed, last) in line.items()
            }
            for team, line in seen.get("turns", {}).items()
        },
        "floors": seen.get("floors", {}),
        "on_call": {
            schedule: [
                {"from": _instant(start), "to": _instant(end), "member": member}
                for start, end, member in shifts
            ]
            for schedule, shifts in seen.get("on_call", {}).items()
        },
    }


def _agent(open_leads: int, taken_today: int, *switched_off: Any) -> dict[str, Any]:
    load = {"open_leads": open_leads, "taken_today": taken_today}
    if not switched_off:
        return load
    until, by_somebody_else = switched_off
    return load | {"switched_off": {"until": _instant(until), "by_somebody_else": by_somebody_else}}


def _instant(text: str | None) -> str | None:
    return None if text is None else rfc3339(datetime.fromisoformat(text))
