"""A rehearsal is told what happened, fact by fact."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from app.config.condition import Features
from app.domain.facts import Fact, FactType
from app.domain.lead import AgentId, LeadId
from app.flow.rehearsing.asking import another_asking, delivered_by, first_asking, remembered
from app.flow.rehearsing.page import Page
from app.routing.rehearsal.case import Asking, Before, Really
from app.routing.rehearsal.followed import Followed
from app.routing.rehearsal.past import Past, What
from app.routing.rehearsal.replay import Rehearsal
from app.sla.expected import Answered, Expected, Moved
from app.snapshot import Snapshot
from app.store import history

_DATED_AS_THEY_CAME = frozenset({FactType.LEAD_RECEIVED, FactType.LEAD_UPDATED})


class Scene(NamedTuple):
    """What is rehearsed, and over which stretch of time."""

    draft: Snapshot
    live: Snapshot
    """The config in force: by it, people were known again or not."""
    since: datetime
    until: datetime
    now: datetime


@dataclass(slots=True)
class Counts:
    """What makes the answer less than exact."""

    passed_on: int = 0
    configs: int = 0
    erased: int = 0


@dataclass(slots=True)
class Telling:
    """Who tells the past to a rehearsal, and hands what it settles to who counts deadlines."""

    scene: Scene
    rehearsal: Rehearsal
    expected: Expected
    counts: Counts = field(default_factory=Counts)
    _page: Page = field(default_factory=lambda: Page((), {}, {}, {}, {}))
    _answers: dict[LeadId, tuple[Features, Answered]] = field(default_factory=dict)
    """Of leads that are not settled yet."""

    def tell(self, page: Page) -> Iterator[None]:
        """Tell all of a page, a step at a time."""
        self._page = page
        for _, fact in page.facts:
            yield from self._tell(fact)

    def end(self) -> Iterator[None]:
        """That was all."""
        yield from self.rehearsal.until(min(self.scene.until, self.scene.now))
        yield from self.rehearsal.finish()
        self._hand_over()

    def _tell(self, fact: Fact) -> Iterator[None]:
        if fact.type not in _DATED_AS_THEY_CAME:
            yield from self.rehearsal.until(fact.at)
        if fact.lead_id is not None:
            self._follow(fact.lead_id, fact)
        elif fact.type is FactType.AGENT_AVAILABILITY_CHANGED:
            self._switch(fact)
            yield from self.rehearsal.until(fact.at)
        elif fact.type is FactType.CONFIG_CHANGED:
            self.counts.configs += fact.data["version"] > 1
            self.rehearsal.hurry(fact.at)
            yield from self.rehearsal.until(fact.at)
        self._hand_over()
        yield

    def _switch(self, fact: Fact) -> None:
        agent, until = AgentId(fact.data["agent"]), fact.data["until"]
        if agent in self.scene.draft.people:
            self.rehearsal.switched(
                agent,
                on=fact.data["available"],
                until=None if until is None else datetime.fromisoformat(until),
                by=fact.actor,
                now=fact.at,
            )

    def _follow(self, lead: LeadId, fact: Fact) -> None:
        past = self._page.pasts[lead]
        before = past.copy()
        match past.fold(fact, self.scene.live.config.identity.repeat_inquiry.window):
            case What.ARRIVED:
                self._arrive(lead, before, past, fact)
            case What.BEGAN_AGAIN:
                self._begin_again(lead, before, past, fact)
            case What.ASKED_AGAIN:
                self._ask_again(lead, before, fact)
            case what:
                self._done(what, lead, before, past, fact)

    def _done(self, what: What, lead: LeadId, before: Past, past: Past, fact: Fact) -> None:
        followed = Followed(self.rehearsal.stage)
        match what:
            case What.FOUND:
                followed.found(lead, past.owner, fact.at)
            case What.CLAIMED if past.owner is not None:
                followed.claimed(lead, past.owner, fact.at)
            case What.PASSED_ON:
                self.counts.passed_on += 1
                followed.passed_on(lead, AgentId(fact.data["from"]), past.owner, fact.at)
            case What.ASSIGNED if past.owner is not None and past.owner != before.owner:
                followed.assigned(lead, before.owner, past.owner, fact.at)
            case What.CLOSED:
                followed.closed(lead, before.owner, fact.at)
            case What.REOPENED:
                followed.reopened(lead, before.owner, fact.at)

    # ── Leads that are routed ───────────────────────────────────────────────────────

    def _arrive(self, lead: LeadId, before: Past, past: Past, fact: Fact) -> None:
        said = None
        if before.asked is not None:
            said = delivered_by(self._page.askings.get(lead, ()), before.asked.delivery_id)
        really = self._really(lead, past, fact)
        asking = None if said is None else self._asking(lead, said, fact)
        if said is None or asking is None:
            self.counts.erased += 1
            self.rehearsal.as_it_was(really, fact.at)
            return
        self._remember(asking, said)
        self.rehearsal.arrive(asking, really, fact.at)

    def _asking(self, lead: LeadId, said: history.Asking, fact: Fact) -> Asking | None:
        draft, live = self.scene.draft, self.scene.live
        if not said.erased:
            return first_asking(lead, said, draft)
        decided = self._page.decided.get((lead, fact.at))
        seen = None if decided is None else decided.seen
        return remembered(lead, said, seen, draft=draft, live=live)

    def _really(self, lead: LeadId, past: Past, fact: Fact) -> Really:
        decided = self._page.decided.get((lead, fact.at))
        if fact.type is FactType.LEAD_UNASSIGNED and decided is not None:
            return Really(None, decided.rule, decided.strategy == "pond")
        return Really(past.owner, fact.data.get("rule"), past.is_on_offer)

    def _begin_again(self, lead: LeadId, before: Past, past: Past, fact: Fact) -> None:
        repeat = self.scene.draft.config.identity.repeat_inquiry
        away = before.asked.waited_since_last if before.asked else timedelta(0)
        forgotten = away > repeat.window
        stood = Before(
            before.owner,
            was_open=not before.is_closed,
            keep=repeat.owner == "keep" and not forgotten,
        )
        really = self._really(lead, past, fact)
        delivery_id = before.asked.delivery_id if before.asked else ""
        asking = self._another(lead, delivery_id, fact)
        if asking is None:
            self.counts.erased += 1
            self.rehearsal.as_it_was(really, fact.at)
        elif before.is_closed or forgotten:
            self.rehearsal.ask_again(asking, stood, really, fact.at)
        else:
            self.rehearsal.keep(asking, stood, really)

    def _ask_again(self, lead: LeadId, before: Past, fact: Fact) -> None:
        """Nothing really came of it: but it does where the draft forgets people sooner."""
        asking = self._another(lead, str(fact.data.get("delivery_id")), fact)
        if asking is None or before.last_asked_at is None:
            return
        window = self.scene.draft.config.identity.repeat_inquiry.window
        if fact.at - before.last_asked_at <= window:
            self.rehearsal.update(asking)
        else:
            stood = Before(before.owner, was_open=True, keep=False)
            self.rehearsal.ask_again(asking, stood, Really(before.owner), fact.at)

    def _another(self, lead: LeadId, delivery_id: str, fact: Fact) -> Asking | None:
        askings = self._page.askings.get(lead, [])
        said = delivered_by(askings, delivery_id)
        if said is None or said.erased:
            return None
        told = askings[: askings.index(said) + 1]
        return another_asking(lead, told, self.scene.draft, now=fact.at)

    # ── Deadlines ───────────────────────────────────────────────────────────────────

    def _remember(self, asking: Asking, said: history.Asking) -> None:
        spoken = self._page.connected.get(asking.lead)
        answered = Answered(said.acknowledged_at, said.first_response_at, spoken)
        self._answers[asking.lead] = asking.features, answered

    def _hand_over(self) -> None:
        settled = self.rehearsal.stage.settled
        while settled:
            each = settled.popleft()
            # Who asks again is answered on a clock of its own, of which less is known.
            found = self._answers.pop(each.lead, None)
            if found is not None:
                moved = Moved(each.was, each.would_be, each.given_at)
                self.expected.count(found[0], each.received_at, found[1], moved)
