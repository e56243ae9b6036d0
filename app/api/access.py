"""Who is calling, and may they? API keys, their roles, and what a limited key sees."""

import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.state import Serving
from app.domain.errors import AlreadyOwned, Forbidden, NoSuch, WrongKey, WrongRole
from app.domain.lead import Lead
from app.store import api_keys
from app.store.api_keys import Key, Role

REMEMBERED_FOR = 1.0
"""Seconds a key is believed without asking again: a revoked key is refused within two."""

MOST_REMEMBERED = 1_000

_bearer = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer KEY`")


class KeyRing:
    """Remembers keys for a moment, so that not every call asks the database."""

    def __init__(self, admin_key: str | None) -> None:
        self._admin_hash = None if admin_key is None else api_keys.hash_of(admin_key)
        self._remembered: dict[str, tuple[float, Key | None]] = {}

    async def holder(self, serving: Serving, presented: str) -> Key:
        """Whose key this is. Raises `WrongKey`."""
        hashed = api_keys.hash_of(presented)
        if self._admin_hash is not None and hmac.compare_digest(hashed, self._admin_hash):
            return Key(None, "admin", "admin")
        known = self._remembered.get(hashed)
        if known is None or known[0] < time.monotonic():
            async with serving.held.database.reading() as tx:
                found = await api_keys.find(tx, presented)
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            known = self._remembered[hashed] = (time.monotonic() + REMEMBERED_FOR, found)
        if known[1] is None:
            raise WrongKey
        return known[1]


async def caller(
    request: Request,
    presented: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Key:
    """The holder of the key that the call carries."""
    if presented is None:
        raise WrongKey
    serving: Serving = request.app.state.serving
    return await serving.keys.holder(serving, presented.credentials)


Caller = Annotated[Key, Depends(caller)]


def needs(*roles: Role) -> Callable[[Caller], Awaitable[Key]]:
    """A call for these roles; `admin` may do everything."""

    async def check(key: Caller) -> Key:
        if key.role != "admin" and key.role not in roles:
            raise WrongRole(key.role, ("admin", *roles))
        return key

    return check


Reader = Annotated[Key, Depends(needs("ops", "viewer", "agent"))]
Overseer = Annotated[Key, Depends(needs("ops", "viewer"))]
Worker = Annotated[Key, Depends(needs("ops", "agent"))]
Operator = Annotated[Key, Depends(needs("ops"))]
Admin = Annotated[Key, Depends(needs())]
Sender = Annotated[Key, Depends(needs("ops", "intake"))]


class KeyIsLimited(Forbidden):
    """This API key is limited to teams, and what is asked for belongs to none."""


def _whole_house(key: Caller) -> None:
    if key.teams is not None:
        raise KeyIsLimited


WHOLE_HOUSE = Depends(_whole_house)
"""Refuses keys that are limited to teams."""


NOBODY = ""
"""Owns no lead, and never will: ids of people are never empty."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a key sees: everything, some teams' leads, or one agent's own."""

    owner: str | None
    teams: tuple[str, ...] | None

    def check(self, lead: Lead) -> None:
        """A lead out of sight does not exist for this key. Raises `NoSuch`."""
        hidden = self.owner is not None and lead.owner != self.owner
        if hidden or not self._has_team(lead):
            raise NoSuch("lead", str(lead.id))

    def check_claimable(self, lead: Lead) -> None:
        """Who may not see a lead may still claim it while nobody owns it.

        Raises `NoSuch`, or `AlreadyOwned` which names the winner.
        """
        if not self._has_team(lead):
            raise NoSuch("lead", str(lead.id))
        if self.owner is not None and lead.owner not in {None, self.owner}:
            raise AlreadyOwned(lead.id, str(lead.owner))

    def check_declinable(self, lead: Lead) -> None:
        """Who may not see a lead may turn down an offer of it, and say again that they did.

        Raises `NoSuch`.
        """
        lost = any(each.agent == self.owner for each in lead.lost_by)
        if not (lost or self.owner in lead.offered_to) or not self._has_team(lead):
            self.check(lead)

    def of_owner(self, asked: str | None) -> str | None:
        """Whose leads to list: an agent's key that asks for another's finds none."""
        if self.owner is None or asked in {None, self.owner}:
            return self.owner if asked is None else asked
        return NOBODY

    def _has_team(self, lead: Lead) -> bool:
        return self.teams is None or lead.team in self.teams


def sight_of(key: Key) -> Sight:
    # A key of role agent that names nobody sees nobody's leads.
    owner = (key.agent or NOBODY) if key.role == "agent" else None
    return Sight(owner, key.teams)


def acts_as(key: Key, person: str) -> None:
    """An agent's key speaks for that agent alone. Raises `WrongRole`."""
    if key.role == "agent" and person != key.agent:
        raise WrongRole(key.role, ("admin", "ops"))


def actor_of(key: Key) -> str:
    """How the timeline names this caller."""
    return key.agent or f"key:{key.name}"[:64]
