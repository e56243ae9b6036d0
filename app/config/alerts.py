"""Who hears that a source is refused, cannot be read, or has fallen silent."""

from typing import Self

from pydantic import model_validator

from app.config.model import Model
from app.config.recipients import Recipient


class Alerts(Model):
    """Alerts are about the house: no lead is meant, and nobody owns them."""

    to: tuple[Recipient, ...] = ()
    """Each of these is told. Empty: every manager. `manager` also means every manager."""
    silent_sources: bool = True
    """Whether a source is watched that brings leads in a pattern, and falls silent."""

    @model_validator(mode="after")
    def _nobody_owns_them(self) -> Self:
        if any(each.role == "owner" for each in self.to):
            raise ValueError(
                "an alert is about a source, which has no owner: "
                "write manager, {on_call: name}, {agent: id} or {team: name}"
            )
        return self
