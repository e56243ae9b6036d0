"""Forms made for Rechat's public lead capture, pointed here instead.

All fields are optional (help.rechat.com). Such a form does not sign, has no id for a
submission, and does not retry; what it takes for success is not documented.
"""

from datetime import datetime

from app.config.sources import UnsignedSource
from app.domain.delivery import Reading, Webhook
from app.domain.lead import Property
from app.sources import campaigns, compose
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import read_any_form
from app.sources.fields import Fields
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH
from app.sources.sent import Sent
from app.sources.taking import take_kind


def parse(webhook: Webhook, settings: UnsignedSource, now: datetime) -> Reading:
    del now  # Rechat's forms carry no time of their own.
    members, identity = read_any_form(webhook)
    fields = Fields(members)
    campaign, others = campaigns.read_campaign(fields)
    sent = Sent(
        identity,
        first_name=fields.line("first_name"),
        last_name=fields.line("last_name"),
        email=fields.line("email"),
        phone=fields.line("phone_number"),
        message=fields.paragraphs("note"),
        kind=take_kind(fields, "tag"),
        medium=campaign.medium,
        property=Property(address=fields.line("address"), mls=fields.line("mlsid")),
        campaign=campaign,
        provider_agent=fields.line("agent_mlsid"),
        extra={**others, **fields.left()},
    )
    return Reading(inquiries=(compose.from_provider(sent, webhook, settings),))


ABOUT = About(
    title="Rechat lead capture forms",
    format="A form or JSON: first_name, last_name, email, phone_number, note, tag, mlsid …",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="In the form's markup, replace Rechat's address by {url}/SECRET. Map agents by"
    " `external_ids: {rechat: their MLS id}`.",
    config="{kind: rechat, secret: '${RECHAT_SECRET}'}",
    reference="https://help.rechat.com",
)
SOURCE: SourceKind[UnsignedSource] = SourceKind(
    kind="rechat", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
