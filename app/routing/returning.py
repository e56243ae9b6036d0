"""A known person asks again: back to the owner who knows them."""

from app.domain.lead import AgentId
from app.routing.decision import Decision, RuleTried
from app.routing.named import home_team, named
from app.routing.situation import Situation

RETURNING = "returning"


def keep_owner(owner: AgentId, situation: Situation) -> Decision | RuleTried:
    """The decision to keep them together, or why it cannot be.

    The caller knows the last inquiry and checks `identity.repeat_inquiry.window`.
    """
    if situation.plan.config.identity.repeat_inquiry.owner != "keep":
        return RuleTried(RETURNING, "the document routes known people anew")
    candidate = named(owner, situation)
    if not candidate.chosen:
        return RuleTried(RETURNING, f"{owner} cannot take it ({', '.join(candidate.why)})")
    return Decision(
        rule=RETURNING,
        strategy=RETURNING,
        team=home_team(owner, situation),
        owner=owner,
        reason=f"A known person asks again and stays with {owner}.",
        candidates=(candidate,),
        trail=(RuleTried(RETURNING, None),),
    )
