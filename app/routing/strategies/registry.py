"""Every strategy there is. A new one is a file beside this and a line here."""

from app.domain.registry import by_name
from app.routing.strategies import least_loaded, round_robin, weighted
from app.routing.strategies.base import Strategy

STRATEGIES = by_name(
    (
        round_robin.STRATEGY,
        weighted.STRATEGY,
        least_loaded.STRATEGY,
    ),
    name=lambda strategy: strategy.name,
)


def strategy_named(name: str) -> tuple[Strategy, str | None]:
    """The strategy of that name; or a round robin, and the sentence that says so.

    A document may name a strategy that this version does not have yet. A lead must not
    wait for it.
    """
    strategy = STRATEGIES.get(name)
    if strategy is not None:
        return strategy, None
    return round_robin.STRATEGY, f"strategy {name} is not available yet"
