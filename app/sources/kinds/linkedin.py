"""Leads from LinkedIn lead forms: ids by webhook, the rest from the Lead Sync API.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation has the
handshake and the signature; the members of a notification are known at second hand. LinkedIn
takes any 2xx for success and may deliver twice; how it retries is not documented in detail.
It repeats its handshake every two hours, wants an answer within 3 s, and stops delivering
after three failures.

A lead that a person deleted (`DELETED`) is withdrawn: it bears the id of its `CREATED`. Who
registers for an event again after that is said to keep the id, too, and is then a repeat.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from app.config.sources import LinkedIn
from app.domain.delivery import Greeting, Held, Reading, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.sources import limits, linkedin_leads, overrides, repeats
from app.sources.base import About, Fetching, SourceKind
from app.sources.bodies.json import read_json
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.normalise.times import read_milliseconds
from app.sources.proofs.proof import Proof
from app.sources.proofs.signatures import Scheme, signature_or_secret

_SIGNATURE = "x-li-signature"
_PREFIX = "hmacsha256="

_CHALLENGE = re.compile(r"[A-Za-z0-9-]{1,100}")
"""A UUID. Were anything else answered, strangers could have deliveries signed by us: what
LinkedIn signs begins with `hmacsha256=`, and is made with the same secret."""


def _write(webhook: Webhook, secret: bytes, _: int) -> Mapping[str, str]:
    return {_SIGNATURE: _digest(secret, _PREFIX.encode() + webhook.body)}


def _digest(secret: bytes, content: bytes) -> str:
    return hmac.new(secret, content, hashlib.sha256).hexdigest()


_PROOF = signature_or_secret(Scheme(header=_SIGNATURE, write=_write))


def check(webhook: Webhook, settings: LinkedIn, now: datetime) -> None:
    """The prefix of what is signed is also seen before the signature itself."""
    given = webhook.headers.get(_SIGNATURE, "").removeprefix(_PREFIX)
    headers = {**webhook.headers, _SIGNATURE: given} if given else webhook.headers
    _PROOF.check(replace(webhook, headers=headers), settings, now)


def greet(webhook: Webhook, settings: LinkedIn) -> Greeting:
    challenge = webhook.query.get("challengeCode", "")
    if not _CHALLENGE.fullmatch(challenge):
        raise BadCredentials(webhook.source, "this is no handshake of LinkedIn's")
    if settings.signing_secret is None:
        raise BadCredentials(webhook.source, "signing_secret is not set")
    secret = settings.signing_secret.get_secret_value().encode()
    answer = {
        "challengeCode": challenge,
        "challengeResponse": _digest(secret, challenge.encode()),
    }
    return Greeting(body=orjson.dumps(answer), content_type="application/json")


def parse(webhook: Webhook, settings: LinkedIn, now: datetime) -> Reading:
    document = read_json(webhook.body)
    said = [each for each in _listed(document) if isinstance(each, Mapping)]
    leads = [(each, _held(Fields(each), settings, now)) for each in said]
    created = tuple(held for each, held in leads if held and not _is_deletion(each))
    deleted = tuple(held.dedupe_key for each, held in leads if held and _is_deletion(each))
    if created or deleted:
        return Reading(held=created, withdrawn=deleted)
    if any(texts.line(each.get("type")) not in {None, "LEAD_ACTION"} for each in said):
        return Reading(ignored="a notification that is not about a lead")
    raise Unreadable("This does not say which lead it is about", "$.leadGenFormResponse")


def _is_deletion(notification: Mapping[str, Any]) -> bool:
    return texts.line(notification.get("leadAction")) == "DELETED"


def _listed(document: Any) -> Iterable[Any]:
    return document if isinstance(document, list) else (document,)


def _held(top: Fields, settings: LinkedIn, now: datetime) -> Held | None:
    urn = top.line("leadGenFormResponse")
    if urn is None or len(urn) > limits.LINE:
        return None
    occurred_at = read_milliseconds(top.look("occurredAt"), now=now)
    if occurred_at is not None:
        top.drop("occurredAt")
    reference = dict(_facts(top.left()))
    return Held(
        dedupe_key=repeats.by_id(urn).key,
        external_id=urn,
        reference=reference,
        occurred_at=occurred_at,
        provider_agent=_routing_key(reference, settings),
    )


def _facts(members: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """`{"owner": {"organization": …}}` is the owner: what sort of owner stands in its URN."""
    for name, value in members.items():
        inner = value.values() if isinstance(value, Mapping) else (value,)
        text = next((text for each in inner if (text := texts.line(each))), None)
        if text is not None:
            yield name, text


def _routing_key(reference: Mapping[str, str], settings: LinkedIn) -> str | None:
    """The account or page, unless the config says otherwise, such as `leadGenForm`."""
    wanted = settings.fields.get("provider_agent", ())
    told = overrides.told(Fields(reference), {"provider_agent": wanted})
    key = told.get("provider_agent") or reference.get("owner")
    return key and key[: limits.LINE]


ABOUT = About(
    title="LinkedIn lead forms",
    format="JSON: the id of one lead; the lead is fetched from the Lead Sync API.",
    proof="X-LI-Signature: an HMAC-SHA256 of the body, made with the app's client secret.",
    setup="Have LinkedIn approve your app for the Lead Sync API. signing_secret is the app's client"
    " secret, access_token a token with r_marketing_leadgen_automation; a token ends after 60 days"
    " and must then be replaced. Subscribe by POST https://api.linkedin.com/rest/leadNotifications"
    ' with {"webhook": "{url}", "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:ID"},'
    ' "leadType": "SPONSORED"}: LinkedIn asks {url} at once, so the source must be on. To route by'
    " account, map an agent by `external_ids: {linkedin: 'urn:li:sponsoredAccount:ID'}`.",
    config="{kind: linkedin, signing_secret: '${LINKEDIN_CLIENT_SECRET}',"
    " access_token: '${LINKEDIN_ACCESS_TOKEN}', medium: paid-social}",
    reference="https://learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync",
)
SOURCE: SourceKind[LinkedIn] = SourceKind(
    kind="linkedin",
    about=ABOUT,
    proof=Proof(check, _PROOF.sign),
    parse=parse,
    greet=greet,
    fetching=Fetching(linkedin_leads.ask, linkedin_leads.read),
)
