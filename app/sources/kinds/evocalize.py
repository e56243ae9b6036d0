"""Leads of Facebook, Google and TikTok ads, passed on by Evocalize; several in one delivery.

https://github.com/Evocalize/slate, source/includes/_webhook_integration.md. Success is a
2xx within 5 s; it tries again for three hours, at most 15 minutes apart, and may deliver a
lead twice: `leads[].id` stays the same. New members may appear at any time.

The signature is a plain SHA-256, in hex as its sample code writes it, over the URL's path,
the body, the timestamp and the client secret, a line each. The unit of the timestamp is not
documented: seconds are expected, and milliseconds understood.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from app.config.sources import SigningSource
from app.domain.delivery import Reading, Webhook
from app.domain.errors import Unreadable
from app.domain.lead import Campaign, Inquiry, Property, present
from app.sources import compose, forms, guesses, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.normalise.times import read_instant
from app.sources.proofs.signatures import Scheme, signature_or_secret, whole_number
from app.sources.sent import Sent
from app.sources.several import read_each
from app.sources.taking import property_of

_SIGNATURE = "x-evocalize-signature"
_TIMESTAMP = "x-evocalize-timestamp"
_PLATFORMS = {"facebook": "facebook", "google": "google", "tikTok": "tiktok"}
"""A lead has the block of the platform it comes from; the others are missing or null."""

_TEST = "<test lead:"
"""What Facebook's own test tool fills every field with."""


def _write(webhook: Webhook, key: bytes, at: int) -> Mapping[str, str]:
    given = webhook.headers.get(_TIMESTAMP, "")
    timestamp = given if _instant(webhook) == at else str(at // 1000)
    path = urlsplit(webhook.urls[0] if webhook.urls else "").path
    signed = b"\n".join((path.encode(), webhook.body, timestamp.encode(), key))
    return {_TIMESTAMP: timestamp, _SIGNATURE: hashlib.sha256(signed).hexdigest()}


def _instant(webhook: Webhook) -> int | None:
    number = whole_number(webhook.headers.get(_TIMESTAMP))
    return None if number is None else number if number > 10**11 else number * 1000


def parse(webhook: Webhook, settings: SigningSource, now: datetime) -> Reading:
    leads = read_object(webhook.body).get("leads")
    if not isinstance(leads, list):
        raise Unreadable("There is no list of leads in this delivery", "$.leads")
    found = read_each(leads, lambda at, lead: _inquiry(at, lead, webhook, settings, now))
    return Reading(inquiries=found) if found else Reading(ignored="the list of leads is empty")


def _inquiry(
    at: int, lead: Any, webhook: Webhook, settings: SigningSource, now: datetime
) -> Inquiry:
    try:
        return compose.inquiry(
            _sent(Fields(lead), settings, now), webhook.source, medium=settings.medium
        )
    except Unreadable as error:
        raise Unreadable(error.why, f"$.leads[{at}]") from None


def _sent(lead: Fields, settings: SigningSource, now: datetime) -> Sent:
    lead_id = lead.line("id")
    platform = next((name for name in _PLATFORMS if isinstance(lead.look(name), Mapping)), None)
    block = lead.inner(platform or "")
    summary, order = block.inner("summary"), lead.inner("order")
    members = _answers(block)
    identity = (
        repeats.by_id(lead_id)
        if lead_id
        else repeats.by_content(repr(members).encode("utf-8", "replace"))
    )
    sent = forms.submission(members, identity, settings, now=now)
    is_test = any(_TEST in str(value) for value in members.values())
    return replace(
        sent,
        identity=repeats.of_test(identity) if is_test else sent.identity,
        is_test=is_test or sent.is_test,
        external_id=sent.external_id or lead_id,
        occurred_at=_created(summary, now) or sent.occurred_at,
        campaign=_campaign(sent.campaign, platform, summary, lead),
        property=_home(lead.look("content"), summary, sent.property),
        provider_agent=sent.provider_agent or order.line("userId", "groupId"),
        extra={
            **_named(summary=summary, order=order),
            **block.left(),
            **lead.left(),
            **sent.extra,
        },
    )


def _created(summary: Fields, now: datetime) -> datetime | None:
    """Unix seconds; a text is as good as a number."""
    seconds = whole_number(texts.line(summary.look("createdAtEpochSeconds")))
    created = None if seconds is None else read_instant(seconds, now=now)
    if created is not None:
        summary.drop("createdAtEpochSeconds")
    return created


def _answers(block: Fields) -> dict[str, Any]:
    """Answers of the form by name, and whether each disclaimer was agreed to, by its words."""
    answers: dict[str, Any] = {}
    form, agreed = block.look("leadForm"), block.look("leadFormDisclaimerResponses")
    for each in form if isinstance(form, list) else ():
        field = Fields(each)
        name = field.line("name")
        if name:
            answers.setdefault(name, []).extend(_values(field.look("values")))
    for each in agreed if isinstance(agreed, list) else ():
        response = Fields(each)
        text = response.line("consentText")
        if text:
            answers.setdefault(text, []).append(response.look("isConsentChecked"))
    if isinstance(form, list):
        block.drop("leadForm")
    if isinstance(agreed, list):
        block.drop("leadFormDisclaimerResponses")
    return {name: all_[0] if len(all_) == 1 else all_ for name, all_ in answers.items()}


def _values(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _campaign(told: Campaign, platform: str | None, summary: Fields, lead: Fields) -> Campaign:
    """The program at Evocalize stands for the campaign; its ids stay in `extra`."""
    program = Fields(lead.look("program"))
    return Campaign(
        **{
            "source": _PLATFORMS.get(platform or ""),
            "name": program.line("programName"),
            "gclid": summary.line("gclId"),
        }
        | present(told)
    )


def _home(content: Any, summary: Fields, told: Property) -> Property:
    """The listing advertised; of several, the one that the person clicked on.

    Which one that is, only dynamic ads of Facebook say. All of them stay in `extra`.
    """
    listings = [_listing(each) for each in content] if isinstance(content, list) else []
    clicked = texts.line(summary.look("retailerItemId"))
    meant = [each for each in listings if clicked and clicked in map(texts.line, each.values())]
    choice = meant or listings
    if len(choice) != 1:
        return told
    home = property_of(guesses.take_known(Fields(choice[0])))
    return replace(home, **present(told))


def _listing(fields: Any) -> dict[str, Any]:
    """The listing's fields by their names, which are in snake_case."""
    named = (
        [each for each in fields if isinstance(each, Mapping)] if isinstance(fields, list) else []
    )
    return {name: each.get("value") for each in named if (name := texts.line(each.get("name")))}


def _named(**groups: Fields) -> dict[str, Any]:
    return {name: left for name, group in groups.items() if (left := group.left())}


ABOUT = About(
    title="Evocalize",
    format="JSON: `leads`, each with the answers, the ad, the listing and who ordered the ad.",
    proof="X-Evocalize-Signature over path, body and time.",
    setup="Give your account manager at Evocalize the endpoint {url}. signing_secret is the"
    " ClientSecret of your ClientKeyId. Map each agent by `external_ids: {evocalize: …}`: the"
    " userId, or where there is none the groupId, of whoever ordered the ad.",
    config="{kind: evocalize, signing_secret: '${EVOCALIZE_CLIENT_SECRET}'}",
    reference="https://github.com/Evocalize/slate",
)
SOURCE: SourceKind[SigningSource] = SourceKind(
    kind="evocalize",
    about=ABOUT,
    proof=signature_or_secret(Scheme(_SIGNATURE, _write, _instant, covers_url=True)),
    parse=parse,
)
