"""Whether a person fits a lead: what a rule requires or prefers, against what they have."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from operator import attrgetter
from typing import NamedTuple

from app.config.condition import Features
from app.config.people import Agent
from app.config.routing import MATCH, Score, Traits

_FIT = (MATCH,)
_MATCHING = {trait: Traits(**{trait: _FIT}) for trait in Traits.model_fields}


class Demand(NamedTuple):
    """One thing that is asked of everybody, worked out once per lead."""

    code: str
    """The reason why not, such as `lacks_language:es`."""
    is_met_by: Callable[[Agent], bool]


def demands(wanted: Traits, features: Features) -> tuple[Demand, ...]:
    """What a rule asks for this lead.

    `match` asks for what the lead tells: its language, its state for licences, its kind for
    skills, its zip. Of what the lead does not tell, nothing is asked.
    """
    skills = _asked(wanted.skills, features.kind)
    languages = _asked(wanted.languages, features.language)
    licences = _asked(wanted.licences, features.state)
    zips = _asked(wanted.zips, features.zip)
    return (
        *(_has("skills", f"lacks_skill:{each}", each) for each in skills),
        *(_has("languages", f"lacks_language:{each}", each) for each in languages),
        *(_has("licences", f"lacks_licence:{each}", each) for each in licences),
        *((Demand("not_in_zip", lambda agent: _serves(agent, zips)),) if zips else ()),
    )


def lacks(agent: Agent, demands: Sequence[Demand]) -> tuple[str, ...]:
    """Reason codes of all that the agent lacks. Empty: they fit."""
    if not demands:
        return ()
    return tuple([code for code, is_met_by in demands if not is_met_by(agent)])


class Fit(NamedTuple):
    """One thing that counts for `best_match`, worked out once per lead."""

    demand: Demand
    points: int


def fits(worth: Score, features: Features) -> tuple[Fit, ...]:
    """What counts for this lead, and how much. Of what it does not tell, nothing counts."""
    return tuple(
        Fit(demand, points)
        for trait, points in worth
        if points
        for demand in demands(_MATCHING[trait], features)
    )


def score(agent: Agent, fits: Sequence[Fit]) -> int:
    return sum(fit.points for fit in fits if fit.demand.is_met_by(agent))


def _asked(wanted: tuple[str, ...], told: str | None) -> tuple[str, ...]:
    if wanted != _FIT:
        return wanted
    return () if told is None else (told,)


def _has(trait: str, code: str, text: str) -> Demand:
    of = attrgetter(trait)
    return Demand(code, lambda agent: text in of(agent))


def _serves(agent: Agent, zips: Sequence[str]) -> bool:
    """Whether each of the zips, or patterns of them, lies in one of the agent's areas."""
    return all(any(fnmatchcase(each, area) for area in agent.zips) for each in zips)
