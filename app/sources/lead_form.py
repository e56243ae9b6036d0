"""Forms that a platform shows for us: answers, boxes that were ticked, facts about the ad.

The config's `fields` and `consent` may name any of them; only what a person answered is
guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.config.sources import SourceBase
from app.domain.delivery import Held, Webhook
from app.domain.lead import Campaign, Inquiry, present
from app.sources import compose, forms
from app.sources.bodies.form import gathered
from app.sources.fields import Fields
from app.sources.normalise import texts
from app.sources.repeats import Identity
from app.sources.sent import Sent


@dataclass(frozen=True, slots=True)
class LeadForm:
    """What a platform tells of one form that a person sent."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    """Question → answer, or the list of answers."""
    boxes: Mapping[str, Any] = field(default_factory=dict)
    """Consent box → whether it was ticked, as sent."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Consent box → what it says, where that is told."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else the platform says: kept, and only looked at where the config names it."""
    campaign: Campaign = field(default_factory=Campaign)
    """From the ad. Hidden fields of the form, if it has any, know better."""


def objects(fields: Fields, name: str) -> Sequence[Mapping[str, Any]]:
    """The objects of a list. It stays where it is if anything else is in it."""
    found = fields.look(name)
    items = found if isinstance(found, list) else []
    known = [each for each in items if isinstance(each, Mapping)]
    if items and len(known) == len(items):
        fields.drop(name)
    return known


def named(pairs: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """Answers by question; a question that stands there twice has a list."""
    return gathered((texts.line(name) or "unnamed", value) for name, value in pairs)


def read(form: LeadForm, identity: Identity, settings: SourceBase, *, now: datetime) -> Sent:
    """What the form says, with the source's settings applied."""
    sent = forms.submission(
        form.answers, identity, settings, now=now, beside={**form.boxes, **form.facts}
    )
    ticked = [_evidence(box, value, form.words.get(box)) for box, value in form.boxes.items()]
    evidence = "; ".join(filter(None, (*ticked, sent.consent.evidence))) or None
    return replace(
        sent,
        consent=replace(sent.consent, evidence=evidence),
        campaign=replace(form.campaign, **present(sent.campaign)),
    )


def _evidence(box: str, value: Any, words: str | None) -> str:
    answer = "ticked" if texts.truth(value) else "not ticked"
    return f"{box}: {answer} ({words})" if words else f"{box}: {answer}"


def fetched(sent: Sent, held: Held, webhook: Webhook, settings: SourceBase) -> Inquiry:
    """The inquiry of a lead that was held. It stays the asking that it was when it came.

    Raises `Unreadable` if it names nobody.
    """
    inquiry = compose.inquiry(sent, webhook.source, medium=settings.medium)
    return replace(
        inquiry,
        dedupe_key=held.dedupe_key,
        dedupe_window=None,
        external_id=held.external_id,
        occurred_at=inquiry.occurred_at or held.occurred_at,
        provider_agent=inquiry.provider_agent or held.provider_agent,
        is_test=inquiry.is_test or held.is_test,
    )
