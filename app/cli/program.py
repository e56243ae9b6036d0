"""The program: its commands, and how it says that one of them failed."""

import sys
from importlib import import_module

import click
from pydantic import ValidationError

from app.cli.ground import read_settings, run, stop
from app.config.errors import ConfigInvalid
from app.domain.errors import AppError
from app.log import set_up as set_up_log

CONTEXT = {"help_option_names": ["-h", "--help"]}


COMMANDS = {
    "config": "app.cli.config:config_cli",
    "explain": "app.cli.explain:explain",
    "keys": "app.cli.keys:keys_cli",
    "migrate": "app.cli.migrate:migrate",
    "send-test": "app.cli.send_test:send_test",
    "simulate": "app.cli.simulate:simulate",
    "sources": "app.cli.sources:sources_cli",
}
"""Where each command is. A new one is a file, and a line here."""


class Commands(click.Group):
    """Loads a command when it is asked for: most need no database, and none needs all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Commands, context_settings=CONTEXT)
def cli() -> None:
    """Answers every property lead within minutes."""


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
    # Imported here: no other command needs the web framework.
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
