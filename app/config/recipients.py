"""Whom the document means when it says `owner`, `manager` or `{on_call: managers}`."""

from typing import Literal, Self

from pydantic import model_validator

from app.config.model import Model
from app.domain.lead import AgentId


class Recipient(Model):
    """Exactly one of these is set."""

    role: Literal["owner", "manager"] | None = None
    """Of the lead: its owner, or the manager of its team."""
    on_call: str | None = None
    agent: AgentId | None = None
    team: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_word(cls, value: object) -> object:
        return {"role": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(each is not None for each in (self.role, self.on_call, self.agent, self.team)) != 1:
            raise ValueError(
                "write owner, manager, {on_call: name}, {agent: id} or {team: name}: just one"
            )
        return self

    def __str__(self) -> str:
        if self.role:
            return self.role
        key = "on_call" if self.on_call else "agent" if self.agent else "team"
        return f"{key} {getattr(self, key)}"
