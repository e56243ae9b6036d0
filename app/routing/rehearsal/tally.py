"""What a rehearsal comes to: who would have had other leads than they had, and how many."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.domain.lead import AgentId, LeadId
from app.routing.decision import Decision
from app.routing.ledger import kept_away
from app.routing.plan import Plan
from app.routing.rehearsal.case import Settled

EXAMPLES = 50
"""Leads of each sort that are named: nobody reads more."""

_NO_RULE = "no rule"


@dataclass(slots=True)
class Tally:
    """Counts. Holds no more leads than it names as examples."""

    plan: Plan
    leads: int = 0
    changed: int = 0
    was: Counter[AgentId] = field(default_factory=Counter)
    would_be: Counter[AgentId] = field(default_factory=Counter)
    rules_were: Counter[str] = field(default_factory=Counter)
    rules_would_be: Counter[str] = field(default_factory=Counter)
    waited: Counter[str] = field(default_factory=Counter)
    longest_wait: timedelta = timedelta(0)
    offered: int = 0
    in_pond: int = 0
    unroutable: int = 0
    assigned_by_people: int = 0
    not_replayable: int = 0
    entitled: defaultdict[AgentId, float] = field(default_factory=lambda: defaultdict(float))
    """Of the leads by turn, in leads: what each could have taken, shared among those who could."""
    by_turn: int = 0
    _changes: list[dict[str, Any]] = field(default_factory=list)
    _unroutable: list[dict[str, Any]] = field(default_factory=list)
    _by_people: list[dict[str, Any]] = field(default_factory=list)

    def routed(self, decision: Decision, *, rule_was: str | None, waited_really: bool) -> None:
        """A lead came, and this is the first decision about it."""
        self.leads += 1
        self.rules_were[rule_was or _NO_RULE] += 1
        self.rules_would_be[decision.rule or _NO_RULE] += 1
        self.waited["was"] += waited_really
        self.offered += bool(decision.offered)
        self.in_pond += decision.in_pond
        waits = decision.owner is None and not decision.offered and not decision.in_pond
        self.waited["would_be"] += waits

    def shared_out(self, decision: Decision) -> None:
        """Somebody was chosen: what each who could have been is entitled to of this lead."""
        if decision.floor is None:
            return
        able = [
            each.agent for each in decision.candidates if each.chosen or not kept_away(each.why[0])
        ]
        weighs = decision.strategy == "weighted"
        people = self.plan.people
        parts = [people[each].weight if weighs else 1 for each in able]
        whole = sum(parts)
        self.by_turn += 1
        for agent, part in zip(able, parts, strict=True):
            self.entitled[agent] += part / whole

    def carried(self, decision: Decision) -> None:
        """A lead was waiting already: whatever it was decided by is no question here."""
        self.leads += 1
        self.rules_were[decision.rule or _NO_RULE] += 1
        self.rules_would_be[decision.rule or _NO_RULE] += 1

    def kept(self, each: Settled, *, rule_was: str | None) -> None:
        """Really a lead began again, and in the rehearsal nothing was decided."""
        self.leads += 1
        self.rules_were[rule_was or _NO_RULE] += 1
        self.rules_would_be[each.rule or _NO_RULE] += 1
        self.settle(each)

    def settle(self, each: Settled) -> None:
        if each.was is not None:
            self.was[each.was] += 1
        if each.would_be is not None:
            self.would_be[each.would_be] += 1
        if each.given_at is not None:
            self.longest_wait = max(self.longest_wait, each.given_at - each.received_at)
        elif not each.is_claimable:
            self.unroutable += 1
            _keep(
                self._unroutable,
                {"lead_id": str(each.lead), "was": each.was, "reason": each.reason},
            )
        if each.was != each.would_be:
            self.changed += 1
            _keep(
                self._changes,
                {
                    "lead_id": str(each.lead),
                    "was": each.was,
                    "would_be": each.would_be,
                    "rule": each.rule,
                    "reason": each.reason,
                },
            )

    def given_by_a_person(
        self, lead: LeadId, before: AgentId | None, to: AgentId, would_be: AgentId | None
    ) -> None:
        self.assigned_by_people += 1
        _keep(
            self._by_people,
            {
                "lead_id": str(lead),
                "was": before,
                "assigned_to": to,
                "would_be": would_be,
            },
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "leads": self.leads,
            "owners_changed": {
                "count": self.changed,
                "share": _share(self.changed, self.leads),
                "examples": self._changes,
            },
            "agents": [self._agent(each) for each in self._everybody()],
            "rules": [
                {
                    "rule": rule,
                    "was": self.rules_were[rule],
                    "would_be": self.rules_would_be[rule],
                }
                for rule in self._rules()
            ],
            "unroutable": {"count": self.unroutable, "examples": self._unroutable},
            "waiting": {
                "was": self.waited["was"],
                "would_be": self.waited["would_be"],
                "longest_seconds": round(self.longest_wait.total_seconds()),
            },
            "offered": self.offered,
            "in_pond": self.in_pond,
            "assigned_by_people": {"count": self.assigned_by_people, "examples": self._by_people},
            "not_replayable": self.not_replayable,
        }

    def _agent(self, agent: AgentId) -> dict[str, Any]:
        was, would_be = self.was[agent], self.would_be[agent]
        fair = self.entitled.get(agent, 0) / self.by_turn if self.by_turn else None
        return {
            "agent": agent,
            "was": was,
            "would_be": would_be,
            "share_was": _share(was, self.was.total()),
            "share_would_be": _share(would_be, self.would_be.total()),
            "fair_share": None if fair is None else round(fair, 4),
        }

    def _everybody(self) -> Iterable[AgentId]:
        """All of the document who may have leads, then those who had some and are gone."""
        config = self.plan.config
        members = {each for team in config.teams.values() for each in team.members}
        named = {*self.was, *self.would_be, *self.entitled} | members
        known = [each.id for each in config.agents if each.id in named]
        return [*known, *sorted(named - set(known))]

    def _rules(self) -> Iterable[str]:
        named = {*self.rules_were, *self.rules_would_be}
        known = [each.name for each in self.plan.config.routing.rules]
        return [*known, *sorted(named - set(known))]


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _keep(examples: list[dict[str, Any]], example: dict[str, Any]) -> None:
    if len(examples) < EXAMPLES:
        examples.append(example)
