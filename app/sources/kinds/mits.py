"""Rental leads as MITS Lead Management 4.0 documents: see `app.sources.bodies.mits`.

Senders built for ResMan post a form with `Xml` and with credentials of their own, which
prove nothing here and are not kept. Retries and time limits are not documented.
"""

from datetime import datetime
from functools import partial

from app.config.sources import UnsignedSource
from app.domain.delivery import Reading, Webhook
from app.sources import prospects
from app.sources.base import About, SourceKind
from app.sources.bodies.mits import read_prospects
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH


def parse(webhook: Webhook, settings: UnsignedSource, now: datetime) -> Reading:
    return prospects.reading(webhook, settings, partial(read_prospects, now=now))


ABOUT = About(
    title="MITS Lead Management 4.0 XML",
    format="XML: `LeadManagement` with one or more `Prospect`s, as the body, as the form's"
    " parameter `Xml` or as a file.",
    proof="The secret in the path or in `X-Webhook-Secret`, or HTTP Basic.",
    setup="At the listing site, as the address of PostLeadManagement4_0: {url}/ followed by the"
    " value of secret. Its own ApiKey and IntegrationPartnerID may be anything.",
    config="{kind: mits, secret: '${MITS_SECRET}'}",
    reference="https://docs.google.com/document/d/177WMC_SuK1n-aZslKFX-2Z_dZSvofuEwG0AfJenpTvc/pub",
)
SOURCE: SourceKind[UnsignedSource] = SourceKind(
    kind="mits", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
