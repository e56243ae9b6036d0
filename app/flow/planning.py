"""What putting a document in force would change, and what would follow: nothing is done yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.config.consequences import consequences
from app.config.differences import Difference, differences
from app.store import configs
from app.store.configs import Version
from app.store.database import Tx
from app.store.in_use import in_use


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """A draft against one version."""

    against: Version
    differences: tuple[Difference, ...]
    """Empty: the draft says the same."""
    consequences: tuple[str, ...]
    """Of putting it in force now. None are known against an older version."""


async def plan_change(tx: Tx, draft: Mapping[str, Any], against: Version) -> ChangePlan:
    """Compare a checked draft with a version; with that in force, also with what is under way."""
    found = differences(against.document, draft)
    if not found or against.version != await configs.newest_number(tx):
        return ChangePlan(against, tuple(found), ())
    follows = consequences(against.document, draft, found, await in_use(tx))
    return ChangePlan(against, tuple(found), tuple(follows))


async def plan_next(tx: Tx, draft: Mapping[str, Any]) -> ChangePlan:
    """Compare a checked draft with the version in force."""
    newest = await configs.newest(tx)
    assert newest is not None  # noqa: S101 - a serving process has a config.
    return await plan_change(tx, draft, newest)
