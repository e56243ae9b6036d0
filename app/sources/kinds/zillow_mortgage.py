"""Contacts of Zillow's mortgage marketplace, posted to a lender as JSON.

https://mortgageapi.zillow.com/api/zillowLenderContactNotification. `id` is the contact's own;
any answer but a 2xx is a failure, and whether it is tried again is not documented. The
answer may name our own reference and an application's address; we have neither when we
answer. Nothing is said about authentication: the secret in the address is ours.

`sender` is the person, `recipient` the lender who was meant. `price` is what the contact
costs, and not what the home does. New values of enumerations may appear at any time.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.config.sources import UnsignedSource
from app.domain.delivery import Reading, Webhook
from app.domain.lead import Consent, Kind, Property
from app.sources import compose, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.proofs.credentials import SECRET_OR_BASIC_AUTH
from app.sources.sent import Sent
from app.sources.taking import take_instant, take_property

_PROPERTY = {
    "address": "propertyAddress",
    "city": "city",
    "state": "stateAbbreviation",
    "zip": "zipCode",
    "price": "propertyValue",
}
_LIFTED = ("loanPurpose", "loanAmount", "closingTimelineDays", "conciergeStatus")
"""Details that rules may ask for, as `extra.loanPurpose`; those on credit stay inside."""

_REFUSALS = {
    "DoNotCall": Consent(sms=False),
    "NotInterested": Consent(sms=False, email=False),
}
"""What Zillow's concierge heard from the person, and what we then must not send."""


def parse(webhook: Webhook, settings: UnsignedSource, now: datetime) -> Reading:
    top = Fields(read_object(webhook.body))
    sender, recipient, details = top.inner("sender"), top.inner("recipient"), top.inner("details")
    contact_id = top.line("id")
    identity = repeats.by_id(contact_id) if contact_id else repeats.by_content(webhook.body)
    sent = Sent(
        identity,
        external_id=contact_id,
        occurred_at=take_instant(top, "created", now=now),
        first_name=sender.line("firstName"),
        last_name=sender.line("lastName"),
        email=sender.line("emailAddress"),
        phone=sender.line("phoneNumber"),
        message=details.paragraphs("message"),
        kind=Kind.MORTGAGE,
        consent=_consent(details),
        property=_home(details),
        provider_agent=recipient.line("lenderId", "nmlsLicense"),
        extra=_kept(top, sender=sender, recipient=recipient, details=details),
    )
    return Reading(inquiries=(compose.from_provider(sent, webhook, settings),))


def _home(details: Fields) -> Property:
    street = "streetAddress" if details.look("propertyAddress") is None else "propertyAddress"
    return take_property(details, {**_PROPERTY, "address": street})


def _consent(details: Fields) -> Consent:
    status = texts.line(details.look("conciergeStatus"))
    refusal = _REFUSALS.get(status or "")
    if refusal is None:
        return Consent()
    return Consent(refusal.sms, refusal.email, evidence=f"conciergeStatus: {status}")


def _kept(top: Fields, **groups: Fields) -> Mapping[str, Any]:
    """All that is left, by group; the price under a name that cannot be mistaken."""
    cost = top.look("price")
    top.drop("price")
    lifted = {name: groups["details"].look(name) for name in _LIFTED}
    for name in _LIFTED:
        groups["details"].drop(name)
    left = {name: each for name, group in groups.items() if (each := group.left())}
    return Fields({"lead_price": cost, **lifted}).left() | top.left() | left


ABOUT = About(
    title="Zillow mortgage marketplace",
    format="JSON: one contact with `sender`, `recipient`, `details` and perhaps a `quote`.",
    proof="A secret in the path or in X-Webhook-Secret, or HTTP Basic.",
    setup="Ask your Zillow lender representative to post contact notifications to {url}/SECRET,"
    " with the value of secret in the place of SECRET. Map loan officers by `external_ids:"
    " {zillow-mortgage: their lenderId}`.",
    config="{kind: zillow-mortgage, secret: '${ZILLOW_MORTGAGE_SECRET}', medium: portal}",
    reference="https://mortgageapi.zillow.com/api/zillowLenderContactNotification",
)
SOURCE: SourceKind[UnsignedSource] = SourceKind(
    kind="zillow-mortgage", about=ABOUT, proof=SECRET_OR_BASIC_AUTH, parse=parse
)
