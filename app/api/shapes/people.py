"""One person as they are shown, and what may be said of them."""

from typing import Literal

from pydantic import BaseModel, Field

from app.api.shapes.base import In, Instant, Reason, When, example


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
