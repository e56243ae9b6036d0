"""A new config comes into force: another version, and rows for everybody it names."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.domain.facts import Fact, FactType
from app.flow import off_duty
from app.store import configs, fetches, leads, people
from app.store.configs import Version
from app.store.database import Tx
from app.store.write import add_facts

IN_FORCE_WITHIN = timedelta(seconds=2)
"""How soon every process goes by a new config."""


async def put(
    tx: Tx, document: Mapping[str, Any], *, after: int, by: str, now: datetime
) -> Version:
    """Write a checked document as the version after `after`.

    Raises `VersionMismatch` when somebody else was faster.
    """
    version = await configs.add(tx, document, after=after, by=by, now=now)
    teams = document.get("teams") or {}
    await people.enrol(
        tx,
        {name: tuple(team["members"]) for name, team in teams.items()},
        [agent["id"] for agent in document["agents"]],
    )
    # Whoever waits for an owner may find one under the new rules.
    await leads.look_again_at(tx, now)
    # Whoever owned a lead and is gone now will not answer it.
    await off_duty.miss(tx, document, now=now)
    # So may a lead that nobody could fetch with the old tokens, once all processes have these.
    await fetches.hurry_all(tx, at=now + IN_FORCE_WITHIN)
    await add_facts(
        tx, [Fact(FactType.CONFIG_CHANGED, now, actor=by, data={"version": version.version})]
    )
    return version
