"""Leads as ADF 1.0 documents, posted by whoever speaks that format.

The format is a de-facto standard of 2000 without an owner that answers; nothing is said
there about HTTP. `application/x-adf+xml` is recommended, any type is seen. Whether a sender
retries, what it takes for success and how long it waits is its own affair.
"""

from datetime import datetime
from functools import partial

from app.config.sources import UnsignedSource
from app.domain.delivery import Reading, Webhook
from app.sources import prospects
from app.sources.base import About, SourceKind
from app.sources.bodies.adf import read_prospects
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH


def parse(webhook: Webhook, settings: UnsignedSource, now: datetime) -> Reading:
    return prospects.reading(webhook, settings, partial(read_prospects, now=now))


ABOUT = About(
    title="ADF (Auto-lead Data Format) XML",
    format="XML: an `adf` document with one or more `prospect`s, as the body, as a form's"
    " parameter or as a file. It need not be well-formed.",
    proof="The secret in the path or in `X-Webhook-Secret`, or HTTP Basic.",
    setup="At the sender, as the address to post ADF to: {url}/ followed by the value of secret,"
    " method POST. A sender that asks for a user and a password gets basic_auth instead.",
    config="{kind: adf, secret: '${ADF_SECRET}'}",
)
SOURCE: SourceKind[UnsignedSource] = SourceKind(
    kind="adf", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
