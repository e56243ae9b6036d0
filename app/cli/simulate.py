"""`lead-router simulate`: what a draft would have done with past leads."""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from app.cli.database import at_head
from app.cli.documents import read_config
from app.cli.ground import read_settings, run, stop
from app.config.durations import parse_duration
from app.config.load import Document, check
from app.domain.clock import utc_now
from app.flow.rehearsing.rehearse import Scene, rehearse
from app.settings import Settings
from app.snapshot import Snapshot
from app.store import configs, history, on_call_feeds
from app.store.database import Database

_EXAMPLES = 10
"""Leads of a sort that are printed; `--json` has more."""


def _length(_: click.Context, __: click.Parameter, text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong)) from wrong


def _instant(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise click.BadParameter("write 2026-03-16 or 2026-03-16T14:00:00Z") from wrong
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


@click.command("simulate", short_help="Route past leads under a draft; write nothing.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The draft. Default: the config in force, which should change nothing.",
)
@click.option(
    "--last", callback=_length, default="30d", show_default=True, help="How far back: 12h, 30d, 8w."
)
@click.option("--from", "since", callback=_instant, help="Instead of --last; UTC if not said.")
@click.option("--to", "until", callback=_instant, help="Not included. Default: now.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, as POST /v1/simulations answers."
)
def simulate(
    config: Path | None,
    last: timedelta,
    since: datetime | None,
    until: datetime | None,
    *,
    as_json: bool,
) -> None:
    """Route past leads again under a draft, and show what would be different. Writes nothing.

    Availability is as it was; hours, people and rules are as the draft has them.
    """
    settings, now = read_settings(), utc_now()
    draft = None if config is None else read_config(config)
    ends = min(until or now, now)
    begins = since or ends - last
    if begins >= ends:
        stop("--from must be earlier than --to, and in the past.")
    answer = run(_simulate(settings, draft, begins, ends, now))
    if as_json:
        print(json.dumps(answer, indent=2))
    else:
        print("\n".join(_told(answer)))


async def _simulate(
    settings: Settings, draft: Document | None, since: datetime, until: datetime, now: datetime
) -> dict[str, Any]:
    async with at_head(settings) as database:
        live = await _in_force(database)
        rehearsed = live
        if draft is not None:
            checked = Snapshot.of(0, check(draft, os.environ))
            rehearsed = checked.with_shifts(live.plan.shifts)
        async with database.reading() as tx:
            leads = await history.how_many_received(tx, since, until)
        progress = _Progress(leads)
        try:
            scene = Scene(rehearsed, live, since, until, now)
            return await rehearse(database, scene, progress, at_once=AT_ONCE)
        finally:
            progress.clear()


async def _in_force(database: Database) -> Snapshot:
    async with database.reading() as tx:
        newest = await configs.newest(tx)
        feeds = await on_call_feeds.by_schedule(tx)
    if newest is None:
        stop("There is no config yet, and so no leads: start the service once.")
    snapshot = Snapshot.of(newest.version, check(Document.of(newest.document), os.environ))
    return snapshot.with_shifts({name: feed.said.shifts for name, feed in feeds.items()})


AT_ONCE = 2_000
"""Facts in a page: nobody else waits for this process."""


class _Progress:
    """A bar on the terminal; nothing at all where nobody looks."""

    WIDTH = 40

    def __init__(self, leads: int) -> None:
        self._leads = max(1, leads)
        self._is_seen = sys.stderr.isatty()
        self._shown_at = time.monotonic()
        self._began_at = self._shown_at

    async def __call__(self, leads: int) -> None:
        if not self._is_seen or (now := time.monotonic()) - self._shown_at < 0.1:
            return
        self._shown_at = now
        share = min(1.0, leads / self._leads)
        bar = "█" * int(share * self.WIDTH)
        speed = leads / (now - self._began_at)
        line = f"\r{bar:░<{self.WIDTH}} {share:4.0%}  {leads} leads, {speed:.0f}/s "
        print(line, end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._is_seen:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


# ── In words ────────────────────────────────────────────────────────────────────────


def _told(answer: dict[str, Any]) -> Iterator[str]:
    version = answer["config_version"]
    what = "the draft" if version == "draft" else f"config version {version}, which is in force"
    leads, changed = answer["leads"], answer["owners_changed"]
    yield f"{_count(leads, 'lead')} from {answer['from']} to {answer['to']}, routed by {what}."
    yield "Nothing was written."
    if not leads:
        return
    yield ""
    yield f"Another owner: {_count(changed['count'], 'lead')} ({changed['share']:.1%})"
    yield from _without(answer)
    yield ""
    yield from _table(
        ("Agent", "leads were", "would be", "share was", "would be", "fair share"),
        [
            (
                each["agent"],
                str(each["was"]),
                _change(each["was"], each["would_be"]),
                _percent(each["share_was"]),
                _percent(each["share_would_be"]),
                _percent(each["fair_share"]),
            )
            for each in answer["agents"]
        ],
    )
    yield ""
    yield from _table(
        ("Rule", "leads were", "would be"),
        [
            (each["rule"], str(each["was"]), _change(each["was"], each["would_be"]))
            for each in answer["rules"]
        ],
    )
    yield from _breaches(answer["predicted_breaches"])
    yield from _examples("For example", changed, "was {was}, would be {would_be}. {reason}")
    yield from _examples("Nobody could take", answer["unroutable"], "{reason}")
    yield ""
    yield "What is not exact:"
    yield from (f"  - {each}" for each in answer["approximations"])


def _without(answer: dict[str, Any]) -> Iterator[str]:
    waiting = answer["waiting"]
    yield f"Had to wait for somebody: {waiting['would_be']} (really {waiting['was']})"
    yield f"Nobody could take: {answer['unroutable']['count']}"
    for key, words in (("offered", "Offered to several at once"), ("in_pond", "Into a pond")):
        if answer[key]:
            yield f"{words}: {answer[key]}"
    if answer["assigned_by_people"]["count"]:
        yield f"Given away by a person since: {answer['assigned_by_people']['count']}"
    if answer["not_replayable"]:
        yield f"Erased, and not routed again: {answer['not_replayable']}"


def _breaches(predicted: dict[str, Any]) -> Iterator[str]:
    rows = [
        (
            f"{each['policy']}, {each['step']}",
            str(each["leads"]),
            str(each["really_missed"]),
            "unknown" if each["expected"] is None else f"{each['expected']:g}",
            f"{each['low']:g} to {each['high']:g}",
        )
        for each in predicted["steps"]
        if each["leads"]
    ]
    if rows:
        yield ""
        yield from _table(
            ("Deadlines (an estimate)", "leads", "really missed", "expected", "95 %"), rows
        )


def _examples(title: str, found: dict[str, Any], words: str) -> Iterator[str]:
    examples = found["examples"][:_EXAMPLES]
    if not examples:
        return
    yield ""
    yield (
        f"{title}:"
        if len(examples) == found["count"]
        else (f"{title} ({len(examples)} of {found['count']}; --json has more):")
    )
    for each in examples:
        named = {name: "nobody" if value is None else value for name, value in each.items()}
        yield f"  {each['lead_id']}: {words.format(**named)}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for cells in (heads, *rows):
        first, *figures = (
            f"{cell:<{width}}" if at == 0 else f"{cell:>{width}}"
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        yield "  ".join((first, *figures)).rstrip()


def _change(was: int, would_be: int) -> str:
    return str(would_be) if was == would_be else f"{would_be} ({would_be - was:+d})"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
