"""`lead-router keys …`: API keys."""

import click

from app.cli.database import at_head
from app.cli.ground import read_settings, run, stop
from app.domain.clock import utc_now
from app.settings import Settings
from app.store import api_keys
from app.store.api_keys import ROLES, Role


@click.group("keys")
def keys_cli() -> None:
    """API keys."""


@keys_cli.command("create")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the key may do.")
@click.option("--name", required=True, help="What the key is for.")
@click.option("--agent", help="For role agent: whose key it is.")
@click.option("--team", multiple=True, help="See only this team's leads; may be repeated.")
def keys_create(role: Role, name: str, agent: str | None, team: tuple[str, ...]) -> None:
    """Print a new API key, once. Only its hash is stored."""
    if role == "agent" and agent is None:
        stop("A key of role agent needs --agent: whose leads it may see.")
    print(run(_create_key(read_settings(), role, name, agent, team or None)))


async def _create_key(
    settings: Settings, role: Role, name: str, agent: str | None, teams: tuple[str, ...] | None
) -> str:
    async with at_head(settings) as database, database.transaction() as tx:
        return await api_keys.create(
            tx, name=name, role=role, agent=agent, teams=teams, now=utc_now()
        )


@keys_cli.command("revoke")
@click.argument("name")
def keys_revoke(name: str) -> None:
    """Refuse the keys of this name from now on: within two seconds, everywhere."""
    count = run(_revoke(read_settings(), name))
    if count == 0:
        stop(f"There is no key named {name} to revoke.")
    print(f"{count} {'key' if count == 1 else 'keys'} revoked.")


async def _revoke(settings: Settings, name: str) -> int:
    async with at_head(settings) as database, database.transaction() as tx:
        return await api_keys.revoke(tx, name, now=utc_now())
