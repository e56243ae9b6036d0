"""What people really did with their leads, followed where the rehearsal gave them the same.

How a lead ends is no question of routing, so it ends as it really did, whoever has it. Who
claimed a lead, or gave it away, does so here as well, if here it is theirs to claim or give.
"""

from dataclasses import dataclass
from datetime import datetime

from app.config.routing import Turns
from app.domain.lead import AgentId, LeadId
from app.routing.rehearsal.case import Case
from app.routing.rehearsal.stage import Stage
from app.routing.rehearsal.waiting import Wait


@dataclass(slots=True)
class Followed:
    """The past, as a rehearsal is told of it."""

    stage: Stage

    def found(self, lead: LeadId, owner: AgentId | None, now: datetime) -> bool:
        """Routing really was asked again about a lead without an owner.

        False: the rehearsal does not know the lead.
        """
        if lead in self.stage.left and owner is not None:
            self.passed_on(lead, None, owner, now)
            return True
        case = self.stage.cases.get(lead)
        if case is None:
            return False
        self._has_really(case, owner)
        return True

    def claimed(self, lead: LeadId, by: AgentId, now: datetime) -> None:
        """Somebody took a lead that nobody owned. So they do here, if they may."""
        stage, case = self.stage, self.stage.cases.get(lead)
        if lead in stage.left:
            self.passed_on(lead, None, by, now)
        elif case is None:
            stage.office.take(None, by, now, costs=self._turns.claims)
        else:
            wait = stage.waiting.all.get(lead)
            if wait is not None and _may_claim(wait, by, now):
                stage.waiting.remove(lead)
                stage.office.take(case.team, by, now, costs=self._turns.claims)
                stage.give(case, by, now)
            self._has_really(case, by)

    def passed_on(
        self, lead: LeadId, before: AgentId | None, to: AgentId | None, now: datetime
    ) -> None:
        """Its owner lost it, and routing found another: `None`, nobody yet.

        Until it has somebody again it stays here with whoever has it.
        """
        stage = self.stage
        if to is None:
            if before is not None:
                stage.left[lead] = before
            return
        before = before or stage.left.pop(lead, None)
        case = stage.cases.get(lead)
        if self._is_with(before, case):
            self._lose(lead, before, now)
            stage.office.take(None if case is None else case.team, to, now, costs=True)
            self._have(case, to)
        self._settle(case, to)

    def assigned(self, lead: LeadId, before: AgentId | None, to: AgentId, now: datetime) -> None:
        """A person gave the lead to somebody."""
        stage = self.stage
        before = before or stage.left.pop(lead, None)
        case = stage.cases.get(lead)
        would_be = before if case is None else case.would_be
        stage.tally.given_by_a_person(lead, before, to, would_be)
        if self._is_with(before, case):
            self._lose(lead, before, now)
            stage.office.roster.reopen(to)
            if self._turns.manual_assignments and before != to:
                stage.office.charge(None if case is None else case.team, to, now)
            self._have(case, to)
        self._settle(case, to)

    def closed(self, lead: LeadId, really: AgentId | None, now: datetime) -> None:
        """The lead was closed, and so it is here, whoever has it."""
        case = self.stage.cases.get(lead)
        really = really or self.stage.left.pop(lead, None)
        owner = really if case is None else case.owner
        if case is not None:
            self.stage.give_up(case)
        if owner is not None:
            self.stage.free(owner, now)

    def reopened(self, lead: LeadId, really: AgentId | None, now: datetime) -> None:
        """A closed lead was opened again, and nobody asked for it."""
        case = self.stage.cases.get(lead)
        owner = really if case is None else case.owner
        if owner is not None:
            self.stage.office.roster.reopen(owner)
        elif case is not None:
            self.stage.waiting.look_at(lead, case.asking.known_since, now)

    @property
    def _turns(self) -> Turns:
        return self.stage.office.plan.config.routing.turns

    @staticmethod
    def _is_with(before: AgentId | None, case: Case | None) -> bool:
        """Whether the lead is here with whoever really had it."""
        return case is None or case.owner == before

    def _lose(self, lead: LeadId, before: AgentId | None, now: datetime) -> None:
        self.stage.waiting.remove(lead)
        if before is not None:
            self.stage.free(before, now)

    @staticmethod
    def _have(case: Case | None, owner: AgentId) -> None:
        if case is not None:
            case.owner = owner

    def _settle(self, case: Case | None, really: AgentId) -> None:
        if case is not None:
            case.really = really
            self.stage.settle(case)

    def _has_really(self, case: Case, owner: AgentId | None) -> None:
        case.really = owner
        case.was = case.was or owner
        self.stage.settle(case)


def _may_claim(wait: Wait, by: AgentId, now: datetime) -> bool:
    is_on_offer = wait.offered_until is not None and now < wait.offered_until
    return not is_on_offer or by in wait.offered
