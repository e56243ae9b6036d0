"""What each version of the document says of shares: who is of which team, at what weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.config.document import Config
from app.domain.lead import AgentId


@dataclass(frozen=True, slots=True)
class Terms:
    """What one version says. Old versions are read as they were written, and not checked again."""

    members: Mapping[str, frozenset[str]]
    """By team."""
    weights: Mapping[str, int]
    by_weight: frozenset[str]
    """Teams whose leads some rule gives out by weight."""

    @classmethod
    def of(cls, document: Mapping[str, Any], in_force: Config) -> "Terms":
        """Read a document that was good when it was put in force.

        What its environment was is not known any more: a weight that was written as `${NAME}`
        is the one that is in force now.
        """
        return cls(_members(document), _weights(document, in_force), _by_weight(document))


def _members(document: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    teams = document.get("teams") or {}
    return {name: frozenset(team["members"]) for name, team in teams.items()}


def _weights(document: Mapping[str, Any], in_force: Config) -> dict[str, int]:
    now = {agent.id: agent.weight for agent in in_force.agents}
    written = {each["id"]: each.get("weight", 1) for each in document["agents"]}
    return {
        agent: weight if isinstance(weight, int) else now.get(AgentId(agent), 1)
        for agent, weight in written.items()
    }


def _by_weight(document: Mapping[str, Any]) -> frozenset[str]:
    targets = [rule["to"] for rule in document["routing"]["rules"]]
    return frozenset(
        to["team"]
        for to in targets
        if to.get("team") and "weighted" in {to.get("strategy"), to.get("otherwise")}
    )
