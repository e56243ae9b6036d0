"""Leads of Apartments.com, however they come: it publishes no specification.

Known are its mails alone, as third parties have seen them, and that listing sites hand
prospects on as MITS or ADF. So the body may be a whole mail, such XML, JSON or a form, and
`mapping` says where things stand in the latter two. Whether anybody retries, what is taken
for success and how long it waits depends on who posts, and is not documented.
"""

from datetime import datetime

from app.config.sources import MappedSource
from app.domain.delivery import Reading, Webhook
from app.domain.lead import Kind
from app.sources.base import About, SourceKind
from app.sources.mail import posted_whole
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH


def parse(webhook: Webhook, settings: MappedSource, now: datetime) -> Reading:
    return posted_whole.parse(webhook, settings, now, kind=Kind.RENTER)


ABOUT = About(
    title="Apartments.com",
    format="A whole mail (RFC 5322), MITS or ADF XML, JSON or a form.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="Let whatever receives these leads post them to {url}/SECRET, with the value of secret in"
    " the place of SECRET: a mail server its mails, an aggregator its XML or JSON. Mails can also"
    " come through a source of kind email-mailgun, email-sendgrid or email-postmark.",
    config="{kind: apartments-com, secret: '${APARTMENTS_SECRET}', medium: apartments.com}",
)
SOURCE: SourceKind[MappedSource] = SourceKind(
    kind="apartments-com", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
