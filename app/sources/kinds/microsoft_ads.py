"""Leads from Microsoft Ads, as whoever passes them on sends them.

Microsoft publishes no specification of a webhook for leads: they come by way of Zapier,
another aggregator or our own landing page. So the body is anything, `mapping` says where
things stand, and names that people give to fields are guessed. `msclkid`, the click's id,
is found in a field or in any URL. Retries depend on who sends.
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
    title="Microsoft Ads lead forms",
    format="JSON or a form, as the service that passes the lead on sends it; see `mapping`.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="In the service that takes the leads from Microsoft Ads (Zapier, Make), add the action"
    " `POST` of Webhooks with the URL {url} and the header X-Webhook-Secret, set to the value of"
    " secret. Map each field by `mapping` if its name is not plain.",
    config="{kind: microsoft-ads, secret: '${MICROSOFT_ADS_SECRET}', medium: ppc,"
    " mapping: {external_id: lead_id, occurred_at: created, campaign.name: campaign.name,"
    " message: \"answers[?@.question=='How can we help?'].answer\"}}",
)
SOURCE: SourceKind[MappedSource] = SourceKind(
    kind="microsoft-ads", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
