"""`lead-router explain LEAD`: why somebody has a lead, for people. Nothing tells who asked."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import click

from app.cli.database import at_head
from app.cli.explained import Subject, as_json, as_text
from app.cli.ground import read_settings, run
from app.domain.errors import NoSuch
from app.flow import explaining
from app.settings import Settings
from app.store import leads
from app.store.decisions import decisions_of

Told = Mapping[str, Any]


@click.command("explain", short_help="Say why somebody has a lead.")
@click.argument("lead")
@click.option(
    "--recompute",
    is_flag=True,
    help="Take each decision again, from what it looked at and the config of then. "
    "Exit 1 if one comes out differently.",
)
@click.option("--json", "as_data", is_flag=True, help="For programs, as JSON.")
def explain(lead: str, *, recompute: bool, as_data: bool) -> None:
    """Say why somebody has LEAD: each decision with its rules, and everybody considered.

    LEAD is the id of a lead. Who the person is, and where, is not shown.
    """
    subject, decisions = run(_read(read_settings(), _id(lead), recompute=recompute))
    if as_data:
        print(json.dumps(as_json(subject, decisions), indent=2, ensure_ascii=False))
    else:
        print("\n".join(as_text(subject, decisions)))
    if any((each["recomputed"] or {}).get("same") is False for each in decisions):
        sys.exit(1)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NoSuch("lead", text) from None


async def _read(
    settings: Settings, lead_id: UUID, *, recompute: bool
) -> tuple[Subject, Sequence[Told]]:
    async with at_head(settings) as database, database.reading() as tx:
        lead = await leads.standing_for(tx, lead_id)
        past = explaining.Past(tx, os.environ)
        return Subject.of(lead), [
            {
                **explaining.explained(row),
                "recomputed": await explaining.recomputed(row, past) if recompute else None,
            }
            for row in await decisions_of(tx, lead.id)
        ]
