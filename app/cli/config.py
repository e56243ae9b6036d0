"""`lead-router config …`: the config document."""

import os
import sys
from pathlib import Path

import click
import yaml

from app.cli.change_plan import MistakesExitOne, compare, print_plan
from app.cli.database import at_head
from app.cli.documents import read_config
from app.cli.ground import read_settings, run, stop
from app.config.load import Document, check
from app.domain.clock import rfc3339, utc_now
from app.domain.errors import VersionMismatch
from app.flow import configuring
from app.settings import Settings
from app.store import configs
from app.store.configs import Edit, Version

FILE = click.argument("file", type=click.Path(path_type=Path))

DIFFERENT = 2
"""How `config diff` ends when something differs, as `terraform plan -detailed-exitcode` does."""


@click.group("config")
def config_cli() -> None:
    """The config document."""


@config_cli.command("check")
@FILE
def config_check(file: Path) -> None:
    """Check a config file: every mistake at once, each with its line. Exit 1 if any."""
    checked = check(read_config(file), os.environ)
    for warning in checked.warnings:
        print(f"{file}: warning: {warning}")
    for off in checked.off:
        what = "a sandbox" if off.section == "channel" else "off"
        print(f"{file}: {off.section} {off.name} is {what}: set {', '.join(off.variables)}")
    print(f"{file}: the config is good.")


@config_cli.command("diff", cls=MistakesExitOne)
@FILE
@click.option("--against", type=int, help="An older version, by number. Default: that in force.")
def config_diff(file: Path, against: int | None) -> None:
    """Show what a config file would change, and what would follow. Changes nothing.

    Exit 0 if nothing differs, 2 if something does, and 1 for mistakes: in the file, in the
    command, or because the database is not there.
    """
    document = read_config(file)
    check(document, os.environ)
    compared = run(compare(read_settings(), document, against))
    print_plan(file, compared)
    sys.exit(DIFFERENT if compared.differs else 0)


@config_cli.command("apply", cls=MistakesExitOne)
@FILE
@click.option("--yes", is_flag=True, help="Do not ask. Needed where nobody could answer.")
@click.option("--expect", type=int, help="Only if this version is in force.")
def config_apply(file: Path, *, yes: bool, expect: int | None) -> None:
    """Show what a config file changes, then put it in force within two seconds, everywhere.

    Asks first, unless told `--yes`. If somebody else changes the config between the plan and
    the answer, nothing is applied: look again. Exit 0 when it is in force, or was already.
    """
    document = read_config(file)
    check(document, os.environ)
    settings = read_settings()
    compared = run(compare(settings, document, None))
    if expect is not None and compared.version != expect:
        stop(f"Version {compared.version} is in force, not {expect}: nothing was changed.")
    print_plan(file, compared)
    if not compared.differs:
        return
    _ask(yes=yes)
    version = run(_apply(settings, document, after=compared.version))
    print(f"Version {version} is in force.")


def _ask(*, yes: bool) -> None:
    """Go on if somebody agrees, or end the command."""
    if yes:
        return
    if not sys.stdin.isatty():
        stop("Nothing was changed. Nobody is there to be asked: say --yes to apply it.")
    if not click.confirm("\nPut it in force?"):
        stop("Nothing was changed.")


async def _apply(settings: Settings, document: Document, *, after: int) -> int:
    async with at_head(settings) as database:
        try:
            async with database.transaction() as tx:
                version = await configuring.put(
                    tx, document.raw, after=after, by="command line", now=utc_now()
                )
        except VersionMismatch:
            async with database.reading() as tx:
                (last,) = await configs.history(tx, limit=1)
            stop(
                f"Nothing was changed: {last.created_by} put version {last.version} in force "
                f"at {rfc3339(last.created_at.replace(microsecond=0))}, after this plan was "
                "made. Look again with `lead-router config diff`."
            )
    return version.version


@config_cli.command("history")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
def config_history(limit: int) -> None:
    """List the versions, the newest first: when each was put in force, and by whom."""
    for each in run(_history(read_settings(), limit)):
        at = rfc3339(each.created_at.replace(microsecond=0))
        print(f"{each.version:>5}  {at}  {each.created_by}")


async def _history(settings: Settings, limit: int) -> list[Edit]:
    async with at_head(settings) as database, database.reading() as tx:
        return await configs.history(tx, limit=limit)


@config_cli.command("show")
@click.argument("version", type=int, required=False)
def config_show(version: int | None) -> None:
    """Print a version as YAML, as it was written. Default: that in force."""
    found = run(_version(read_settings(), version))
    if found is None:
        stop("There is no config yet." if version is None else f"There is no version {version}.")
    print(yaml.safe_dump(dict(found.document), sort_keys=False, allow_unicode=True), end="")


async def _version(settings: Settings, version: int | None) -> Version | None:
    async with at_head(settings) as database, database.reading() as tx:
        return await (configs.newest(tx) if version is None else configs.get(tx, version))
