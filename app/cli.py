"""The commands: `lead-router serve`, `worker`, `migrate`, `config check`, `keys …`."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import click
from pydantic import ValidationError

from app.config.errors import ConfigInvalid
from app.config.load import Document, check, read_yaml
from app.domain.clock import utc_now
from app.domain.errors import AppError
from app.flow import configuring
from app.log import set_up as set_up_log
from app.settings import Settings
from app.store import api_keys, configs, schema
from app.store.api_keys import ROLES, Role
from app.store.database import Database

FILE = click.argument("file", type=click.Path(path_type=Path))
CONTEXT = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=CONTEXT)
def cli() -> None:
    """Answers every property lead within minutes."""


@cli.group("config")
def config_cli() -> None:
    """The config document."""


@cli.group("keys")
def keys_cli() -> None:
    """API keys."""


def main() -> None:
    """Run a command; an error of ours is one line, not a traceback."""
    try:
        cli()
    except ConfigInvalid as invalid:
        _stop(f"The config has mistakes:\n{invalid}")
    except AppError as error:
        _stop(str(error))
    except ValidationError as error:
        for each in error.errors(include_input=False, include_url=False):
            name = "LEADROUTER_" + "_".join(map(str, each["loc"])).upper()
            print(f"{name}: {each['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        _stop(f"{error.filename or 'lead-router'}: {error.strerror}")


@cli.command()
def serve() -> None:
    """Serve the API. Without LEADROUTER_REDIS_URL, send the messages as well."""
    # Imported here: the other commands start twice as fast without the web framework.
    from app.serve import run  # noqa: PLC0415

    settings = _settings()
    set_up_log(settings.log_level)
    sys.exit(run(settings))


@cli.command()
def worker() -> None:
    """Send messages: the other process of the distributed form. Run any number of them."""
    from app.worker import work  # noqa: PLC0415

    settings = _settings()
    if settings.redis_url is None:
        _stop("LEADROUTER_REDIS_URL is not set: `lead-router serve` sends the messages itself.")
    set_up_log(settings.log_level)
    _run(work(settings))


@cli.command()
@click.option("--to", default="head", help="A revision, `head`, or `base`.")
@click.option("--down", is_flag=True, help="Go back to --to.")
def migrate(to: str, *, down: bool) -> None:
    """Bring the database's schema to head, or to another revision."""
    _run(_migrate(_settings(), to, down=down))


async def _migrate(settings: Settings, to: str, *, down: bool) -> None:
    database = Database.of(settings.database_url)
    try:
        if down:
            await schema.downgrade(database, to)
            print(f"The database is at {to}.")
        elif await schema.upgrade(database, to):
            print(f"The database is at {to} now.")
        else:
            print("The database is at head already.")
    finally:
        await database.close()


@config_cli.command("check")
@FILE
def config_check(file: Path) -> None:
    """Check a config file: every mistake at once, each with its line. Exit 1 if any."""
    checked = check(_read(file), os.environ)
    for warning in checked.warnings:
        print(f"{file}: warning: {warning}")
    for off in checked.off:
        what = "a sandbox" if off.section == "channel" else "off"
        print(f"{file}: {off.section} {off.name} is {what}: set {', '.join(off.variables)}")
    print(f"{file}: the config is good.")


@config_cli.command("apply")
@FILE
def config_apply(file: Path) -> None:
    """Check a config file and put it in force: all processes follow within two seconds."""
    document = _read(file)
    check(document, os.environ)
    version = _run(_apply(_settings(), document))
    print(f"Version {version} is in force.")


async def _apply(settings: Settings, document: Document) -> int:
    async with _at_head(settings) as database, database.transaction() as tx:
        after = await configs.newest_number(tx)
        version = await configuring.put(
            tx, document.raw, after=after, by="command line", now=utc_now()
        )
    return version.version


@keys_cli.command("create")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the key may do.")
@click.option("--name", required=True, help="What the key is for.")
@click.option("--agent", help="For role agent: whose key it is.")
@click.option("--team", multiple=True, help="See only this team's leads; may be repeated.")
def keys_create(role: Role, name: str, agent: str | None, team: tuple[str, ...]) -> None:
    """Print a new API key, once. Only its hash is stored."""
    if role == "agent" and agent is None:
        _stop("A key of role agent needs --agent: whose leads it may see.")
    print(_run(_create_key(_settings(), role, name, agent, team or None)))


async def _create_key(
    settings: Settings, role: Role, name: str, agent: str | None, teams: tuple[str, ...] | None
) -> str:
    async with _at_head(settings) as database, database.transaction() as tx:
        return await api_keys.create(
            tx, name=name, role=role, agent=agent, teams=teams, now=utc_now()
        )


@keys_cli.command("revoke")
@click.argument("name")
def keys_revoke(name: str) -> None:
    """Refuse the keys of this name from now on: within two seconds, everywhere."""
    count = _run(_revoke(_settings(), name))
    if count == 0:
        _stop(f"There is no key named {name} to revoke.")
    print(f"{count} {'key' if count == 1 else 'keys'} revoked.")


async def _revoke(settings: Settings, name: str) -> int:
    async with _at_head(settings) as database, database.transaction() as tx:
        return await api_keys.revoke(tx, name, now=utc_now())


@asynccontextmanager
async def _at_head(settings: Settings) -> AsyncIterator[Database]:
    """The database, brought to head if it is our own, and closed at the end."""
    database = Database.of(settings.database_url)
    try:
        if settings.is_embedded:
            await schema.upgrade(database)
        async with database.reading() as tx:
            if await schema.revision(tx) != schema.HEAD:
                _stop("The database is not at head: run `lead-router migrate` first.")
        yield database
    finally:
        await database.close()


def _settings() -> Settings:
    settings = Settings()
    try:
        url = urlsplit(settings.database_url)
        is_known = url.scheme in {"sqlite", "postgresql"} and url.port != 0
    except ValueError:
        is_known = False
    if not is_known:
        _stop("LEADROUTER_DATABASE_URL: use sqlite:///path or postgresql://user@host/name")
    return settings


def _read(file: Path) -> Document:
    try:
        return read_yaml(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        _stop(f"{file}: {reason}")


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def _stop(why: str) -> NoReturn:
    print(why, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
