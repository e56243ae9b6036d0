"""Every strategy there is. A new one is a file beside this and a line here."""

from app.domain.registry import by_name
from app.routing.strategies import (
    best_match,
    first_to_claim,
    least_loaded,
    round_robin,
    sticky,
    weighted,
)

STRATEGIES = by_name(
    (
        round_robin.STRATEGY,
        weighted.STRATEGY,
        least_loaded.STRATEGY,
        first_to_claim.STRATEGY,
        best_match.STRATEGY,
        sticky.STRATEGY,
    ),
    name=lambda strategy: strategy.name,
)
