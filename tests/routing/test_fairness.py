"""What nobody may be able to say: that somebody got more than their share."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.condition import Features
from app.config.document import Config
from app.domain.lead import AgentId
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster, Standing, Turn
from app.routing.route import route
from tests.routing.office import NOON, an_office

PEOPLE = tuple(AgentId(each) for each in "abcde")


def a_team(weights: Sequence[int], strategy: str = "weighted", **to: Any) -> Config:
    members = PEOPLE[: len(weights)]
    return an_office(
        {"name": "all", "to": {"team": "t", "strategy": strategy} | to},
        agents=[{"id": each, "weight": w} for each, w in zip(members, weights, strict=True)],
        teams={"t": {"members": list(members)}},
        calendars={},
    )


@dataclass
class Desk:
    """Gives out leads one after the other, while people come and go."""

    config: Config
    roster: Roster = field(default_factory=Roster)
    given: int = 0
    plan: Plan | None = None

    def switch(self, agent: AgentId) -> None:
        standing = self.roster.standing(agent)
        self.roster.standings[agent] = Standing(agent, available=not standing.available)

    def lead(self) -> AgentId | None:
        now = NOON + timedelta(seconds=self.given)
        if self.plan is None or self.plan.config is not self.config:
            self.plan = Plan.of(self.config, {})
        decision = route(Question(Features(), now), plan=self.plan, roster=self.roster)
        self.roster.take(decision, now)
        self.given += 1
        return decision.owner

    def leads(self, count: int) -> Counter[AgentId | None]:
        return Counter(self.lead() for _ in range(count))


def spread(owners: Iterable[AgentId | None], weights: dict[AgentId, int]) -> Fraction:
    """The largest difference in leads per unit of weight, over any window of these leads."""
    owners = list(owners)
    worst = Fraction(0)
    for one, other in combinations(weights, 2):
        ahead = [Fraction(0)]
        for owner in owners:
            step = {one: Fraction(1, weights[one]), other: Fraction(-1, weights[other])}
            ahead.append(ahead[-1] + step.get(owner, 0) if owner else ahead[-1])
        worst = max(worst, max(ahead) - min(ahead))
    return worst


def after(after_absence: str, config: Config) -> Config:
    """The same, with people returning to the turn order in that way."""
    routing = config.routing.model_copy(update={"after_absence": after_absence})
    return config.model_copy(update={"routing": routing})


def stretches(
    desk: Desk, happenings: Sequence[AgentId | None], members: Collection[AgentId]
) -> Iterator[tuple[list[AgentId | None], set[AgentId]]]:
    """Who got the leads while nobody came or went, and who then did."""
    owners: list[AgentId | None] = []
    for each in happenings:
        if each is None:
            owners.append(desk.lead())
        elif each in members:
            yield owners, {each}
            owners = []
            desk.switch(each)
    yield owners, set()


WEIGHTS = st.lists(st.integers(1, 12), min_size=2, max_size=5)
POLICIES = st.sampled_from(["hold_position", "catch_up", "baseline"])
COMINGS_AND_GOINGS = st.lists(st.sampled_from([*PEOPLE, *[None] * 8]), min_size=40, max_size=120)
"""A person comes or goes; `None` is a lead."""


@settings(max_examples=60, deadline=None)
@given(WEIGHTS)
def test_no_window_is_off_by_more_than_one_lead_per_unit_of_weight(weights: list[int]) -> None:
    desk = Desk(a_team(weights))

    owners = [desk.lead() for _ in range(80)]

    assert spread(owners, dict(zip(PEOPLE, weights, strict=False))) <= 1


@settings(max_examples=60, deadline=None)
@given(POLICIES, WEIGHTS, COMINGS_AND_GOINGS)
def test_whoever_was_there_throughout_got_their_share_whoever_came_and_went(
    after_absence: str, weights: list[int], happenings: list[AgentId | None]
) -> None:
    """The first two never leave. A price each is what any two may be apart at any time."""
    members = PEOPLE[: len(weights)]
    desk = Desk(after(after_absence, a_team(weights)))
    owners = []
    for each in happenings:
        if each is None:
            owners.append(desk.lead())
        elif each in members[2:]:
            desk.switch(each)

    steady = dict(zip(members[:2], weights, strict=False))

    assert spread(owners, steady) <= sum(Fraction(1, weight) for weight in steady.values())


@settings(max_examples=60, deadline=None)
@given(POLICIES, st.integers(3, 5), COMINGS_AND_GOINGS)
def test_in_a_round_robin_nobody_there_throughout_is_two_leads_ahead(
    after_absence: str, size: int, happenings: list[AgentId | None]
) -> None:
    desk = Desk(after(after_absence, a_team([1] * size, "round_robin")))
    owners = []
    for each in happenings:
        if each is None:
            owners.append(desk.lead())
        elif each in PEOPLE[2:size]:
            desk.switch(each)

    assert spread(owners, {PEOPLE[0]: 1, PEOPLE[1]: 1}) <= 1


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["round_robin", "weighted"]),
    st.sampled_from(["hold_position", "baseline"]),
    WEIGHTS,
    COMINGS_AND_GOINGS,
)
def test_while_the_same_people_are_there_nobody_gets_ahead_of_anybody(
    strategy: str, after_absence: str, weights: list[int], happenings: list[AgentId | None]
) -> None:
    """A lead at most in a round robin, wherever they are back from.

    By weight, those who come and go shift the others by what a lead costs the lightest.
    """
    members = PEOPLE[: len(weights)]
    desk = Desk(after(after_absence, a_team(weights, strategy)))
    prices = {each: Fraction(1, w) for each, w in zip(members, weights, strict=True)}
    here = set(members)
    for owners, gone_or_back in stretches(desk, happenings, members):
        for one, other in combinations(sorted(here), 2):
            if strategy == "round_robin":
                assert spread(owners, {one: 1, other: 1}) <= 1
            else:
                pair = {one: weights[members.index(one)], other: weights[members.index(other)]}
                most = max(prices.values()) + max(prices[one], prices[other])
                assert spread(owners, pair) <= most
        here ^= gone_or_back


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 4), st.lists(st.sampled_from([*PEOPLE, *[None] * 8]), max_size=40))
def test_under_catch_up_everybody_has_had_the_same_in_the_end(
    size: int, happenings: list[AgentId | None]
) -> None:
    members = PEOPLE[:size]
    desk = Desk(after("catch_up", a_team([1] * size, "round_robin")))
    counts = desk.leads(size)  # Nobody is new any more: who is new is owed nothing.
    for owners, _ in stretches(desk, happenings, members):
        counts.update(owners)
    for each in members:
        if not desk.roster.standing(each).available:
            desk.switch(each)
    # The most that anybody can be owed is what all the others got meanwhile.
    counts += desk.leads(size * len(happenings))

    had = [counts[each] for each in members]
    assert max(had) - min(had) <= 1


@pytest.mark.parametrize(
    ("after_absence", "owners"),
    [
        pytest.param("hold_position", "acbac", id="next in line, then one each"),
        pytest.param("baseline", "cabca", id="behind whoever has had less, then one each"),
        pytest.param("catch_up", "aacab", id="all they missed, then one each"),
    ],
)
def test_who_comes_back_gets_what_the_document_says(after_absence: str, owners: str) -> None:
    desk = Desk(after(after_absence, a_team([1, 1, 1], "round_robin")))
    desk.leads(3)
    desk.switch(PEOPLE[0])
    assert desk.leads(5) == {"b": 3, "c": 2}
    desk.switch(PEOPLE[0])

    assert "".join(str(desk.lead()) for _ in owners) == owners


def test_weights_are_shares_and_a_round_robin_ignores_them() -> None:
    assert Desk(a_team([3, 2, 1])).leads(60) == {"a": 30, "b": 20, "c": 10}
    assert Desk(a_team([3, 2, 1], "round_robin")).leads(60) == {"a": 20, "b": 20, "c": 20}


def test_who_was_away_is_not_flooded_on_return() -> None:
    desk = Desk(a_team([1, 1, 1], "round_robin"))
    desk.leads(9)
    desk.switch(PEOPLE[0])
    desk.leads(100)
    desk.switch(PEOPLE[0])

    assert desk.leads(9) == {"a": 3, "b": 3, "c": 3}


def test_who_was_full_is_not_flooded_when_there_is_room_again() -> None:
    config = a_team([1, 1], "round_robin")
    full = config.agents[0].model_copy(
        update={"capacity": config.agents[0].capacity.model_copy(update={"open": 2})}
    )
    desk = Desk(config.model_copy(update={"agents": (full, config.agents[1])}))
    desk.leads(50)
    desk.roster.release(PEOPLE[0])
    desk.roster.release(PEOPLE[0])

    assert desk.leads(4) == {"a": 2, "b": 2}


def test_a_newcomer_is_not_flooded() -> None:
    desk = Desk(a_team([1, 1], "round_robin"))
    desk.leads(100)
    desk.config = a_team([1, 1, 1], "round_robin")

    assert desk.leads(9) == {"a": 3, "b": 3, "c": 3}


def test_who_lacked_a_skill_for_a_while_makes_up_for_it() -> None:
    """Present all along, `c` let ten leads pass that asked for another language."""
    desk = Desk(a_team([1, 1, 1], "round_robin"))
    desk.leads(3)
    fluent = a_team([1, 1, 1], "round_robin", require={"languages": ["es"]})
    agents = [
        each.model_copy(update={"languages": ("es",)}) if each.id != "c" else each
        for each in fluent.agents
    ]
    desk.config = fluent.model_copy(update={"agents": tuple(agents)})
    desk.leads(10)
    desk.config = a_team([1, 1, 1], "round_robin")

    assert desk.leads(5) == {"c": 5}
    assert desk.leads(9) == {"a": 3, "b": 3, "c": 3}


TURNS = st.dictionaries(
    st.sampled_from(PEOPLE),
    st.builds(
        Turn,
        st.integers(0, 10),
        st.none() | st.integers(0, 3).map(lambda n: NOON - timedelta(n)),
    ),
)
STANDINGS = st.dictionaries(
    st.sampled_from(PEOPLE), st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 3))
)


@settings(max_examples=100, deadline=None)
@given(
    TURNS,
    STANDINGS,
    st.sampled_from(["round_robin", "weighted", "least_loaded"]),
    st.sampled_from(["hold_position", "catch_up", "baseline"]),
    st.dictionaries(st.sampled_from(PEOPLE), st.just("lost_this_lead")),
)
def test_every_decision_is_reproducible_and_accounts_for_everybody(
    turns: dict[AgentId, Turn],
    standings: dict[AgentId, tuple[bool, int, int]],
    strategy: str,
    after_absence: str,
    excluded: dict[AgentId, str],
) -> None:
    people = [
        {"id": each, "capacity": {"open": 3}, "languages": ["es"] if each in "abc" else []}
        for each in PEOPLE
    ]
    to = {"team": "t", "strategy": strategy, "require": {"languages": ["es"]}}
    config = an_office(
        {"name": "x", "to": to},
        agents=people,
        teams={"t": {"members": list(PEOPLE)}},
        calendars={},
        routing={"after_absence": after_absence},
    )
    rows = {each: Standing(each, on, None, None, n, m) for each, (on, n, m) in standings.items()}

    def decide(*, backwards: bool) -> Any:
        def order(rows: dict[Any, Any]) -> dict[Any, Any]:
            return dict(reversed(rows.items())) if backwards else dict(rows)

        return route(
            Question(Features(), NOON, excluded=order(excluded)),
            plan=Plan.of(config, {}),
            roster=Roster(order(rows), {"t": order(turns)}, {"t": 4}),
        )

    decision = decide(backwards=False)

    assert decision == decide(backwards=True)
    assert decision.as_json() == decide(backwards=True).as_json()
    assert [each.agent for each in decision.candidates] == list(PEOPLE)
    assert all(each.why for each in decision.candidates)
    assert [each.agent for each in decision.candidates if each.chosen] == (
        [decision.owner] if decision.owner else []
    )
    fit = {
        each
        for each in PEOPLE
        if each in "abc"
        and each not in excluded
        and (each not in rows or (rows[each].available and rows[each].open_leads < 3))
    }
    assert (decision.owner in fit) if fit else (decision.owner is None)
