"""A lead ad's lead, from Meta's Graph API: how it is asked for, and what the answer says.

https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving, and for its
errors https://developers.facebook.com/docs/graph-api/guides/error-handling.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from app.config.sources import MetaLeadAds
from app.domain.delivery import Held, Webhook
from app.domain.lead import Campaign, Inquiry
from app.sources import asking, lead_form
from app.sources.base import CannotAsk, Question
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.lead_form import LeadForm
from app.sources.normalise import texts
from app.sources.repeats import Identity
from app.sources.taking import take_instant

_FIELDS = (
    "id",
    "created_time",
    "form_id",
    "field_data",
    "custom_disclaimer_responses",
    "is_organic",
    "platform",
)
_AD_FIELDS = (
    "ad_id",
    "ad_name",
    "adset_id",
    "adset_name",
    "campaign_id",
    "campaign_name",
)
"""Meta refuses the whole lead where the token may not read these."""

_PLATFORMS = {"fb": "facebook", "ig": "instagram"}

_TEST_VALUE = "<test lead:"
_TEST_EMAILS = frozenset({"test@fb.com", "test@meta.com"})
"""What Meta's testing tool fills in: nothing else marks its leads, not even a missing ad."""


def ask(held: Held, settings: MetaLeadAds) -> Question:
    """GET /LEADGEN_ID with the token of the page. Raises `CannotAsk`: there is none."""
    token = _token(held.reference.get("page_id"), settings)
    fields = (*_FIELDS, *_AD_FIELDS) if settings.ad_details else _FIELDS
    # Meta documents the parameter; whatever stands between us and Meta may want the header.
    query = {"fields": ",".join(fields), "access_token": token.get_secret_value()}
    headers = asking.bearer(token, "access_tokens")
    return asking.question(settings.graph_url, "", held.external_id, query, headers)


def is_gone(status: int, _body: bytes) -> bool:
    """Only a 404 or 410. What Meta says otherwise may be true of a token, and not of the lead.

    A lead that was deleted is a 400 with code 100, subcode 33: "does not exist, cannot be
    loaded due to missing permissions, or does not support this operation". Which of them is
    not told, so it is asked for again.
    """
    return status in {404, 410}


def read(
    held: Held, body: bytes, webhook: Webhook, settings: MetaLeadAds, now: datetime
) -> Inquiry:
    """The inquiry from the body of a 200. Raises `Unreadable`."""
    top = Fields(read_object(body, where="the Graph API's answer, byte"))
    if texts.line(top.look("id")) == held.external_id:
        top.drop("id")
    occurred_at = take_instant(top, "created_time", now=now)
    medium = "organic" if texts.truth(top.look("is_organic")) else None
    answers = _named(top, "field_data", "name", "values", "value")
    form = LeadForm(
        answers=answers,
        boxes=_named(top, "custom_disclaimer_responses", "checkbox_key", "is_checked"),
        campaign=_campaign(top),
        facts={**held.reference, **top.left()},
    )
    sent = lead_form.read(form, Identity(held.dedupe_key, None), settings, now=now)
    sent = replace(
        sent,
        occurred_at=occurred_at or sent.occurred_at,
        medium=sent.medium or medium,
        is_test=sent.is_test or any(map(_is_of_a_test, answers.values())),
    )
    return lead_form.fetched(sent, held, webhook, settings)


def _token(page: str | None, settings: MetaLeadAds) -> SecretStr:
    if page is None and len(settings.access_tokens) == 1:
        page = next(iter(settings.access_tokens))
    token = settings.access_tokens.get(page or "")
    if token is None:
        whose = "a page that the delivery did not name" if page is None else f"page {page[:40]}"
        raise CannotAsk(f"give access_tokens an entry for {whose}: its leads wait")
    return token


def _named(top: Fields, member: str, name: str, *values: str) -> Mapping[str, Any]:
    """What a list of names and values says. It stays where it is if anything else is in it."""
    data = top.look(member)
    items = data if isinstance(data, list) else []
    known = [each for each in items if isinstance(each, Mapping) and texts.line(each.get(name))]
    if items and len(known) == len(items):
        top.drop(member)
    return lead_form.named(
        (each[name], next((_only(each[value]) for value in values if value in each), None))
        for each in known
    )


def _campaign(top: Fields) -> Campaign:
    """In the places that Meta's own URL parameters have for them."""
    platform = top.line("platform")
    return Campaign(
        source=_PLATFORMS.get(platform or "", platform),
        name=top.line("campaign_name"),
        term=top.line("adset_name"),
        content=top.line("ad_name"),
    )


def _only(values: Any) -> Any:
    """One answer is no list of one."""
    return values[0] if isinstance(values, list) and len(values) == 1 else values


def _is_of_a_test(answer: Any) -> bool:
    text = (texts.line(answer) or "").lower()
    return text.startswith(_TEST_VALUE) or text in _TEST_EMAILS
