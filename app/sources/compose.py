"""From what was sent to a canonical inquiry: the same for every provider."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from app.config.sources import SourceBase
from app.domain.delivery import Webhook
from app.domain.errors import Unreadable
from app.domain.lead import Inquiry
from app.sources import answers, campaigns, consents, limits, opt_ins
from app.sources.answers import Answer
from app.sources.contact import contact_of
from app.sources.normalise import texts
from app.sources.normalise.languages import read_language
from app.sources.overrides import configured
from app.sources.places import home_of
from app.sources.sent import Sent

_HOME = "US"
"""Where a number is that names no country, of a person who names none."""


def from_provider(sent: Sent, webhook: Webhook, settings: SourceBase) -> Inquiry:
    """Apply the source's settings, then normalise. Raises `Unreadable`: see `inquiry`."""
    return inquiry(configured(sent, settings), webhook.source, medium=settings.medium)


def inquiry(sent: Sent, source: str, *, medium: str | None = None) -> Inquiry:
    """Normalise what was sent. `medium` stands in where the sender tells none.

    Raises `Unreadable` if it names nobody: no name, no way to reach them, no message.
    """
    if not _is_about_somebody(sent):
        raise Unreadable("There is nobody in this delivery: no name, e-mail, phone or message")
    given = answers.given(sent.extra, _is_of_use)
    contact = contact_of(sent, region=answers.country(given) or _HOME)
    home, about_home = home_of(sent.property)
    language = sent.language and read_language(sent.language)
    found = {**contact.extra, **about_home, **_ranges(given)}
    if sent.language and language is None:
        found["language"] = sent.language
    return limits.within_limits(
        Inquiry(
            source=source,
            dedupe_key=sent.identity.key,
            dedupe_window=sent.identity.window,
            external_id=sent.external_id,
            occurred_at=sent.occurred_at,
            first_name=contact.first_name,
            last_name=contact.last_name,
            email=contact.email,
            email_is_relay=contact.email_is_relay,
            phone=contact.phone,
            message=sent.message,
            kind=sent.kind,
            language=language,
            medium=sent.medium or medium,
            consent=consents.with_answers(sent.consent, given),
            property=home,
            campaign=campaigns.with_answers(sent.campaign, given),
            provider_agent=sent.provider_agent,
            is_test=sent.is_test,
            is_update=sent.is_update,
            is_aside=sent.is_aside,
            spam=sent.spam,
            extra=_beside(sent.extra, found),
        )
    )


def _is_about_somebody(sent: Sent) -> bool:
    person = (sent.email, sent.phone, sent.full_name, sent.first_name, sent.last_name)
    is_named = any(text and not texts.is_no_answer(text) for text in person)
    # Tests are often empty, and an update only has to name the lead it is about.
    return is_named or bool(sent.message) or sent.is_test or sent.is_update


@lru_cache(maxsize=2048)
def _is_of_use(name: str) -> bool:
    """Whether the answer to a question is looked at. Senders repeat theirs: asked once."""
    key = answers.key_of(name)
    return answers.topic(key) is not None or opt_ins.is_about(key) or campaigns.is_about(key)


def _ranges(given: tuple[Answer, ...]) -> Mapping[str, Any]:
    """Prices and times in figures, beside the words they were told in."""
    ranges: dict[str, int | None] = {}
    if price := answers.price_range(given):
        ranges |= {"price_min": price.lowest, "price_max": price.highest}
    if days := answers.timeline(given):
        ranges |= {"timeline_days_min": days.fewest, "timeline_days_max": days.most}
    return {name: number for name, number in ranges.items() if number is not None}


def _beside(sent: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """What was found, put beside what was sent. A field of the same name is kept as sent."""
    same = {name: sent[name] for name in found if name in sent and sent[name] != found[name]}
    return {**sent, **found, **{f"{name}_as_sent": value for name, value in same.items()}}
