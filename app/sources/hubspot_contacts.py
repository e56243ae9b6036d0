"""A HubSpot contact, whole: from a workflow, from the CRM API, or as a form was sent.

https://developers.hubspot.com/docs/methods/workflows/webhook_information: a workflow posts
what the object's own API would answer, with `{"value": …}` for each property in the older
version, and plain values in the newer. Forms have the shape of
https://developers.hubspot.com/docs/api-reference/legacy/forms-v3-legacy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.config.sources import HubSpot
from app.domain.delivery import Held, Webhook
from app.domain.lead import Campaign, Consent, Inquiry
from app.sources import asking, lead_form, repeats
from app.sources.base import Question
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.hubspot_events import CONTACTS, contact_key
from app.sources.lead_form import LeadForm
from app.sources.normalise import texts
from app.sources.normalise.times import read_milliseconds
from app.sources.repeats import WINDOW, Identity
from app.sources.sent import Sent

_ASKED_FOR = [
    "email",
    "firstname",
    "lastname",
    "phone",
    "mobilephone",
    "address",
    "city",
    "state",
    "zip",
    "country",
    "company",
    "jobtitle",
    "message",
    "createdate",
    "lifecyclestage",
    "hubspot_owner_id",
    "hs_language",
    "hs_email_optout",
    "hs_lead_status",
    "hs_analytics_source",
    "hs_analytics_source_data_1",
    "hs_analytics_source_data_2",
    "hs_analytics_first_url",
    "hs_google_click_id",
    "hs_facebook_click_id",
    "recent_conversion_date",
    "recent_conversion_event_name",
    "num_conversion_events",
]
"""The API gives but a few properties by itself, and passes over those it does not know."""

_OF_HUBSPOT = ("hs_", "hubspot_", "recent_conversion", "first_conversion", "num_", "notes_")
"""Properties that HubSpot fills in: `hs_email_domain` is nobody's address."""


def ask(held: Held, settings: HubSpot) -> Question:
    """GET /crm/v3/objects/contacts/ID. Raises `CannotAsk`: there is no token."""
    ours = (each for names in settings.fields.values() for each in names)
    boxes = (each for each in (settings.consent.sms, settings.consent.email) if each)
    wanted = dict.fromkeys((*_ASKED_FOR, *ours, *boxes))
    return asking.question(
        settings.api_url,
        "crm/v3/objects/contacts",
        held.external_id,
        {"properties": ",".join(wanted)},
        asking.bearer(settings.access_token, "access_token"),
    )


def read(held: Held, body: bytes, webhook: Webhook, settings: HubSpot, now: datetime) -> Inquiry:
    """The inquiry from the body of a 200. Raises `Unreadable`."""
    top = Fields(read_object(body, where="HubSpot's answer, byte"))
    if texts.line(top.look("id")) == held.external_id:
        top.drop("id")
    sent = read_contact(top, Identity(held.dedupe_key, None), settings, now=now)
    facts = {name: text for name, text in held.reference.items() if name not in sent.extra}
    # The event tells when this began; the contact may be from another year.
    sent = replace(
        sent, occurred_at=held.occurred_at or sent.occurred_at, extra={**facts, **sent.extra}
    )
    return lead_form.fetched(sent, held, webhook, settings)


def identity_of(contact: Mapping[str, Any], body: bytes) -> tuple[str | None, Identity]:
    """The contact's id, and what makes this the same asking as another.

    A person who fills in another form is the same contact, and asks again: that HubSpot tells
    by `recent_conversion_date`. Where it does not, a contact asks once a day at most.
    """
    properties = dict(_values(contact.get("properties")))
    told = (contact.get("id"), contact.get("vid"), contact.get("hs_object_id"))
    found = (texts.line(each) for each in (*told, properties.get("hs_object_id")))
    contact_id = next((each for each in found if each), None)
    if contact_id is None:
        return None, repeats.by_content(body)
    latest = texts.line(properties.get("recent_conversion_date"))
    if latest is None:
        return contact_id, Identity(contact_key(contact_id), WINDOW)
    if latest == texts.line(properties.get("first_conversion_date")):
        return contact_id, Identity(contact_key(contact_id), None)
    return contact_id, repeats.by_id(contact_id, latest)


def read_contact(top: Fields, identity: Identity, settings: HubSpot, *, now: datetime) -> Sent:
    """A contact's properties, in either version; or its members, if it has none of these."""
    if isinstance(top.look("properties"), dict):
        properties = dict(_values(top.look("properties")))
        history = _history(top.inner("properties"))
        facts = {**top.left(), **({"properties": history} if history else {})}
    else:
        properties, facts = top.left(), {}
    # A contact may have been created years before the person asks again.
    created = {name: facts.pop(name) for name in ("createdAt",) if name in facts}
    told = Fields(properties)
    campaign = Campaign(
        gclid=told.line("hs_google_click_id"), fbclid=told.line("hs_facebook_click_id")
    )
    language, owner = told.line("hs_language"), told.line("hubspot_owner_id")
    has_opted_out = texts.truth(told.look("hs_email_optout")) is True
    asked_at = read_milliseconds(told.look("recent_conversion_date"), now=now)
    left = told.left()
    theirs = {name: value for name, value in left.items() if name.startswith(_OF_HUBSPOT)}
    answers = {name: value for name, value in left.items() if name not in theirs}
    form = LeadForm(answers=answers, facts={**facts, **theirs}, campaign=campaign)
    sent = lead_form.read(form, identity, settings, now=now)
    return replace(
        sent,
        consent=_opted_out(sent.consent) if has_opted_out else sent.consent,
        language=sent.language or language,
        provider_agent=sent.provider_agent or owner,
        occurred_at=sent.occurred_at or asked_at,
        extra={**sent.extra, **created},
    )


def read_form(top: Fields, identity: Identity, settings: HubSpot, *, now: datetime) -> Sent:
    """A form as it is sent to HubSpot: fields, the page it stood on, and what was agreed to."""
    submitted_at = read_milliseconds(top.look("submittedAt"), now=now)
    if submitted_at is not None:
        top.drop("submittedAt")
    fields = lead_form.objects(top, "fields")
    of_person = [each for each in fields if _is_of_contact(each)]
    of_others = [each for each in fields if not _is_of_contact(each)]
    consent = Fields(Fields(top.look("legalConsentOptions")).look("consent"))
    communications = list(lead_form.objects(consent, "communications"))
    form = LeadForm(
        answers=lead_form.named((each.get("name"), each.get("value")) for each in of_person),
        boxes=dict(_boxes(consent, communications)),
        words=dict(_words(consent, communications)),
        facts={
            **top.inner("context").left(),
            **lead_form.named((_name(each), each.get("value")) for each in of_others),
            **top.left(),
        },
    )
    sent = lead_form.read(form, identity, settings, now=now)
    return replace(sent, occurred_at=submitted_at or sent.occurred_at)


def _values(properties: Any) -> Iterator[tuple[str, Any]]:
    """The older version has an object for each property, with its history."""
    for name, told in (properties if isinstance(properties, Mapping) else {}).items():
        yield name, told.get("value") if isinstance(told, Mapping) else told


def _history(properties: Fields) -> dict[str, Any]:
    members = ((name, properties.look(name)) for name in properties)
    return {
        name: rest
        for name, told in members
        if isinstance(told, Mapping)
        and (rest := {key: value for key, value in told.items() if key != "value"})
    }


def _opted_out(consent: Consent) -> Consent:
    """Whoever unsubscribed from our mails has said more than any form."""
    evidence = filter(None, (consent.evidence, "hs_email_optout: true"))
    return replace(consent, email=False, evidence="; ".join(evidence))


def _is_of_contact(form_field: Mapping[str, Any]) -> bool:
    """A `name` of a company is nobody's name."""
    return texts.line(form_field.get("objectTypeId")) in {None, CONTACTS}


def _name(form_field: Mapping[str, Any]) -> str:
    return f"{texts.line(form_field.get('objectTypeId'))}.{texts.line(form_field.get('name'))}"


def _boxes(
    consent: Fields, communications: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Any]]:
    """Whether each was ticked, as `consentToProcess` and `communication_7`."""
    if "consentToProcess" in consent:
        yield "consentToProcess", consent.look("consentToProcess")
    for each in communications:
        yield _box(each), each.get("value")


def _words(
    consent: Fields, communications: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    said = ((_box(each), texts.line(each.get("text"))) for each in communications)
    for box, words in (("consentToProcess", texts.line(consent.look("text"))), *said):
        if words:
            yield box, words


def _box(communication: Mapping[str, Any]) -> str:
    return f"communication_{texts.line(communication.get('subscriptionTypeId')) or 'unknown'}"
