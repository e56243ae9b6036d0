"""Forms of Contact Form 7, a plug-in for WordPress.

It has no webhook of its own, and so no specification: other plug-ins post its fields as
JSON or as a form, under the names of their tags (`your-name`, `tel-123`). Most do so while
the visitor waits, never try again, and neither sign nor send an id. Fields that begin with
`_wpcf7` say which form it was.
"""

from datetime import datetime

from app.config.sources import PostedForm
from app.domain.delivery import Reading, Webhook
from app.sources import compose, forms
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import read_any_form
from app.sources.fields import leaf
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH

_BESIDE = ("_wpcf7", "_wpnonce", "g-recaptcha-response")
"""Beginnings of the names of fields that nobody typed anything into."""


def parse(webhook: Webhook, settings: PostedForm, now: datetime) -> Reading:
    members, identity = read_any_form(webhook)
    beside = {name: value for name, value in members.items() if leaf(name).startswith(_BESIDE)}
    answers = {name: value for name, value in members.items() if name not in beside}
    sent = forms.submission(answers, identity, settings, now=now, beside=beside)
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


ABOUT = About(
    title="Contact Form 7",
    format="JSON or a form, as the plug-in sends it that posts: fields by the names of tags.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="Install a webhook plug-in for Contact Form 7. In the form's Webhook tab type"
    " {url}/SECRET, with the value of secret in the place of SECRET. A field with a name of"
    " your own is told by the config: `fields: {phone: tel-123}`.",
    config="{kind: contact-form-7, secret: '${CONTACT_FORM_7_SECRET}'}",
)
SOURCE: SourceKind[PostedForm] = SourceKind(
    kind="contact-form-7", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
