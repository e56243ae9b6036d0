"""Which schema this code stands on, and how a database gets there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from app.domain.errors import Invalid
from app.store.database import Database, Tx


@dataclass(eq=False)
class NoSuchRevision(Invalid):
    """The schema has no such revision, or none in that direction."""

    revision: str

    def __str__(self) -> str:
        return f"There is no way to revision {self.revision!r}: use head, base, or 0001 to {HEAD}."


HEAD = "0003"
"""The newest migration. Known here so that a start on an up-to-date database need not
load the migration tool; a test keeps it equal to what the migrations say."""


async def revision(tx: Tx) -> str | None:
    """The database's revision; `None` for an empty database."""

    def read(conn: Connection) -> str | None:
        if not inspect(conn).has_table("alembic_version"):
            return None
        found: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found

    return await tx.conn.run_sync(read)


async def upgrade(database: Database, target: str = "head") -> bool:
    """Bring the database to `target`. True if anything had to be done."""
    async with database.reading() as tx:
        if target == "head" and await revision(tx) == HEAD:
            return False
    async with database.transaction() as tx:
        await tx.conn.run_sync(_run, "upgrade", target)
    return True


async def downgrade(database: Database, target: str) -> None:
    async with database.transaction() as tx:
        await tx.conn.run_sync(_run, "downgrade", target)


def _run(connection: Connection, direction: str, target: str) -> None:
    # Imported here alone: the migration tool costs 150 ms, and most starts need none.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    config.set_main_option(
        "script_location", str(Path(__file__).parents[2].joinpath("migrations")).replace("%", "%%")
    )
    move = command.upgrade if direction == "upgrade" else command.downgrade
    try:
        move(config, target)
    except CommandError as error:
        raise NoSuchRevision(target) from error
