"""The program: its commands, and how it says that one of them failed."""

import sys

import click
from pydantic import ValidationError

from app.cli.config import config_cli
from app.cli.explain import explain
from app.cli.ground import read_settings, run, stop
from app.cli.keys import keys_cli
from app.cli.send_test import send_test
from app.cli.simulate import simulate
from app.cli.sources import sources_cli
from app.config.errors import ConfigInvalid
from app.domain.errors import AppError
from app.log import set_up as set_up_log
from app.settings import Settings
from app.store import schema
from app.store.database import Database

CONTEXT = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=CONTEXT)
def cli() -> None:
    """Answers every property lead within minutes."""


for command in (config_cli, explain, keys_cli, sources_cli, send_test, simulate):
    cli.add_command(command)


def main() -> None:
    """Run a command; an error of ours is one line, not a traceback."""
    try:
        cli()
    except ConfigInvalid as invalid:
        stop(f"The config has mistakes:\n{invalid}")
    except AppError as error:
        stop(str(error))
    except ValidationError as error:
        for each in error.errors(include_input=False, include_url=False):
            name = "LEADROUTER_" + "_".join(map(str, each["loc"])).upper()
            print(f"{name}: {each['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        stop(f"{error.filename or 'lead-router'}: {error.strerror}")


@cli.command()
def serve() -> None:
    """Serve the API. Without LEADROUTER_REDIS_URL, send the messages as well."""
    # Imported here: the other commands start twice as fast without the web framework.
    from app.serve import run as run_service  # noqa: PLC0415

    settings = read_settings()
    set_up_log(settings.log_level)
    sys.exit(run_service(settings))


@cli.command()
def worker() -> None:
    """Send messages: the other process of the distributed form. Run any number of them."""
    from app.worker import work  # noqa: PLC0415

    settings = read_settings()
    if settings.redis_url is None:
        stop("LEADROUTER_REDIS_URL is not set: `lead-router serve` sends the messages itself.")
    set_up_log(settings.log_level)
    run(work(settings))


@cli.command()
@click.option("--to", default="head", help="A revision, `head`, or `base`.")
@click.option("--down", is_flag=True, help="Go back to --to.")
def migrate(to: str, *, down: bool) -> None:
    """Bring the database's schema to head, or to another revision."""
    run(_migrate(read_settings(), to, down=down))


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
