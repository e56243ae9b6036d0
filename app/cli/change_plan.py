"""How the command line shows what a config file would change, and what would follow."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click

from app.cli.database import at_head
from app.cli.ground import stop
from app.config.load import Document
from app.domain.clock import rfc3339
from app.flow.planning import ChangePlan, plan_change
from app.settings import Settings
from app.store import configs


class _Mistaken(click.UsageError):
    exit_code = 1


class MistakesExitOne(click.Command):
    """A command whose exit 2 means something: what is wrong with the call itself is a 1."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise _Mistaken(error.format_message(), ctx) from error


@dataclass(frozen=True, slots=True)
class Compared:
    """A file against a version."""

    plan: ChangePlan | None
    """`None`: there is no version yet."""

    @property
    def version(self) -> int:
        return 0 if self.plan is None else self.plan.against.version

    @property
    def differs(self) -> bool:
        return self.plan is None or bool(self.plan.differences)


async def compare(settings: Settings, document: Document, against: int | None) -> Compared:
    """Compare a checked document with the version in force, or with an older one."""
    async with at_head(settings) as database, database.reading() as tx:
        newest = await configs.newest(tx)
        if against is None and newest is None:
            return Compared(None)
        version = newest if against is None else await configs.get(tx, against)
        if version is None:
            last = "there is none yet" if newest is None else f"the newest is {newest.version}"
            stop(f"There is no version {against}: {last}.")
        return Compared(await plan_change(tx, document.raw, version))


def print_plan(file: Path, compared: Compared) -> None:
    """Say it for people, section by section."""
    plan = compared.plan
    if plan is None:
        print(f"There is no config yet: all of {file} is new.")
        return
    since = rfc3339(plan.against.created_at.replace(microsecond=0))
    named = f"version {plan.against.version} (by {plan.against.created_by}, {since})"
    if not plan.differences:
        print(f"{file} says the same as {named}.")
        return
    print(f"{file} against {named}:")
    for section, found in groupby(plan.differences, key=lambda each: each.section):
        print(f"\n{section}")
        for each in found:
            print(f"  {each}")
    if plan.consequences:
        print("\nWhat follows")
        for sentence in plan.consequences:
            print(f"  ! {sentence}")
    kinds = Counter(each.kind for each in plan.differences)
    print(f"\n{', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}.")
