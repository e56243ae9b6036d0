"""One routing decision as it is shown, and what came of taking it again."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.shapes.base import Instant


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
