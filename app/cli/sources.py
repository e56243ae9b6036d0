"""`lead-router sources …`: what can be delivered here, and how it is read."""

import json
import os
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import click
import yaml

from app.cli.documents import read_config
from app.cli.ground import stop
from app.config.load import check
from app.config.nearest import did_you_mean
from app.config.sources import KINDS, SourceBase
from app.domain.clock import rfc3339, utc_now
from app.domain.delivery import Held, Reading, Webhook
from app.domain.errors import Unreadable
from app.domain.lead import Inquiry
from app.sources import files
from app.sources.base import CannotAsk, SourceKind
from app.sources.registry import SOURCES
from app.sources.trying import settings_to_try


def _known(_: click.Context, __: click.Parameter, kind: str) -> str:
    """The kind, if there is such a one; else the end, with the name that was meant."""
    if kind not in KINDS:
        stop(f"There is no kind {kind}.{did_you_mean(kind, KINDS)} `sources list` has them all.")
    return kind


KIND = click.argument("kind", callback=_known)
INDENT = "    "
_WRAPPER = textwrap.TextWrapper(90, break_on_hyphens=False, break_long_words=False)
"""Addresses and names stay whole: they are copied."""

LONGEST_SAMPLE = 40
"""Lines of a sample that `show` prints; `--sample` prints it whole."""


@click.group("sources")
def sources_cli() -> None:
    """What can deliver leads here: list, show, try."""


@sources_cli.command("list")
def list_() -> None:
    """Every kind of source that can deliver here."""
    widest = max(map(len, KINDS))
    for kind in sorted(KINDS):
        print(f"{kind:<{widest}}  {SOURCES[kind].about.title}")
    print("\nMore of one: lead-router sources show KIND")


@sources_cli.command("show")
@KIND
@click.option("--sample", is_flag=True, help="Print nothing but the sample, byte for byte.")
def show(kind: str, *, sample: bool) -> None:
    """What a kind sends, how it proves itself, and what to type in at the provider."""
    file = files.sample_file(kind)
    if sample:
        sys.stdout.buffer.write(file.read_bytes())
        return
    about = SOURCES[kind].about
    print(f"{kind}: {about.title}\n")
    _section("What arrives", about.format)
    _section("How it proves its sender", about.proof)
    _section("At the provider", about.setup.replace("{url}", f"https://YOUR-HOST/webhooks/{kind}"))
    _section("In the config, under `sources`", f"{kind}: {about.config}", as_code=True)
    reference = about.reference or "The vendor publishes none: this is what others have seen."
    _section("Specification", reference)
    lines = file.read_text("utf-8", "replace").splitlines()
    more = len(lines) - LONGEST_SAMPLE
    text = "\n".join(lines[:LONGEST_SAMPLE] + ([f"… {more} more lines"] if more > 0 else []))
    _section(f"A sample ({files.read_delivery(file, source=kind).content_type})", text, True)


@sources_cli.command("try")
@KIND
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A config file: read FILE with the settings of a source in it.",
)
@click.option("--source", help="Which source of --config; may be left out if only one fits.")
@click.option("--content-type", help="The Content-Type of the delivery, if FILE's suffix lies.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def try_(
    kind: str,
    file: Path,
    config: Path | None,
    source: str | None,
    content_type: str | None,
    *,
    as_json: bool,
) -> None:
    """Read a delivery in FILE and show what would be stored. Sends and stores nothing."""
    name, settings = (
        (source or kind, settings_to_try(SOURCES[kind]))
        if config is None
        else _of_config(config, kind, source)
    )
    webhook = files.read_delivery(file, source=name)
    if content_type is not None:
        webhook = replace(webhook, headers={**webhook.headers, "content-type": content_type})
    try:
        reading = SOURCES[kind].read(webhook, settings, now=utc_now())
    except Unreadable as unread:
        stop(f"{file}: {unread.why}; reading stopped at {unread.where}. It would be quarantined.")
    if as_json:
        print(json.dumps(_plain(asdict(reading)), indent=2, ensure_ascii=False))
        return
    for line in _told(reading, SOURCES[kind], settings, webhook):
        print(line)


def _of_config(file: Path, kind: str, source: str | None) -> tuple[str, SourceBase]:
    """The source of a config file that is meant, with its settings."""
    sources = check(read_config(file), os.environ).config.sources
    fit = {name: each for name, each in sources.items() if each.kind == kind}
    if source is None and len(fit) == 1:
        return next(iter(fit.items()))
    if source is None or source not in fit:
        there = ", ".join(fit) or "none"
        stop(f"{file}: name a source of kind {kind} by --source; there is: {there}")
    return source, fit[source]


def _section(title: str, text: str, as_code: bool = False) -> None:
    lines = text.splitlines() if as_code else _WRAPPER.wrap(text)
    print(f"{title}\n{textwrap.indent(chr(10).join(lines), INDENT)}\n")


def _told(
    reading: Reading, kind: SourceKind[Any], settings: SourceBase, webhook: Webhook
) -> Iterator[str]:
    if reading.ignored is not None:
        yield f"No lead: {reading.ignored}. It would be stored as it came."
    if reading.handshake is not None:
        yield f"A handshake: {reading.handshake.url} would be fetched once."
    for key in reading.withdrawn:
        yield f"Taken back by the person: what was asked under {key}."
    for held in reading.held:
        yield from _held(held, kind, settings)
    for inquiry in reading.inquiries:
        yield from _inquiry(inquiry)
    if reading == Reading():
        yield f"{webhook.source}: there is nothing in it."


def _held(held: Held, kind: SourceKind[Any], settings: SourceBase) -> Iterator[str]:
    yield f"A lead of which only the id came: {held.external_id}."
    if kind.fetching is None:
        return
    try:
        url = kind.fetching.ask(held, settings).url.partition("?")[0]
    except CannotAsk as cannot:
        yield f"{INDENT}It could not be fetched: {cannot}."
    else:
        yield f"{INDENT}It would be fetched from {url}."


def _inquiry(inquiry: Inquiry) -> Iterator[str]:
    what = "A test, stored and never routed" if inquiry.is_test else "A lead"
    if inquiry.spam is not None:
        what = f"Spam, stored and never routed: {inquiry.spam}"
    yield f"{what}:"
    text = yaml.safe_dump(_plain(_shown(inquiry)), sort_keys=False, allow_unicode=True, width=100)
    yield textwrap.indent(text.rstrip(), INDENT)


def _shown(inquiry: Inquiry) -> dict[str, Any]:
    skipped = {"source", "dedupe_window", "spam", "is_test"}
    values = {each.name: getattr(inquiry, each.name) for each in fields(inquiry)}
    # A flag that is not set says nothing; a consent that was refused does.
    return {name: it for name, it in values.items() if name not in skipped and it is not False}


def _plain(value: Any) -> Any:
    """What is known, as JSON and YAML have it; what is empty is left out."""
    match value:
        case Enum():
            return str(value)
        case datetime():
            return rfc3339(value)
        case Mapping():
            members = {name: _plain(each) for name, each in value.items()}
            return {name: each for name, each in members.items() if each not in (None, {}, [])}
        case list() | tuple():
            return [_plain(each) for each in value]
        case None | bool() | int() | float() | str():
            return value
    return _plain(asdict(value)) if hasattr(value, "__dataclass_fields__") else str(value)
