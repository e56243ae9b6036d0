"""`lead-router migrate`: the schema of the database."""

import click

from app.cli.ground import read_settings, run
from app.settings import Settings
from app.store import schema
from app.store.database import Database


@click.command()
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
