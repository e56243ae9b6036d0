"""How far a rehearsal has come: who goes another way than they really went, and who waits.

Any other lead is with whom it really was, so nothing is kept of it.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.lead import AgentId, LeadId
from app.routing.decision import Decision
from app.routing.rehearsal.case import Case, Settled
from app.routing.rehearsal.office import Office
from app.routing.rehearsal.tally import Tally
from app.routing.rehearsal.waiting import Wait, Waiting


@dataclass(slots=True)
class Stage:
    """What the parts of a rehearsal share."""

    office: Office
    waiting: Waiting
    tally: Tally
    cases: dict[LeadId, Case] = field(default_factory=dict)
    left: dict[LeadId, AgentId] = field(default_factory=dict)
    """Leads that really have nobody just now, and who has them here."""
    settled: deque[Settled] = field(default_factory=deque)
    """Leads that are counted, for whoever counts further; to be emptied by them."""
    tide: datetime | None = None
    """When the clock alone may next free somebody for whom a lead waits."""

    def wait(self, case: Case, decision: Decision, now: datetime) -> None:
        """The lead has no owner, as the decision says."""
        self.waiting.add(case.asking.lead, case.asking.known_since, decision, now)
        self.set_tide(now)

    def set_tide(self, now: datetime) -> None:
        if self.waiting.has_idle and (self.tide is None or self.tide <= now):
            self.tide = self.office.next_change(self.waiting.hindered, now)

    @staticmethod
    def give(case: Case, owner: AgentId, now: datetime) -> None:
        case.owner = owner
        if case.would_be is None:
            case.would_be, case.given_at = owner, now

    def free(self, agent: AgentId, now: datetime) -> None:
        """The agent has one lead less, and room for another."""
        self.office.roster.release(agent)
        if self.waiting.has_idle and agent in self.waiting.hindered:
            self.waiting.stir(self.office.is_over(now), now, after=True)

    def settle(self, case: Case) -> None:
        """Count who had it and who would have, once both are known; forget it if it is one."""
        if not case.is_settled and case.was is not None and case.would_be is not None:
            self._count(case, None)
        rests = case.is_settled and case.owner is not None
        if rests and case.owner == case.really:
            self.cases.pop(case.asking.lead, None)
            return
        if rests:
            case.rest()
        self.cases[case.asking.lead] = case

    def give_up(self, case: Case) -> None:
        """The lead waits no longer, whoever has it or not."""
        wait = self.waiting.remove(case.asking.lead)
        if not case.is_settled:
            self._count(case, wait)

    def _count(self, case: Case, wait: Wait | None) -> None:
        case.is_settled = True
        settled = Settled(
            lead=case.asking.lead,
            received_at=case.asking.received_at,
            was=case.was,
            would_be=case.would_be,
            rule=case.rule,
            reason=case.reason,
            given_at=case.given_at,
            is_claimable=wait is not None and (wait.in_pond or wait.offered_until is not None),
        )
        self.tally.settle(settled)
        self.settled.append(settled)
