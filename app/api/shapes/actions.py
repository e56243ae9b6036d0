"""What people say they did with a lead, or want done with it."""

from typing import Literal

from app.api.shapes.base import In, LongText, Reason, Text, When, example
from app.domain.lead import LeadStatus


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
