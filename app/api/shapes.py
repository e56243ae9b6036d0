"""The shapes of the contract: what goes in and what comes out of /v1."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
)

from app.domain.lead import LeadStatus
from app.sla.evidence import CLOCK_SKEW
from app.sources.normalise.emails import read_email

Instant = Annotated[
    datetime,
    PlainSerializer(
        lambda at: at.astimezone(UTC).isoformat().replace("+00:00", "Z"), return_type=str
    ),
]
"""An instant in UTC, written with a `Z`."""


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the calendar") from None


When = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An instant as callers give it, in any zone; from here on in UTC."""

Item = TypeVar("Item")


class In(BaseModel):
    """What a caller sends. Unknown fields are mistakes, and named as such."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


def example(value: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": value})


class Listing(BaseModel, Generic[Item]):
    items: list[Item]
    next_cursor: str | None = Field(None, description="Give it as `cursor` for the next page.")


# ── Leads ───────────────────────────────────────────────────────────────────────────


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("contains a NUL character")
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_no_nul)]
LongText = Annotated[str, Field(max_length=20_000), AfterValidator(_no_nul)]
Reason = Annotated[str, Field(max_length=1_000), AfterValidator(_no_nul)]
Filter = Annotated[str, Field(max_length=200), AfterValidator(_no_nul)]
"""What a list is narrowed down to."""


class ConsentIn(In):
    sms: bool | None = None
    email: bool | None = None
    evidence: Text | None = None


class PropertyIn(In):
    address: Text | None = None
    city: Text | None = None
    state: Text | None = None
    zip: Text | None = None
    price: Annotated[int, Field(ge=0, le=10**12)] | None = None
    mls: Text | None = None
    url: Annotated[str, Field(max_length=2_000), AfterValidator(_no_nul)] | None = None


class CampaignIn(In):
    source: Text | None = None
    medium: Text | None = None
    name: Text | None = None
    term: Text | None = None
    content: Text | None = None
    gclid: Text | None = None
    fbclid: Text | None = None
    msclkid: Text | None = None


def _an_address(text: str) -> str:
    if text and read_email(text) is None:
        raise ValueError("is no e-mail address")
    return text


def _a_number(text: str) -> str:
    if text and not any(each.isdigit() for each in text):
        raise ValueError("has no digits")
    return _no_nul(text)


def _has_been(at: datetime, info: ValidationInfo) -> datetime:
    now: datetime = (info.context or {}).get("now", at)
    if at > now + CLOCK_SKEW:
        raise ValueError("lies in the future")
    if at.year < 1970:  # Ids hold the time since then.
        raise ValueError("lies before 1970")
    return min(at, now)


class LeadIn(In):
    """The canonical lead, from our own systems."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "source": "crm-import",
                "external_id": "A-77",
                "first_name": "Kwame",
                "last_name": "Asante",
                "email": "k@example.com",
                "phone": "(503) 555-0163",
                "message": "Can I see it on Saturday?",
                "kind": "buyer",
                "consent": {"sms": True, "email": True},
                "property": {"address": "42 Pelican Loop", "zip": "34236", "price": 415000},
            }
        }
    )

    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    external_id: Text | None = None
    received_at: Annotated[When, AfterValidator(_has_been)] | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    email: Annotated[str, Field(max_length=320), AfterValidator(_an_address)] | None = None
    phone: Annotated[str, Field(max_length=64), AfterValidator(_a_number)] | None = None
    message: LongText | None = None
    kind: Literal["buyer", "seller", "renter", "mortgage", "unknown"] = "unknown"
    language: Annotated[str, Field(max_length=35), AfterValidator(_no_nul)] | None = None
    consent: ConsentIn = ConsentIn()
    property: PropertyIn = PropertyIn()
    campaign: CampaignIn = CampaignIn()
    extra: dict[str, Any] = Field(default_factory=dict)


class TakenClock(BaseModel):
    step: str
    due_at: str


class TakenLeadOut(BaseModel):
    id: str
    status: str
    owner: str | None
    sla: list[TakenClock]


class TakenOut(BaseModel):
    """What became of a delivery, and of each lead in it."""

    delivery_id: str
    status: Literal["accepted", "duplicate", "updated", "test", "held", "quarantined"]
    leads: list[TakenLeadOut]


class EscalationOut(BaseModel):
    to: str
    channel: str
    status: str
    at: Instant
    acknowledged_at: Instant | None


class ClockOut(BaseModel):
    """One SLA clock, as it stands at the instant it was asked for."""

    lead_id: str
    owner: str | None
    team: str | None
    source: str
    policy: str
    step: str
    action: Literal["remind", "escalate"]
    state: Literal["running", "paused", "met", "breached", "cancelled"]
    started_at: Instant
    due_at: Instant
    remaining_seconds: int
    responded_at: Instant | None
    breached_at: Instant | None
    escalations: list[EscalationOut]


class InquiryOut(BaseModel):
    id: str
    source: str
    external_id: str | None
    received_at: Instant
    occurred_at: Instant | None
    delivery_id: str | None
    asked: dict[str, Any]


class LeadOut(BaseModel):
    """A lead as a list shows it."""

    id: str
    status: LeadStatus
    owner: str | None
    team: str | None
    source: str
    medium: str | None
    kind: str
    language: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    message: str | None
    property: dict[str, Any]
    campaign: dict[str, Any]
    consent: dict[str, Any]
    extra: dict[str, Any]
    test: bool
    held: bool = Field(description="Only an id came: the rest is still to be fetched.")
    spam: str | None
    offered_to: list[str] = Field(description="Who may claim it now, besides any manager.")
    offered_until: Instant | None = Field(description="When the offer lapses.")
    received_at: Instant
    last_inquiry_at: Instant
    first_response_at: Instant | None
    acknowledged_at: Instant | None
    closed_at: Instant | None
    erased_at: Instant | None


class LeadDetail(LeadOut):
    sla: list[ClockOut]
    inquiries: list[InquiryOut]


class FactOut(BaseModel):
    at: Instant
    type: str
    actor: str
    data: dict[str, Any]


class CandidateOut(BaseModel):
    agent: str
    chosen: bool
    why: list[str] = Field(description="Codes, such as `off_shift` or `lacks_language:es`.")
    why_in_words: list[str] = Field(description="The same for people.")
    turn: int | None = Field(None, description="Their number in line: the smallest goes first.")


class RuleTriedOut(BaseModel):
    rule: str
    why_not: str | None = Field(description="`null`: this is the rule that matched.")


class SameOut(BaseModel):
    same: Literal[True]


class DifferentOut(BaseModel):
    same: Literal[False]
    differences: list[str] = Field(description="Where: paths such as `candidates.2.why.0`.")


class NotPossibleOut(BaseModel):
    possible: Literal[False]
    why: str


class DecisionOut(BaseModel):
    """One routing decision, with all that it looked at and every person considered."""

    model_config = ConfigDict(extra="allow")

    at: Instant
    config_version: int
    rule: str | None
    strategy: str | None
    owner: str | None
    team: str | None
    reason: str = Field(description="The decision in a sentence.")
    candidates: list[CandidateOut]
    trail: list[RuleTriedOut] = Field(description="The rules tried, in order.")
    turns_before: dict[str, int] = Field({}, description="The team's turn numbers before.")
    turns_after: dict[str, int] = Field({}, description="And after; empty: no turn was taken.")
    input: dict[str, Any] | None = Field(
        description="All that was looked at, of the lead no more than the rules can ask: the "
        "instant, features, loads, turns. Once the person is erased, `erased` names what is gone."
    )
    no_input: str | None = Field(description="Why there is no input.")
    recomputed: SameOut | DifferentOut | NotPossibleOut | None = Field(
        None, description="With `?recompute=true`: whether the same is decided again, to the byte."
    )


# ── What people do with a lead ──────────────────────────────────────────────────────


class AttemptIn(In):
    model_config = example({"channel": "call", "outcome": "no_answer", "by": "dana"})

    channel: Literal["call", "sms", "email", "in_person"]
    outcome: Literal["no_answer", "voicemail", "connected", "sent", "bad_contact"]
    by: Text
    at: When | None = None
    note: LongText = ""


class ByIn(In):
    model_config = example({"by": "dana"})

    by: Text


class AssignIn(In):
    model_config = example({"owner": "dana", "reason": "knows the area"})

    owner: Text
    reason: Reason = ""


class StatusIn(In):
    model_config = example({"status": "appointment"})

    status: LeadStatus


# ── Messages, deliveries, people ────────────────────────────────────────────────────


class MessageOut(BaseModel):
    id: str
    lead_id: str | None
    kind: str
    to: str
    channel: str
    status: Literal[
        "queued", "deferred", "sending", "sent", "delivered", "unknown", "failed", "suppressed"
    ]
    sandbox: bool
    attempts: int
    not_before: Instant | None
    created_at: Instant
    sent_at: Instant | None
    acknowledged_at: Instant | None
    provider_id: str | None
    reason: str | None
    subject: str | None
    body: str | None


class DeliveryOut(BaseModel):
    id: str
    source: str
    kind: str
    status: str
    received_at: Instant
    content_type: str
    leads: list[str]
    reason: str | None
    read_until: str | None
    replayed_at: Instant | None


DeliveryStatus = Literal["accepted", "duplicate", "updated", "test", "held", "quarantined"]


class ReplayIn(In):
    model_config = example({"source": "website", "received_after": "2026-03-14T00:00:00Z"})

    status: DeliveryStatus = "quarantined"
    source: Filter | None = None
    received_after: When | None = None
    received_before: When | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: str | None = None
    dry_run: bool = Field(
        default=False, description="Only say what could be read by now. Nothing is changed."
    )


class ReplayedOut(BaseModel):
    delivery_id: str
    status: str = Field(
        description="What became of it. `readable`: it would be taken (`dry_run`). `failed`: by "
        "a mistake of ours, see the log. Otherwise, with a `reason`, how it still stands."
    )
    leads: list[str]
    reason: str | None


class ReplaysOut(BaseModel):
    replayed: int = Field(description="How many were read again and written down.")
    by_status: dict[str, int]
    items: list[ReplayedOut]
    next_cursor: str | None = Field(description="Give it as `cursor` to go on where this ended.")


class SourceOut(BaseModel):
    id: str
    kind: str
    title: str
    path: str = Field(description="Where to deliver to, beneath our public URL.")
    on: bool
    why_off: str | None
    last_delivery_at: Instant | None
    last_lead_at: Instant | None
    last_day: dict[str, int] = Field(description="Deliveries of the last 24 hours, by status.")
    refused: int = Field(description="Calls answered 401 by this process since it started.")
    silent: bool | None = Field(
        description="Whether no lead comes although its pattern of four weeks says that some "
        "should have. `null`: fewer than 20 leads, or two weeks, are known."
    )
    expected: float | None = Field(description="Leads that would usually have come since the last.")


class AvailabilityIn(In):
    model_config = example(
        {"available": False, "until": "2027-01-04T09:00:00Z", "reason": "at a closing"}
    )

    available: bool
    until: When | None = None
    reason: Reason | None = None


class TurnOut(BaseModel):
    """Where somebody stands in one team's line."""

    team: str
    passed: int = Field(description="Their turn number: the smallest goes first.")
    floor: int = Field(description="The team's: who comes back, or is new, begins at it.")
    next_in_line: int | None = Field(
        description="1: the next lead that everybody there could take is theirs. `null`: away."
    )
    after_absence: Literal["hold_position", "catch_up", "baseline"]


class AgentOut(BaseModel):
    id: str
    name: str
    role: str
    teams: list[str]
    available: bool
    why: str
    until: Instant | None
    on_call: list[str] = Field(description="Schedules by which they are on call now.")
    open_leads: int
    taken_today: int
    capacity: dict[str, int | None]
    turn: list[TurnOut]
    share: float | None = Field(
        description="Of the leads that this person's teams gave out by turn: in the list those of "
        "30 days, for one person the last 500 of them at most."
    )
    fair_share: float | None = Field(
        description="What was theirs: by weight, where leads go by weight, among those who could "
        "have taken each lead. In the list, as if all had been there all the time."
    )
    owed: float | None = Field(
        description="Leads that were theirs, less those they took; negative: ahead. "
        "`null` in the list: ask for one person, or for `/v1/reports/fairness`."
    )
