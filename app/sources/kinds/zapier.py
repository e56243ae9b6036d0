"""Leads passed on by Zapier (`Webhooks by Zapier`) or by Make, with fields of one's own choice.

https://help.zapier.com/hc/en-us/articles/8496326446989. The body is JSON, a form or XML; a list
of objects is several leads. The fields are flat, and `contact__email` is a member of a member.
Neither signs. Zapier takes any 2xx for success; whether it tries again is a setting of the
account, and a replay is marked with another `zap_meta_human_now`.

`lead_id` and `external_id` tell leads apart, `id` alone does not: in one Zap it is the lead's,
in the next the form's, and everybody after the first would be a repeat. For the same reason
an id counts only together with the person: another person is never a repeat. A lead without
such an id is known by its content.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import UnsignedSource
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.domain.lead import Inquiry, Kind
from app.sources import compose, forms, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.any_form import read_document
from app.sources.bodies.element import left_over
from app.sources.bodies.form import flattened
from app.sources.bodies.xml import read_xml
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.normalise.kinds import read_kind
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH
from app.sources.repeats import Identity
from app.sources.sent import Sent

MAX_LEADS = 500
"""In one delivery: more would keep the others waiting."""

_IDS = ("lead_id", "leadId", "external_id", "externalId")
_ID = re.compile(r"(?=.*[0-9])[^\s@]{1,200}")
_OF_THE_ZAP = "zap_meta_"
_CAMPAIGN = ("campaign_name", "campaign")
"""As the lead forms of Facebook and Google call it, when Zapier passes them on."""


def parse(webhook: Webhook, settings: UnsignedSource, now: datetime) -> Reading:
    document = _document(webhook)
    if not isinstance(document, list):
        return Reading(inquiries=(_inquiry(document, webhook, settings, now, where="$"),))
    if not any(document):
        raise Unreadable("There is nobody in this delivery: its list is empty")
    if len(document) > MAX_LEADS:
        raise Unreadable(f"There are more than {MAX_LEADS} leads in this delivery")
    return Reading(
        inquiries=tuple(
            _inquiry(each, webhook, settings, now, where=f"$[{position}]")
            for position, each in enumerate(document)
            if each
        )
    )


def _document(webhook: Webhook) -> Any:
    """JSON, a form, or the XML that Zapier makes of flat fields."""
    if webhook.body[:64].lstrip().startswith(b"<"):
        return left_over(read_xml(webhook.body))
    return read_document(webhook)


def _inquiry(
    lead: Any, webhook: Webhook, settings: UnsignedSource, now: datetime, *, where: str
) -> Inquiry:
    if not isinstance(lead, dict):
        raise Unreadable("A lead must be an object", where)
    fields = Fields(flattened(lead))
    content = {name: fields.look(name) for name in fields if not name.startswith(_OF_THE_ZAP)}
    lead_id = _lead_id(fields)
    beside = {name: fields.look(name) for name in fields if name.startswith(_OF_THE_ZAP)}
    members = {name: value for name, value in fields.left().items() if name not in beside}
    sent = forms.submission(members, _by_content(content), settings, now=now, beside=beside)
    try:
        inquiry = compose.inquiry(_told_more(sent), webhook.source, medium=settings.medium)
    except Unreadable as nobody:
        raise Unreadable(nobody.why, where) from None
    return inquiry if lead_id is None or sent.external_id else _known_by(lead_id, inquiry)


def _lead_id(fields: Fields) -> str | None:
    """Crossed off, if it can be an id: some characters with a digit, and no address."""
    for name in _IDS:
        text = texts.line(fields.look(name))
        if text is not None and _ID.fullmatch(text):
            fields.drop(name)
            return text
    return None


def _by_content(content: Mapping[str, Any]) -> Identity:
    """A replay differs in the Zap's own fields alone, and in the order at most."""
    said = repr(sorted(content.items(), key=lambda it: it[0]))
    return repeats.by_content(said.encode("utf-8", "replace"))


def _known_by(lead_id: str, inquiry: Inquiry) -> Inquiry:
    person = (inquiry.email, inquiry.phone, inquiry.first_name, inquiry.last_name)
    whose = hashlib.sha256(repr(person).encode("utf-8", "replace")).hexdigest()[:16]
    identity = repeats.by_id(lead_id, whose)
    return replace(
        inquiry,
        external_id=lead_id,
        dedupe_key=identity.key,
        dedupe_window=identity.window,
    )


def _told_more(sent: Sent) -> Sent:
    """What tags and the names of campaigns say, which stay in `extra` as they are."""
    if sent.kind is Kind.UNKNOWN:
        sent = replace(sent, kind=read_kind(texts.line(sent.extra.get("tags"))))
    if sent.campaign.name is None:
        names = (texts.line(sent.extra.get(name)) for name in _CAMPAIGN)
        name = next((each for each in names if each), None)
        sent = replace(sent, campaign=replace(sent.campaign, name=name))
    return sent


ABOUT = About(
    title="Zapier and Make",
    format="JSON, a form or XML with fields of your choice; a JSON list is several leads.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="In Zapier choose Webhooks by Zapier, POST: URL {url}, payload type json, a header"
    " X-Webhook-Secret with the value of secret, and as data the fields of your lead under"
    " first_name, last_name, email, phone, message, and lead_id if the lead has an id. In Make"
    " choose HTTP, Make a request, with the same.",
    config="{kind: zapier, secret: '${ZAPIER_SECRET}'}",
    reference="https://help.zapier.com/hc/en-us/articles/8496326446989",
)
SOURCE: SourceKind[UnsignedSource] = SourceKind(
    kind="zapier", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
