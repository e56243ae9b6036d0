"""JSON, or a form, from any sender at all: the config says where things stand.

There is no vendor, and so no specification: what is neither mapped nor guessed is kept. A
lead without an `external_id` in the mapping is known by its content. How the sender
retries, and what it takes for success, is its own affair; we answer 200 within a second.
"""

from datetime import datetime

from app.config.sources import MappedSource
from app.domain.delivery import Reading, Webhook
from app.sources import mapped
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import read_document
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH


def parse(webhook: Webhook, settings: MappedSource, now: datetime) -> Reading:
    return mapped.reading(read_document(webhook), webhook, settings, now)


ABOUT = About(
    title="JSON of any shape",
    format="JSON (one lead, or a list of them) or a form; `mapping` says where things stand.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="Let the sender post to {url}, with the value of secret in the header"
    " X-Webhook-Secret, or to {url}/SECRET. Write a path for each field whose name is not"
    " plain, and try them with `lead-router sources try`.",
    config="{kind: json, secret: '${PARTNER_JSON_SECRET}', mapping: {external_id: lead.reference,"
    " full_name: lead.person.display, email: '..email', phone: 'lead.person.numbers[0].value',"
    " message: \"lead.answers[?@.name=='wish'].value\", property.mls: 'lead.listings[*].mls'}}",
)
SOURCE: SourceKind[MappedSource] = SourceKind(
    kind="json", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
