"""Whether a person fits a lead: what a rule requires or prefers, against what they have."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import reduce
from operator import and_
from re import compile as compile_pattern
from typing import NamedTuple, Self

from app.config.condition import Features
from app.config.people import Agent
from app.config.routing import MATCH, Score, Traits
from app.domain.lead import AgentId
from app.routing.decision import Codes

People = frozenset[AgentId]
Matcher = Callable[[str], object]

LACKS_SKILL = "lacks_skill"
LACKS_LANGUAGE = "lacks_language"
LACKS_LICENCE = "lacks_licence"
NOT_IN_ZIP = "not_in_zip"

_NOBODY: People = frozenset()
_MATCHES = (MATCH,)


@dataclass(frozen=True, slots=True)
class Holders:
    """Who has which trait: looked up once per lead, instead of asking everybody."""

    skills: Mapping[str, People]
    languages: Mapping[str, People]
    licences: Mapping[str, People]
    zips: Mapping[str, People]
    """By what the document writes as a whole zip."""
    areas: tuple[tuple[Matcher, People], ...]
    """Patterns of zips, such as `342*`."""

    @classmethod
    def of(cls, agents: Collection[Agent]) -> Self:
        served = _by_text(agents, lambda agent: agent.zips)
        return cls(
            _by_text(agents, lambda agent: agent.skills),
            _by_text(agents, lambda agent: agent.languages),
            _by_text(agents, lambda agent: agent.licences),
            {area: who for area, who in served.items() if not _is_pattern(area)},
            tuple(
                (compile_pattern(translate(area)).match, who)
                for area, who in served.items()
                if _is_pattern(area)
            ),
        )

    def serving(self, zip_code: str) -> People:
        """Whose areas a zip, or a pattern of zips, lies in."""
        return self.zips.get(zip_code, _NOBODY).union(
            *[who for matches, who in self.areas if matches(zip_code)]
        )


class Demand(NamedTuple):
    """One thing that is asked of everybody, worked out once per lead."""

    code: str
    """The reason why not, such as `lacks_language:es`."""
    met_by: People


def demands(wanted: Traits, features: Features, holders: Holders) -> tuple[Demand, ...]:
    """What a rule asks for this lead.

    `match` asks for what the lead tells: its language, its state for licences, its kind for
    skills, its zip. Of what the lead does not tell, nothing is asked.
    """
    skills = _asked(wanted.skills, features.kind)
    languages = _asked(wanted.languages, features.language)
    licences = _asked(wanted.licences, features.state)
    zips = _asked(wanted.zips, features.zip)
    return (
        *(Demand(f"{LACKS_SKILL}:{each}", holders.skills.get(each, _NOBODY)) for each in skills),
        *(
            Demand(f"{LACKS_LANGUAGE}:{each}", holders.languages.get(each, _NOBODY))
            for each in languages
        ),
        *(
            Demand(f"{LACKS_LICENCE}:{each}", holders.licences.get(each, _NOBODY))
            for each in licences
        ),
        # Each of the zips must lie in one of the person's areas.
        *((Demand(NOT_IN_ZIP, reduce(and_, map(holders.serving, zips))),) if zips else ()),
    )


def lacking(agents: Iterable[AgentId], wanted: Sequence[Demand]) -> dict[AgentId, Codes]:
    """Who of them lacks something, and reason codes of all that it is."""
    if not wanted:
        return {}
    # Parted demand by demand: asking person by person takes three times as long.
    alike: list[tuple[Codes, People]] = [((), frozenset(agents))]
    for code, met_by in wanted:
        alike = [
            part
            for codes, people in alike
            for part in ((codes, people & met_by), ((*codes, code), people - met_by))
            if part[1]
        ]
    return {agent: codes for codes, people in alike if codes for agent in people}


def scores(
    agents: Sequence[AgentId], worth: Score, features: Features, holders: Holders
) -> list[int]:
    """What each of them is worth to this lead. Of what it does not tell, nothing counts."""
    points = [0] * len(agents)
    for worth_it, fitting in _fits(worth, features, holders):
        points = [
            each + worth_it if agent in fitting else each
            for agent, each in zip(agents, points, strict=True)
        ]
    return points


def _fits(worth: Score, features: Features, holders: Holders) -> Iterable[tuple[int, People]]:
    """What the lead tells of, the points for it, and who has it."""
    told = (
        (worth.skills, features.kind, holders.skills.get),
        (worth.languages, features.language, holders.languages.get),
        (worth.licences, features.state, holders.licences.get),
        (worth.zips, features.zip, holders.serving),
    )
    for points, text, who in told:
        if points and text is not None:
            yield points, who(text) or _NOBODY


def _asked(wanted: tuple[str, ...], told: str | None) -> tuple[str, ...]:
    if wanted != _MATCHES:
        return wanted
    return () if told is None else (told,)


def _by_text(
    agents: Collection[Agent], texts_of: Callable[[Agent], tuple[str, ...]]
) -> dict[str, People]:
    texts = {text for agent in agents for text in texts_of(agent)}
    return {
        text: frozenset(agent.id for agent in agents if text in texts_of(agent)) for text in texts
    }


def _is_pattern(area: str) -> bool:
    return any(each in area for each in "*?[")
