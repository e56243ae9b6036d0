"""Leads from HubSpot: events that hold ids, workflows that post the contact, or forms.

Events: https://developers.hubspot.com/docs/api/webhooks. HubSpot takes any 2xx for success,
waits 5 s, and tries about ten times in the next day or days (accounts differ). Workflows:
https://developers.hubspot.com/docs/methods/workflows/webhook_information. A 4xx other than a
429 ends it, anything else is tried again; 3 s to connect, 30 s to answer.

Which asking each of them is stands in `hubspot_events` and in `hubspot_contacts.identity_of`.
A form has no id: the same bytes are the same form for a day.
"""

from dataclasses import replace
from datetime import datetime

from app.config.sources import HubSpot
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.sources import compose, hubspot_contacts, hubspot_events, repeats
from app.sources.base import About, Fetching, SourceKind
from app.sources.bodies.json import read_json
from app.sources.fields import Fields
from app.sources.proofs.hubspot import SIGNATURE_OR_SECRET


def parse(webhook: Webhook, settings: HubSpot, now: datetime) -> Reading:
    document = read_json(webhook.body)
    if isinstance(document, list):
        return hubspot_events.read_events(document, now=now)
    if not isinstance(document, dict):
        raise Unreadable("This is JSON, but neither a list of events nor a contact")
    if hubspot_events.is_event(document):
        return hubspot_events.read_events([document], now=now)
    if isinstance(document.get("fields"), list):
        identity = repeats.by_content(webhook.body)
        sent = hubspot_contacts.read_form(Fields(document), identity, settings, now=now)
    else:
        contact_id, identity = hubspot_contacts.identity_of(document, webhook.body)
        sent = hubspot_contacts.read_contact(Fields(document), identity, settings, now=now)
        sent = replace(sent, external_id=sent.external_id or contact_id)
    return Reading(inquiries=(compose.inquiry(sent, webhook.source, medium=settings.medium),))


ABOUT = About(
    title="HubSpot",
    format="JSON: a list of events with ids of contacts, which are then fetched; or one contact,"
    " as a workflow posts it; or one form, as it is sent to HubSpot.",
    proof="X-HubSpot-Signature-v3 over method, address, body and time, or its versions 1 and 2; or"
    " a secret in the path, for workflows that do not sign.",
    setup="Events: in your app, under Webhooks, target URL {url}, with a subscription to"
    " contact.creation, and to contact.deletion and contact.privacyDeletion if you like;"
    " signing_secret is the app's client secret, access_token one with crm.objects.contacts.read."
    " Contacts that you import are created, too: pause the subscription before an import. Or in a"
    " workflow: action `Send a webhook`, POST, {url}/SECRET with the value of secret for SECRET."
    " Choose one of the two for the same contacts. Owners of contacts are mapped by"
    " `external_ids: {hubspot: OWNER_ID}`.",
    config="{kind: hubspot, signing_secret: '${HUBSPOT_CLIENT_SECRET}',"
    " access_token: '${HUBSPOT_ACCESS_TOKEN}'}",
    reference="https://developers.hubspot.com/docs/api/webhooks",
)
SOURCE: SourceKind[HubSpot] = SourceKind(
    kind="hubspot",
    about=ABOUT,
    proof=SIGNATURE_OR_SECRET,
    parse=parse,
    fetching=Fetching(hubspot_contacts.ask, hubspot_contacts.read),
)
