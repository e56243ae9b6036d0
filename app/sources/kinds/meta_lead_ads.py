"""Leads from Facebook and Instagram lead ads: ids by webhook, the rest from the Graph API.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started/webhooks-for-leadgen
and https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving. Meta takes
a 200 for success, and retries anything else at once and then ever more rarely for 36 h; it
delivers at least once, several leads of several pages in one call. Ids come as texts or as
numbers; those of an ad are missing from organic leads and previews.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.config.sources import MetaLeadAds
from app.domain.delivery import Greeting, Held, Reading, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.sources import graph_leads, limits, overrides, repeats
from app.sources.base import About, Fetching, SourceKind
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.proofs import credentials, signatures
from app.sources.proofs.proof import Proof
from app.sources.proofs.signatures import Scheme
from app.sources.taking import take_instant

_SIGNATURE = "x-hub-signature-256"

_DASHBOARD_TEST = "444444444444"
"""The lead of the `Test` button beside a webhook: every id of it is made of fours."""


def _write(webhook: Webhook, secret: bytes, _: int) -> Mapping[str, str]:
    digest = hmac.new(secret, webhook.body, hashlib.sha256).hexdigest()
    return {_SIGNATURE: f"sha256={digest}"}


_SCHEME = Scheme(header=_SIGNATURE, write=_write)


def check(webhook: Webhook, settings: MetaLeadAds, now: datetime) -> None:
    signatures.check(_SCHEME, webhook, settings.app_secret, now)


def sign(webhook: Webhook, settings: MetaLeadAds, now: datetime) -> Webhook:
    return signatures.signed(_SCHEME, webhook, settings.app_secret, now)


def greet(webhook: Webhook, settings: MetaLeadAds) -> Greeting:
    """Meta asks once, when the webhook is set up, and wants its challenge back."""
    if webhook.query.get("hub.mode") != "subscribe":
        raise BadCredentials(webhook.source, "this is no handshake of Meta's")
    if not credentials.is_same(webhook.query.get("hub.verify_token"), settings.verify_token):
        raise BadCredentials(webhook.source, "hub.verify_token is missing or wrong")
    return Greeting(body=webhook.query.get("hub.challenge", "").encode("utf-8", "replace"))


def parse(webhook: Webhook, settings: MetaLeadAds, now: datetime) -> Reading:
    entries = read_object(webhook.body).get("entry")
    if not isinstance(entries, list):
        raise Unreadable("This is no notification of Meta's", "$.entry")
    changes = [each for entry in entries for each in _changes_of_leads(entry)]
    if not changes:
        return Reading(ignored="something of the page changed that is no lead")
    leads = [held for change in changes if (held := _held(change, settings, now))]
    if not leads:
        raise Unreadable("This notification does not say which lead it is about", "$.entry")
    # Meta may repeat a lead within one delivery.
    return Reading(held=tuple({each.dedupe_key: each for each in reversed(leads)}.values())[::-1])


def _changes_of_leads(entry: Any) -> Iterator[dict[str, Any]]:
    """What each change says, with the page that stands around it."""
    changes = entry.get("changes") if isinstance(entry, Mapping) else None
    for each in changes if isinstance(changes, list) else ():
        value = each.get("value") if isinstance(each, Mapping) else None
        if isinstance(value, dict) and each.get("field") == "leadgen":
            yield value | {"page_id": texts.line(value.get("page_id")) or entry.get("id")}


def _held(change: Mapping[str, Any], settings: MetaLeadAds, now: datetime) -> Held | None:
    value = Fields(change)
    lead_id = value.line("leadgen_id")
    if lead_id is None or len(lead_id) > limits.LINE:
        return None
    occurred_at = take_instant(value, "created_time", now=now)
    reference = {name: text for name in value if (text := value.line(name))}
    is_test = lead_id == _DASHBOARD_TEST
    identity = repeats.by_id("test", lead_id) if is_test else repeats.by_id(lead_id)
    return Held(
        dedupe_key=identity.key,
        external_id=lead_id,
        reference=reference,
        occurred_at=occurred_at,
        provider_agent=_routing_key(reference, settings),
        is_test=is_test,
    )


def _routing_key(reference: Mapping[str, str], settings: MetaLeadAds) -> str | None:
    """The page, unless the config says otherwise: `fields: {provider_agent: form_id}`."""
    wanted = settings.fields.get("provider_agent", ())
    told = overrides.told(Fields(reference), {"provider_agent": wanted})
    key = told.get("provider_agent") or reference.get("page_id")
    return key and key[: limits.LINE]


ABOUT = About(
    title="Facebook and Instagram lead ads (Meta)",
    format="JSON: ids of leads, pages, forms and ads; each lead is fetched from the Graph API.",
    proof="X-Hub-Signature-256: an HMAC-SHA256 of the body, made with the app's secret.",
    setup="In the app's dashboard at developers.facebook.com: Webhooks, Page, callback URL {url},"
    " as verify token the value of verify_token; then subscribe to the field `leadgen`. app_secret"
    " stands under App settings, Basic. Install the app on each page (POST"
    " /PAGE_ID/subscribed_apps?subscribed_fields=leadgen), and give access_tokens that page's token"
    " with leads_retrieval, pages_manage_metadata, pages_show_list, pages_read_engagement and"
    " ads_management; without the last one set `ad_details: off`. To route by page or form, map an"
    " agent by `external_ids: {meta-lead-ads: PAGE_ID}`.",
    config="{kind: meta-lead-ads, app_secret: '${META_APP_SECRET}',"
    " verify_token: '${META_VERIFY_TOKEN}', access_tokens: {'100000000000001':"
    " '${META_PAGE_TOKEN}'}}",
    reference="https://developers.facebook.com/docs/graph-api/webhooks/getting-started/webhooks-for-leadgen",
)
SOURCE: SourceKind[MetaLeadAds] = SourceKind(
    kind="meta-lead-ads",
    about=ABOUT,
    proof=Proof(check, sign),
    parse=parse,
    greet=greet,
    fetching=Fetching(graph_leads.ask, graph_leads.read, graph_leads.is_gone),
)
