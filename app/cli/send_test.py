"""`lead-router send-test`: a test lead, through the front door."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from app.cli.database import at_head
from app.cli.documents import read_config
from app.cli.ground import read_settings, run, stop
from app.config.load import Checked, Document, check
from app.config.sources import SourceBase
from app.domain.clock import utc_now
from app.domain.delivery import Webhook
from app.settings import Settings
from app.sources import files
from app.sources.base import TEST_HEADER
from app.sources.proofs.proof import CannotSign
from app.sources.registry import SOURCES
from app.store import configs


@click.command("send-test")
@click.argument("source")
@click.option("--url", help="Base of the service's address. Default: LEADROUTER_PUBLIC_URL.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A config file. Default: the config in force.",
)
def send_test(source: str, url: str | None, config: Path | None) -> None:
    """Deliver a test lead to SOURCE of the running service.

    It is signed as its provider would, with the secrets in the config, and marked as a
    test: it is stored, never routed, and nobody is told. The service's answer is shown.
    """
    settings = read_settings()
    checked = check(read_config(config), os.environ) if config else run(_in_force(settings))
    configured = checked.config.sources.get(source)
    if configured is None:
        stop(f"There is no source {source}. There are: {', '.join(checked.config.sources)}.")
    for off in checked.off:
        if (off.section, off.name) == ("source", source):
            stop(f"Source {source} is off: set {', '.join(off.variables)}.")
    base = (url or settings.base_url).rstrip("/")
    _deliver(_sample(source, configured, f"{base}/webhooks/{source}"))


async def _in_force(settings: Settings) -> Checked:
    async with at_head(settings) as database, database.reading() as tx:
        newest = await configs.newest(tx)
    if newest is None:
        stop("There is no config yet: start the service once, or give --config.")
    return check(Document(dict(newest.document)), os.environ)


def _sample(source: str, configured: SourceBase, url: str) -> Webhook:
    """The kind's own sample as the provider would send it now, marked as a test."""
    kind = SOURCES[_kind(configured)]
    webhook = replace(files.read_delivery(files.sample_file(kind.kind), source=source), urls=(url,))
    try:
        signed = kind.sign(webhook, configured, now=utc_now())
    except CannotSign as cannot:
        stop(f"Source {source}: {cannot}.")
    return replace(signed, headers={**signed.headers, TEST_HEADER: "1"})


def _kind(configured: Any) -> str:
    return str(configured.kind)


def _deliver(webhook: Webhook) -> None:
    import httpx  # noqa: PLC0415 - no other command talks to a network.

    (url,) = webhook.urls
    try:
        answer = httpx.post(url, content=webhook.body, headers=dict(webhook.headers), timeout=20)
    except httpx.HTTPError as error:
        stop(f"{url}: {type(error).__name__}. Does the service run there? (--url says where)")
    print(f"{url} answered {answer.status_code}:\n{answer.text}")
    if answer.status_code >= 300:
        stop("The test lead was not taken.")
