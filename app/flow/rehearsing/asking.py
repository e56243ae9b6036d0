"""What a past lead asked, as the rules of a draft see it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.config.condition import Features
from app.domain.lead import (
    Campaign,
    Consent,
    Inquiry,
    Kind,
    Lead,
    LeadId,
    LeadStatus,
    Property,
)
from app.flow.first_rows import brought_up_to_date, told
from app.routing.rehearsal.case import Asking
from app.snapshot import Snapshot
from app.store import history


def first_asking(lead: LeadId, said: history.Asking, draft: Snapshot) -> Asking:
    """Somebody new, as intake saw them: by the instant at which they came."""
    features = draft.features(_inquiry(said), now=said.received_at, returning=False)
    again = _Again(lead, (said,), draft)
    return Asking(lead, said.received_at, features, again, known_since=said.received_at)


def another_asking(
    lead: LeadId, told: Sequence[history.Asking], draft: Snapshot, *, now: datetime
) -> Asking:
    """Somebody known asks again: the last of what was `told`, by the instant of routing."""
    features = draft.features(_inquiry(told[-1]), now=now, returning=True)
    again = _Again(lead, tuple(told), draft)
    return Asking(lead, told[-1].received_at, features, again, known_since=told[0].received_at)


def remembered(
    lead: LeadId,
    said: history.Asking,
    seen: history.Seen | None,
    *,
    draft: Snapshot,
    live: Snapshot,
) -> Asking | None:
    """Somebody who was erased: by what their decision looked at, if the draft asks no more.

    `None`: it does, or nothing is known.
    """
    asks, kept = draft.plan.asks, live.plan.asks
    if seen is None or not {*asks.features, *asks.extra} <= {*kept.features, *kept.extra}:
        return None
    wanted = {*asks.features, *(("extra",) if asks.extra else ())}
    if wanted & {*seen.get("erased", ())}:
        return None
    features = Features(**seen.get("features", {}))
    return Asking(
        lead, said.received_at, features, lambda _: features, known_since=said.received_at
    )


class _Again:
    """The features of a lead that is looked at again, some time later. Few ever are."""

    __slots__ = ("_draft", "_lead", "_told")

    def __init__(self, lead: LeadId, told: Sequence[history.Asking], draft: Snapshot) -> None:
        self._lead, self._told, self._draft = lead, told, draft

    def __call__(self, now: datetime) -> Features:
        first, *others = self._told
        lead = _lead(self._lead, first, self._draft)
        for said in others:
            lead = brought_up_to_date(lead, _inquiry(said), said.received_at)
        return self._draft.features_of(lead, now=now)


def delivered_by(told: Iterable[history.Asking], delivery_id: str) -> history.Asking | None:
    return next((each for each in told if str(each.delivery_id) == delivery_id), None)


def _inquiry(said: history.Asking) -> Inquiry:
    """As far as rules can ask about it."""
    asked = said.asked
    return Inquiry(
        source=said.source,
        dedupe_key="",
        email=asked.get("email"),
        phone=asked.get("phone"),
        kind=Kind(asked.get("kind", Kind.UNKNOWN)),
        language=asked.get("language"),
        medium=asked.get("medium"),
        consent=Consent(**asked.get("consent", {})),
        property=Property(**asked.get("property", {})),
        campaign=Campaign(**asked.get("campaign", {})),
        provider_agent=asked.get("provider_agent"),
        extra=asked.get("extra", {}),
    )


def _lead(lead: LeadId, said: history.Asking, draft: Snapshot) -> Lead:
    """The lead as it was first told: new, and nobody's."""
    inquiry = _inquiry(said)
    return Lead(
        id=lead,
        status=LeadStatus.NEW,
        owner=None,
        owner_by=None,
        team=None,
        source=inquiry.source,
        **told(inquiry, draft),
        is_test=False,
        spam=None,
        received_at=said.received_at,
        last_inquiry_at=said.received_at,
        first_response_at=None,
        acknowledged_at=None,
        closed_at=None,
        erased_at=None,
        epoch=1,
        route_at=None,
        config_version=draft.version,
    )
