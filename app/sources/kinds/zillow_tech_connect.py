"""Zillow Premier Agent's leads, by Tech Connect: JSON inside an Amazon SNS message.

Zillow publishes no specification; names of fields are those of one partner's code and a
sample. SNS is described in `sns`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.config.sources import ZillowTechConnect
from app.domain.delivery import Handshake, Reading, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.sources import compose, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.proofs import credentials, sns
from app.sources.proofs.proof import CannotSign, Proof
from app.sources.repeats import Identity
from app.sources.sent import Sent
from app.sources.taking import take_instant, take_kind, take_property

_ASSIGNEES = ("ZillowAssigneePartnerAgentIdentifier", "ZillowAssigneePartnerAgentIdentifierl")
"""The second is Zillow's own misspelling."""

_PROPERTY = {
    "address": "StreetAddress",
    "city": "City",
    "state": "State",
    "zip": "Zip",
    "price": "ListingPrice",
    "mls": "MLSNumber",
    "url": "ZillowPropertyURL",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """The lead, and the SNS message it came in, if it came in one."""

    message: Mapping[str, Any]
    message_id: str | None


def check(webhook: Webhook, settings: ZillowTechConnect, _: datetime) -> None:
    if settings.basic_auth is not None:
        credentials.check_basic_auth(webhook, settings.basic_auth)
    elif settings.sns_signature == "off":
        raise BadCredentials(webhook.source, "neither a signature nor Basic auth is asked for")


def sign(webhook: Webhook, settings: ZillowTechConnect, _: datetime) -> Webhook:
    if settings.sns_signature == "required":
        raise CannotSign(
            "only Amazon SNS can sign: ask Zillow for a test lead, or set `sns_signature: off`"
            " and `basic_auth` for as long as you try"
        )
    assert settings.basic_auth is not None  # noqa: S101 - the config was checked.
    return credentials.with_basic_auth(webhook, settings.basic_auth)


def certificate_url(webhook: Webhook, settings: ZillowTechConnect) -> str | None:
    if settings.sns_signature == "off":
        return None
    envelope = _envelope(webhook)
    is_for_us = _is_our_topic(envelope, settings)
    return sns.certificate_url(envelope) if is_for_us else None


def check_signature(
    webhook: Webhook,
    settings: ZillowTechConnect,
    now: datetime,
    certificates: Mapping[str, bytes],
) -> None:
    envelope = _envelope(webhook)
    if not _is_our_topic(envelope, settings):
        raise BadCredentials(webhook.source, "the SNS topic is not the one configured")
    if settings.sns_signature == "off":
        return
    # Loaded where a signature is checked, and nowhere else: cryptography is large.
    from app.sources.proofs import sns_signature  # noqa: PLC0415

    url = sns.certificate_url(envelope)
    if url is None:
        raise BadCredentials(webhook.source, "the SNS certificate is not at Amazon")
    if url not in certificates:
        raise BadCredentials(webhook.source, "the SNS certificate could not be had")
    try:
        sns_signature.check(envelope, certificates[url], now=now)
    except sns.NotSigned as error:
        raise BadCredentials(webhook.source, str(error)) from error


def parse(webhook: Webhook, settings: ZillowTechConnect, now: datetime) -> Reading:
    envelope = read_object(webhook.body)
    match envelope.get("Type"):
        case "SubscriptionConfirmation":
            return Reading(handshake=_handshake(envelope))
        case "UnsubscribeConfirmation":
            return Reading()
    contact = _contact(envelope)
    sent = _sent(contact, webhook, now)
    return Reading(inquiries=(compose.from_provider(sent, webhook, settings),))


def _envelope(webhook: Webhook) -> Mapping[str, Any]:
    """The SNS message; empty, and so never believed, if it cannot be read."""
    try:
        return read_object(webhook.body)
    except Unreadable:
        return {}


def _is_our_topic(envelope: Mapping[str, Any], settings: ZillowTechConnect) -> bool:
    if settings.topic_arn is None or _is_unwrapped(envelope):
        return True
    arn = envelope.get("TopicArn")
    return isinstance(arn, str) and credentials.is_same(arn, settings.topic_arn)


def _handshake(envelope: Mapping[str, Any]) -> Handshake:
    url = sns.subscribe_url(envelope)
    if url is None:
        raise Unreadable(
            "The address to confirm the subscription at is not Amazon's", "$.SubscribeURL"
        )
    return Handshake(url)


def _is_unwrapped(envelope: Mapping[str, Any]) -> bool:
    """A relay of ours may post what was inside the SNS message."""
    return "Type" not in envelope and "ContactMessage" in envelope


def _contact(envelope: Mapping[str, Any]) -> Contact:
    if _is_unwrapped(envelope):
        return Contact(envelope, message_id=None)
    if envelope.get("Type") != sns.NOTIFICATION:
        raise Unreadable("This is no kind of SNS message that we know", "$.Type")
    message = envelope.get("Message")
    if not isinstance(message, str):
        raise Unreadable("The SNS message has no text", "$.Message")
    lead = read_object(message.encode("utf-8", "replace"), where="$.Message, byte")
    return Contact(lead, texts.line(envelope.get("MessageId")))


def _sent(contact: Contact, webhook: Webhook, now: datetime) -> Sent:
    top = Fields(contact.message)
    groups = top.inner("ContactMessage")
    info = groups.inner("ContactInfo")
    home = groups.inner("PropertyInfo")
    assignee = info.inner("Assignee")
    guid = info.line("CommunicationGUID")
    is_reassigned = info.flag("Reassignment")
    is_update = info.flag("Update") or is_reassigned
    identity = _identity(guid, contact.message_id, webhook, is_update=is_update)
    wanted = info.line("PartnerAgentIdentifier")
    assigned = assignee.line(*_ASSIGNEES)
    return Sent(
        identity=identity,
        external_id=guid,
        occurred_at=take_instant(info, "LeadDateTime", "ContactDateTime", now=now),
        full_name=info.line("ContactName"),
        email=info.line("ContactEmail"),
        phone=info.line("ContactPhone"),
        message=info.paragraphs("ContactMessage"),
        kind=take_kind(info, "ContactType"),
        property=take_property(home, _PROPERTY),
        provider_agent=(assigned or wanted) if is_reassigned else (wanted or assigned),
        is_update=is_update,
        extra=_extra(info, assignee, home, groups, top),
    )


def _extra(
    info: Fields, assignee: Fields, home: Fields, groups: Fields, top: Fields
) -> dict[str, Any]:
    """Fields of the contact stand at the top, the groups under their own names."""
    named = {"Assignee": assignee.left(), "PropertyInfo": home.left()}
    return top.left() | groups.left() | info.left() | {k: v for k, v in named.items() if v}


def _identity(
    guid: str | None, message_id: str | None, webhook: Webhook, *, is_update: bool
) -> Identity:
    """An update carries the id of the lead it is about, and is still no repeat of it.

    SNS repeats a message under the same `MessageId`, which therefore tells updates apart.
    """
    if guid is None and message_id is None:
        return repeats.by_content(webhook.body)
    if guid is None:
        return repeats.by_id("sns", message_id or "")
    if not is_update:
        return repeats.by_id(guid)
    return repeats.by_id(guid, f"update:{message_id or repeats.by_content(webhook.body).key}")


ABOUT = About(
    title="Zillow Premier Agent, by Tech Connect",
    format="Amazon SNS: JSON sent as text/plain, with the lead as JSON text in `Message`.",
    proof="HTTP Basic, the SNS signature (version 1 or 2), and the topic.",
    setup="Ask Zillow to subscribe https://USER:PASSWORD@… (our address is {url}) to your Tech"
    " Connect topic. The subscription is confirmed by itself. Map each agent by"
    " `external_ids: {zillow-tech-connect: PartnerAgentIdentifier}`.",
    config="{kind: zillow-tech-connect, basic_auth: {username: zillow,"
    " password: '${ZILLOW_PASSWORD}'}, topic_arn: '${ZILLOW_TOPIC_ARN}', sns_signature: required}",
)
SOURCE: SourceKind[ZillowTechConnect] = SourceKind(
    kind="zillow-tech-connect",
    about=ABOUT,
    proof=Proof(check, sign),
    parse=parse,
    certificate_url=certificate_url,
    check_signature=check_signature,
)
