"""Leads from Google Ads lead forms; the shared key stands in the body.

https://developers.google.com/google-ads/webhook/docs/implementation. `lead_id` is unique
across all forms. How often Google retries, and how long it waits, is not documented; a
4xx is believed to be final.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from app.config.sources import GoogleAds
from app.domain.delivery import Reading, Webhook
from app.domain.errors import BadCredentials, Unreadable
from app.domain.lead import Campaign
from app.sources import compose, repeats
from app.sources.base import About, SourceKind
from app.sources.bodies.json import read_object
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.proofs import credentials
from app.sources.proofs.proof import CannotSign, Proof
from app.sources.repeats import Identity
from app.sources.sent import Sent
from app.sources.taking import property_of, take_instant, take_kind

_KEY = "google_key"

_OLD_NAMES = {"USER_EMAIL": "EMAIL", "USER_PHONE": "PHONE_NUMBER"}
"""An older schema names columns by their labels alone."""


def check(webhook: Webhook, settings: GoogleAds, _: datetime) -> None:
    given = _keys(webhook)
    # Google's own samples spell the key `Google_key`, so its case says nothing.
    if not any(credentials.is_same(each, settings.google_key) for each in given):
        what = "wrong" if given else "missing"
        raise BadCredentials(webhook.source, f"google_key is {what}")


def sign(webhook: Webhook, settings: GoogleAds, _: datetime) -> Webhook:
    if settings.google_key is None:
        raise CannotSign("google_key is not set")
    try:
        body = read_object(webhook.body)
    except Unreadable:
        # There is no place for a key in what is no object.
        return webhook
    others = {name: value for name, value in body.items() if not _is_key(name)}
    key = settings.google_key.get_secret_value()
    return replace(webhook, body=orjson.dumps({**others, _KEY: key}))


def parse(webhook: Webhook, settings: GoogleAds, now: datetime) -> Reading:
    top = Fields(read_object(webhook.body))
    for name in top:
        if _is_key(name):
            top.drop(name)
    columns = _columns(top)
    sent = _sent(top, columns, webhook, now)
    # The answers stay recognisable beside the ids of the campaign.
    sent = replace(sent, extra=top.left() | columns.left())
    return Reading(inquiries=(compose.from_provider(sent, webhook, settings),))


def _keys(webhook: Webhook) -> list[str]:
    try:
        body = read_object(webhook.body)
    except Unreadable:
        return []
    texts_given = (texts.line(value) for name, value in body.items() if _is_key(name))
    return [each for each in texts_given if each]


def _is_key(name: str) -> bool:
    return name.strip().lower() == _KEY


def _columns(top: Fields) -> Fields:
    """The person's answers by column, each with its text or, if repeated, its texts."""
    answers: dict[str, list[Any]] = {}
    sent = top.look("user_column_data")
    if not isinstance(sent, list):
        return Fields()
    for each in sent:
        column = _column(each)
        if column:
            answers.setdefault(column, []).append(each.get("string_value"))
    top.drop("user_column_data")
    return Fields({name: all_[0] if len(all_) == 1 else all_ for name, all_ in answers.items()})


def _column(answer: Any) -> str | None:
    """`Full Name` and `FULL_NAME` are one; a custom question is its own id."""
    if not isinstance(answer, Mapping):
        return None
    told = texts.line(answer.get("column_id")) or texts.line(answer.get("column_name"))
    name = (told or "").upper().replace(" ", "_")
    return _OLD_NAMES.get(name, name) or None


def _sent(top: Fields, columns: Fields, webhook: Webhook, now: datetime) -> Sent:
    lead_id = top.line("lead_id")
    is_test = top.flag("is_test")
    return Sent(
        identity=_identity(lead_id, webhook, is_test=is_test),
        external_id=lead_id,
        occurred_at=take_instant(top, "lead_submit_time", now=now),
        full_name=columns.line("FULL_NAME"),
        first_name=columns.line("FIRST_NAME"),
        last_name=columns.line("LAST_NAME"),
        email=columns.line("EMAIL", "WORK_EMAIL"),
        phone=columns.line("PHONE_NUMBER", "WORK_PHONE"),
        kind=take_kind(columns, "REALTOR_HELP_GOAL"),
        property=property_of(_place(columns)),
        campaign=Campaign(gclid=top.line("gcl_id")),
        is_test=is_test,
    )


def _identity(lead_id: str | None, webhook: Webhook, *, is_test: bool) -> Identity:
    """A test's id is made up, and must not make a real lead of that id a repeat."""
    if lead_id is None:
        return repeats.by_content(webhook.body)
    return repeats.by_id("test", lead_id) if is_test else repeats.by_id(lead_id)


def _place(columns: Fields) -> Mapping[str, str]:
    """Where the person is or wants to be: rules on zip codes and states ask for it.

    The price range stays in `extra` as answered; its upper end is the price.
    """
    told = {
        "address": columns.line("STREET_ADDRESS"),
        "city": columns.line("CITY"),
        "state": columns.line("REGION"),
        "zip": columns.line("POSTAL_CODE"),
        "price": texts.line(columns.look("PRICE_RANGE")),
    }
    return {name: text for name, text in told.items() if text is not None}


ABOUT = About(
    title="Google Ads lead forms",
    format="JSON: one lead with its answers in `user_column_data`.",
    proof="`google_key` in the body equals the key typed in at Google.",
    setup="In the lead form, under `Export leads from Google Ads`, `Other data integration"
    " options`: webhook URL {url}, and as key the value of google_key. What `Send test data`"
    " sends is stored as a test.",
    config="{kind: google-ads, google_key: '${GOOGLE_ADS_KEY}', medium: ppc}",
    reference="https://developers.google.com/google-ads/webhook/docs/implementation",
)
SOURCE: SourceKind[GoogleAds] = SourceKind(
    kind="google-ads", about=ABOUT, proof=Proof(check, sign), parse=parse
)
