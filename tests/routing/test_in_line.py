"""Where each member of a team stands in line: what routing would do, were a lead to come."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.condition import Features
from app.config.document import Config
from app.domain.lead import AgentId
from app.routing.in_line import places
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster, Standing, Turn
from app.routing.route import route
from tests.routing.office import NOON, an_office

PEOPLE = tuple(AgentId(each) for each in "abcd")


def a_team(weights: list[int], **routing: Any) -> Config:
    strategy = routing.pop("strategy")
    return an_office(
        {"name": "all", "to": {"team": "t", "strategy": strategy}},
        agents=[{"id": a, "weight": w} for a, w in zip(PEOPLE, weights, strict=True)],
        teams={"t": {"members": list(PEOPLE)}},
        calendars={},
        routing=routing,
    )


TURNS = st.dictionaries(
    st.sampled_from(PEOPLE),
    st.builds(
        Turn,
        st.integers(0, 3),
        st.none() | st.integers(0, 3).map(lambda n: NOON - timedelta(minutes=n)),
    ),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(1, 3), min_size=4, max_size=4),
    st.sampled_from(["round_robin", "weighted"]),
    st.sampled_from(["hold_position", "catch_up", "baseline"]),
    TURNS,
    st.sets(st.sampled_from(PEOPLE)),
    st.integers(0, 3),
)
def test_who_is_first_in_line_is_who_routing_chooses(
    weights: list[int],
    strategy: str,
    after_absence: str,
    turns: dict[AgentId, Turn],
    off: set[AgentId],
    floor: int,
) -> None:
    plan = Plan.of(a_team(weights, strategy=strategy, after_absence=after_absence), {})
    standings = {each: Standing(each, available=False) for each in off}
    roster = Roster(standings, {"t": turns}, {"t": floor})
    line = places("t", plan, roster, NOON)
    decision = route(Question(Features(), NOON), plan=plan, roster=roster)

    first = [agent for agent, place in line.items() if place.next_in_line == 1]
    assert first == ([] if decision.owner is None else [decision.owner])
    there = [place.next_in_line for place in line.values() if place.next_in_line is not None]
    assert sorted(there) == list(range(1, len(PEOPLE) - len(off) + 1))
    assert {agent for agent, place in line.items() if place.away} == off
    numbers = {each.agent: each.turn for each in decision.candidates}
    assert all(
        line[agent].passed == number for agent, number in numbers.items() if number is not None
    )


@pytest.mark.parametrize(("strategy", "order"), [("weighted", "cabd"), ("round_robin", "abcd")])
def test_where_leads_go_by_weight_the_heavier_goes_first_among_equals(
    strategy: str, order: str
) -> None:
    plan = Plan.of(a_team([2, 1, 3, 1], strategy=strategy), {})
    line = places("t", plan, Roster(), NOON)

    assert [line[AgentId(each)].next_in_line for each in order] == [1, 2, 3, 4]
