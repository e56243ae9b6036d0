"""What would have happened to past leads under another document? They are routed again.

A rehearsal is told what happened, in order, and routes each lead with the very `route` that
serves. What people did with their leads is followed: see `followed`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.lead import AgentId, LeadId
from app.routing.decision import Decision
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.rehearsal.case import Asking, Before, Case, Really, Settled
from app.routing.rehearsal.office import Office
from app.routing.rehearsal.stage import Stage
from app.routing.rehearsal.tally import Tally
from app.routing.rehearsal.waiting import Wait, Waiting
from app.routing.returning import RETURNING
from app.routing.roster import Roster
from app.routing.route import route


@dataclass(slots=True)
class Rehearsal:
    """Leads come, wait, and find owners, under one document."""

    stage: Stage

    @classmethod
    def of(
        cls,
        plan: Plan,
        roster: Roster,
        day_of: Callable[[AgentId, datetime], str],
        *,
        began: datetime,
        minute: timedelta,
    ) -> "Rehearsal":
        """Ready to begin. `roster` is as everybody stood when it `began`.

        `minute` is how soon a lead is looked at again for which nobody can say when.
        """
        waiting = Waiting(minute, hands_over=bool(plan.asks.on_call))
        return cls(Stage(Office(plan, roster, day_of, began), waiting, Tally(plan)))

    # ── Time passes ─────────────────────────────────────────────────────────────────

    def until(self, at: datetime) -> Iterator[None]:
        """Look at all that was waiting and is due by `at`, one lead at each step."""
        stage, office = self.stage, self.stage.office
        while True:
            due = stage.waiting.next_at()
            tide = stage.tide if stage.waiting.has_idle else None
            if tide is not None and tide <= at and (due is None or tide < due):
                office.turn_the_day(tide)
                stage.waiting.stir(office.is_over(tide), tide)
                stage.tide = None
                stage.set_tide(tide)
            elif due is not None and due <= at:
                self._look_again(stage.waiting.pop(), due)
            else:
                return
            yield

    def _look_again(self, wait: Wait, now: datetime) -> None:
        case = self.stage.cases[LeadId(wait.lead)]
        lapsed = wait.offered_until is not None and wait.offered_until <= now
        self._decide(case, Question(case.asking.again(now), now, lapsed=lapsed), now)
        self.stage.settle(case)
        self.stage.set_tide(now)

    def switched(
        self, agent: AgentId, *, on: bool, until: datetime | None, by: str, now: datetime
    ) -> None:
        """Somebody was switched on or off by hand."""
        stage = self.stage
        stage.office.switch(agent, on=on, until=until, by=by)
        if on:
            stage.waiting.hurry(now)
        elif stage.tide is not None and until is not None:
            stage.tide = min(stage.tide, until)

    def hurry(self, now: datetime) -> None:
        """All that wait are looked at, as when a document comes into force."""
        self.stage.waiting.hurry(now)

    def finish(self) -> Iterator[None]:
        """Nothing more happened. Whoever has no owner by now is counted as such."""
        for case in list(self.stage.cases.values()):
            if not case.is_settled:
                self.stage.give_up(case)
            yield

    # ── Leads come ──────────────────────────────────────────────────────────────────

    def carry(self, asking: Asking, decision: Decision, decided_at: datetime) -> None:
        """A lead that was waiting when this began, as it was left by its last decision."""
        case = Case(asking, decision.rule, decision.reason, team=decision.team)
        self.stage.tally.carried(decision)
        self.stage.cases[asking.lead] = case
        office = self.stage.office
        due = decision.offered_until or decision.retry_at
        if not decision.in_pond and (due is None or due < office.began):
            # It was looked at since, in vain, which nobody wrote down: when is it next?
            question = Question(asking.again(office.began), office.began)
            decision = route(question, plan=office.plan, roster=office.roster)
        if decision.owner is None and not (decision.offered and due is None):
            self.stage.wait(case, decision, decided_at)
        else:
            self.stage.waiting.look_at(asking.lead, asking.known_since, office.began)

    def arrive(self, asking: Asking, really: Really, now: datetime) -> None:
        """Somebody new."""
        self._route(Case(asking), Question(asking.features, now), really, now)

    def ask_again(self, asking: Asking, before: Before, really: Really, now: datetime) -> None:
        """A person we knew, whose lead begins again."""
        former = self._whose(asking.lead, before)
        case = self.stage.cases.pop(asking.lead, None)
        if case is not None:
            self.stage.give_up(case)
        if before.was_open and former is not None:
            self.stage.free(former, now)
        question = Question(
            asking.features,
            now,
            returning_owner=former if before.keep else None,
            former_owner=former,
        )
        decision = self._route(Case(asking), question, really, now)
        if decision.strategy == RETURNING and decision.owner is not None:
            self.stage.office.roster.reopen(decision.owner)

    def keep(self, asking: Asking, before: Before, really: Really) -> None:
        """A person asked again, and nothing comes of it here, though really something did."""
        owner = self._whose(asking.lead, before)
        reason = "Nothing is decided anew: the lead is open, and the person is known."
        kept = Settled(
            asking.lead,
            asking.received_at,
            really.owner,
            owner,
            RETURNING,
            reason,
            asking.received_at,
            is_claimable=owner is None,
        )
        self.stage.tally.kept(kept, rule_was=really.rule)
        self.stage.settled.append(kept)
        case = self.stage.cases.get(asking.lead)
        case = case or Case(asking, RETURNING, reason, owner, is_settled=True)
        case.really = really.owner
        self.stage.settle(case)

    def update(self, asking: Asking) -> None:
        """Somebody asks about another home. While they wait, that is what is routed."""
        case = self.stage.cases.get(asking.lead)
        if case is not None:
            case.asking = case.asking._replace(again=asking.again)

    def as_it_was(self, really: Really, now: datetime) -> None:
        """A lead that cannot be routed again: it goes to whom it really went."""
        office = self.stage.office
        self.stage.tally.not_replayable += 1
        if really.owner is not None and really.owner in office.plan.people:
            office.take(None, really.owner, now, costs=True)

    def _whose(self, lead: LeadId, before: Before) -> AgentId | None:
        case = self.stage.cases.get(lead)
        return before.owner if case is None else case.owner

    def _route(self, case: Case, question: Question, really: Really, now: datetime) -> Decision:
        decision = self._decide(case, question, now)
        case.was = case.really = really.owner
        self.stage.tally.routed(
            decision,
            rule_was=really.rule,
            waited_really=really.owner is None and not really.is_claimable,
        )
        self.stage.settle(case)
        return decision

    def _decide(self, case: Case, question: Question, now: datetime) -> Decision:
        office = self.stage.office
        office.turn_the_day(now)
        decision = route(question, plan=office.plan, roster=office.roster)
        office.roster.take(decision, now)
        case.rule, case.reason, case.team = decision.rule, decision.reason, decision.team
        if decision.owner is None:
            self.stage.wait(case, decision, now)
        else:
            self.stage.tally.shared_out(decision)
            self.stage.give(case, decision.owner, now)
        return decision
