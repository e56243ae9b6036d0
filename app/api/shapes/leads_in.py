"""A lead from our own systems, and what it is answered."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from app.api.shapes.base import In, LongText, Text, When, no_nul
from app.sla.evidence import CLOCK_SKEW
from app.sources.normalise.emails import read_email


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
    url: Annotated[str, Field(max_length=2_000), AfterValidator(no_nul)] | None = None


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
    return no_nul(text)


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
    language: Annotated[str, Field(max_length=35), AfterValidator(no_nul)] | None = None
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
