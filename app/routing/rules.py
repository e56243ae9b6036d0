"""Which rule? The first that matches, and why the ones before it did not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

from app.config.condition import Features, Test
from app.config.routing import Rule
from app.routing.decision import RuleTried, trail_of

FROM_PROVIDER = "from_provider"
"""As a target's agent: the one whom the source named."""


class ReadyRule(NamedTuple):
    """A rule of the document, made ready to be tried on every lead."""

    rule: Rule
    name: str
    tests: tuple[Test, ...]

    @classmethod
    def of(cls, rule: Rule) -> Self:
        to_their_agent = rule.to.agent == FROM_PROVIDER
        tests = (*rule.when.tests, _names_somebody) if to_their_agent else rule.when.tests
        return cls(rule, rule.name, tests)


@dataclass(frozen=True, slots=True)
class Match:
    """The rule that decides, and all that were tried. `None`: none of them matches."""

    rule: Rule | None
    trail: tuple[RuleTried, ...]

    @property
    def name(self) -> str | None:
        return None if self.rule is None else self.rule.name

    def __str__(self) -> str:
        return "No rule matches" if self.rule is None else f"Rule {self.rule.name}"


def first_match(rules: Iterable[ReadyRule], features: Features) -> Match:
    tried: list[tuple[str, str | None]] = []
    for rule, name, tests in rules:
        why_not = None
        for test in tests:
            why_not = test(features)
            if why_not is not None:
                break
        tried.append((name, why_not))
        if why_not is None:
            return Match(rule, trail_of(tried))
    return Match(None, trail_of(tried))


def _names_somebody(features: Features) -> str | None:
    """A rule that sends to the source's agent says nothing about a lead without one."""
    return "the source named none of our agents" if features.provider_agent is None else None
