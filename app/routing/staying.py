"""A lead that somebody has already never loses them for nobody."""

from dataclasses import replace

from app.domain.lead import AgentId
from app.routing.decision import Decision
from app.routing.rules import Match


def stay(decision: Decision, match: Match, holder: AgentId | None) -> Decision:
    """The decision, unless it would leave the lead with nobody: then it stays with `holder`.

    Who was looked at, and why not, is told as it was decided. An offer is no nobody.
    """
    if holder is None or decision.owner is not None or decision.offered:
        return decision
    reason = f"{match}: nobody else can take it, so it stays with {holder}."
    return replace(decision, owner=holder, reason=reason, in_pond=False)
