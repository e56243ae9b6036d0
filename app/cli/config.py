"""`lead-router config …`: the config document."""

import os
from pathlib import Path

import click

from app.cli.ground import at_head, read_config, read_settings, run
from app.config.load import Document, check
from app.domain.clock import utc_now
from app.flow import configuring
from app.settings import Settings
from app.store import configs

FILE = click.argument("file", type=click.Path(path_type=Path))


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


@config_cli.command("apply")
@FILE
def config_apply(file: Path) -> None:
    """Check a config file and put it in force: all processes follow within two seconds."""
    document = read_config(file)
    check(document, os.environ)
    version = run(_apply(read_settings(), document))
    print(f"Version {version} is in force.")


async def _apply(settings: Settings, document: Document) -> int:
    async with at_head(settings) as database, database.transaction() as tx:
        after = await configs.newest_number(tx)
        version = await configuring.put(
            tx, document.raw, after=after, by="command line", now=utc_now()
        )
    return version.version
