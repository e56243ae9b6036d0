"""Leads posted as XML of a standard: each prospect of the document is one."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from app.config.sources import SourceBase
from app.domain.delivery import Reading, Webhook
from app.sources import compose, several
from app.sources.bodies.posted_xml import posted_xml
from app.sources.fields import kept
from app.sources.sent import Sent


def reading(
    webhook: Webhook, settings: SourceBase, read_prospects: Callable[[bytes], Iterable[Sent]]
) -> Reading:
    """Read the document; what was posted beside it is kept with each lead."""
    xml, beside = posted_xml(webhook)
    sent = [replace(each, extra={**kept(beside), **each.extra}) for each in read_prospects(xml)]
    return Reading(
        inquiries=several.read_each(
            sent, lambda _, each: compose.from_provider(each, webhook, settings)
        )
    )
