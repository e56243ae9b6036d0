"""What the rules of a document can ask: of a lead, no more than this is kept with a decision."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.config.routing import MATCH, Routing, Target

_FEATURE_OF_TRAIT = {"skills": "kind", "languages": "language", "licences": "state", "zips": "zip"}
"""What `match` compares each trait with; see `app.routing.traits`."""
_EXTRA = "extra."


@dataclass(frozen=True, slots=True)
class Asks:
    """Names, sorted: the same document always gives the same."""

    features: tuple[str, ...] = ()
    """Of `Features`; without `extra`."""
    extra: tuple[str, ...] = ()
    """Keys of `extra`."""
    on_call: tuple[str, ...] = ()
    """Schedules of which it may matter who is on call."""

    @classmethod
    def of(cls, routing: Routing) -> "Asks":
        names = set[str]()
        schedules = set[str]()
        for rule in routing.rules:
            names.update(rule.when.asked(), _asked_of_people(rule.to))
            schedules.update(() if rule.to.on_call is None else (rule.to.on_call,))
        fallback = routing.nobody_available.to
        if fallback is not None and fallback.on_call is not None:
            schedules.add(fallback.on_call)
        extra = {name for name in names if name.startswith(_EXTRA)}
        return cls(
            tuple(sorted(names - extra)),
            tuple(sorted(name.removeprefix(_EXTRA) for name in extra)),
            tuple(sorted(schedules)),
        )


def _asked_of_people(to: Target) -> Iterator[str]:
    """The features that the people are compared with, once the rule has matched."""
    if to.agent is not None:
        yield "provider_agent"
    for trait, feature in _FEATURE_OF_TRAIT.items():
        wanted = (getattr(to.require, trait), getattr(to.prefer, trait))
        scored = "best_match" in (to.strategy, to.otherwise)
        if (MATCH,) in wanted or (scored and getattr(to.score, trait)):
            yield feature
