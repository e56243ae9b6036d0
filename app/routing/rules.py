"""Which rule? The first that matches, and why the ones before it did not."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.config.condition import Features
from app.config.routing import Rule, Target
from app.routing.decision import RuleTried

FROM_PROVIDER = "from_provider"
"""As a target's agent: the one whom the source named."""


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


def first_match(rules: Iterable[Rule], features: Features) -> Match:
    trail: list[RuleTried] = []
    for rule in rules:
        why_not = rule.when.why_not(features) or _names_nobody(rule.to, features)
        trail.append(RuleTried(rule.name, why_not))
        if why_not is None:
            return Match(rule, tuple(trail))
    return Match(None, tuple(trail))


def _names_nobody(target: Target, features: Features) -> str | None:
    """A rule that sends to the source's agent says nothing about a lead without one."""
    if target.agent == FROM_PROVIDER and features.provider_agent is None:
        return "the source named none of our agents"
    return None
