"""A form on a website, in any encoding a browser or a plug-in sends.

Such senders do not sign, have no id for a submission, and mostly do not retry; several
make the visitor wait for the answer, and take nothing but a 200 for success.
"""

from datetime import datetime

from app.config.sources import PostedForm
from app.domain.delivery import Reading, Webhook
from app.sources import compose, forms
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import read_any_form
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH


def parse(webhook: Webhook, settings: PostedForm, now: datetime) -> Reading:
    members, identity = read_any_form(webhook)
    sent = forms.submission(members, identity, settings, now=now)
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


ABOUT = About(
    title="A form on a website",
    format="urlencoded, multipart or JSON; names of fields are guessed, `fields` overrides.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="Let the form post to {url}/SECRET, with the value of secret in the place of SECRET."
    " A browser shows its visitor that address: let your own server post, if you can.",
    config="{kind: web-form, secret: '${WEBSITE_SECRET}', honeypot: website_url,"
    " consent: {sms: sms_opt_in, email: implied}}",
)
SOURCE: SourceKind[PostedForm] = SourceKind(
    kind="web-form", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
