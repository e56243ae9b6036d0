"""A turn is paid for a lead that came past the line, and given back for one that is declined."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.condition import Features
from app.config.document import Config
from app.domain.lead import AgentId
from app.routing.charges import Paid, charge, chose, paid_in, refund
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster, Standing, Turn
from app.routing.route import route
from app.routing.turns import SCALE
from tests.routing.office import NOON, an_office

PEOPLE = tuple(AgentId(each) for each in "abc")
A = PEOPLE[0]
ASKED = Question(Features(), NOON)


def a_team(
    *weights: int, strategy: str = "round_robin", after_absence: str = "hold_position", **to: Any
) -> Config:
    return an_office(
        {"name": "all", "to": {"team": "t", "strategy": strategy} | to},
        agents=[{"id": a, "weight": w} for a, w in zip(PEOPLE, weights, strict=False)],
        teams={"t": {"members": list(PEOPLE[: len(weights)])}},
        calendars={},
        routing={"after_absence": after_absence},
    )


def pay(config: Config, roster: Roster, agent: AgentId = A, team: str | None = "t") -> int:
    return charge(team, agent, ASKED, Plan.of(config, {}), roster)


def next_lead(config: Config, roster: Roster) -> Mapping[str, Any]:
    """One lead by turn; the decision as it is stored."""
    decision = route(ASKED, plan=Plan.of(config, {}), roster=roster)
    roster.take(decision, NOON)
    return decision.as_json()


def numbers(roster: Roster) -> dict[AgentId, int]:
    return {agent: turn.passed for agent, turn in roster.turns.get("t", {}).items()}


TURNS = st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 9).map(lambda n: n * SCALE))
WEIGHTS = st.lists(st.integers(1, 9), min_size=3, max_size=3)
POLICIES = st.sampled_from(["hold_position", "catch_up", "baseline"])
STRATEGIES = st.sampled_from(["round_robin", "weighted"])


def a_roster(turns: Mapping[AgentId, int], floor: int) -> Roster:
    return Roster({}, {"t": {agent: Turn(n, None) for agent, n in turns.items()}}, {"t": floor})


@settings(max_examples=100, deadline=None)
@given(TURNS, st.integers(0, 4), WEIGHTS, STRATEGIES, POLICIES)
def test_one_pays_exactly_the_price_and_nobody_else_moves(
    turns: dict[AgentId, int], floor: int, weights: list[int], strategy: str, policy: str
) -> None:
    config = a_team(*weights, strategy=strategy, after_absence=policy)
    roster = a_roster(turns, floor * SCALE)
    expected = a_roster(turns, floor * SCALE)
    in_line = route(ASKED, plan=Plan.of(config, {}), roster=expected).as_json()
    number = next(each["turn"] for each in in_line["candidates"] if each["agent"] == A)

    paid = pay(config, roster)

    assert paid == SCALE // (weights[0] if strategy == "weighted" else 1)
    assert numbers(roster) == turns | {A: number + paid}
    assert roster.floors == {"t": floor * SCALE}
    assert (roster.changed_turns, roster.changed_floors) == ({("t", A)}, set())
    assert roster.turns["t"][A].last_assigned_at == NOON


@settings(max_examples=150, deadline=None)
@given(TURNS, st.integers(0, 4), WEIGHTS, STRATEGIES, POLICIES, st.integers(0, 4))
def test_a_turn_given_back_leaves_no_trace_unless_the_floor_has_risen(
    turns: dict[AgentId, int],
    floor: int,
    weights: list[int],
    strategy: str,
    policy: str,
    between: int,
) -> None:
    """`between` is how many leads others and they themselves took before it was declined."""
    config = a_team(*weights, strategy=strategy, after_absence=policy)
    roster = a_roster(turns, floor * SCALE)
    detail = next_lead(config, roster)
    owner = AgentId(detail["owner"])
    before = next(each["turn"] for each in detail["candidates"] if each["agent"] == owner)
    for _ in range(between):
        next_lead(config, roster)
    standing, level = numbers(roster), roster.floors["t"]
    paid = paid_in(detail, owner)
    assert paid is not None

    returned = refund(paid, owner, config, roster)

    others = {each: n for each, n in standing.items() if each != owner}
    assert {each: n for each, n in numbers(roster).items() if each != owner} == others
    whole = standing[owner] - paid.price
    least = whole if policy == "catch_up" else max(whole, min(level, standing[owner]))
    assert numbers(roster)[owner] == least == standing[owner] - returned
    assert 0 <= returned <= paid.price
    assert sum(numbers(roster).values()) == sum(standing.values()) - returned
    if not between:
        assert numbers(roster)[owner] == before


@pytest.mark.parametrize("policy", ["hold_position", "baseline"])
def test_who_gets_a_turn_back_below_the_floor_is_next_and_no_more(policy: str) -> None:
    config = a_team(1, 1, 1, after_absence=policy)
    roster = Roster()
    first = next_lead(config, roster)
    for _ in range(11):
        next_lead(config, roster)
    paid = paid_in(first, A)
    assert paid is not None
    refund(paid, A, config, roster)

    owners = [next_lead(config, roster)["owner"] for _ in range(7)]

    assert (owners[0], sorted(owners[1:])) == ("a", list("aabbcc"))


def test_a_weight_counts_only_where_leads_go_by_weight() -> None:
    assert pay(a_team(4, 1), Roster()) == SCALE
    assert pay(a_team(4, 1, strategy="weighted"), Roster()) == SCALE // 4
    by_claim = a_team(4, 1, strategy="first_to_claim", otherwise="weighted")
    assert pay(by_claim, Roster()) == SCALE // 4


def test_who_comes_back_and_claims_does_not_get_that_lead_for_nothing() -> None:
    """Away for eight leads, `a` is far behind; the floor is where they are put in line."""
    config = a_team(1, 1, 1)
    roster = Roster(standings={A: Standing(A, available=False)})
    for _ in range(8):
        next_lead(config, roster)
    pay(config, roster)
    roster.standings[A] = Standing(A)

    assert numbers(roster)[A] == roster.floors["t"] + SCALE
    assert sorted(next_lead(config, roster)["owner"] for _ in range(6)) == list("aabbcc")


def test_somebody_who_is_no_member_has_no_turn_to_pay_with() -> None:
    roster = Roster()

    assert pay(a_team(1, 1), roster, PEOPLE[2]) == 0
    assert pay(a_team(1, 1), roster, team="gone") == 0
    assert pay(a_team(1, 1), roster, team=None) == 0
    assert roster == Roster()


def test_only_a_decision_by_turn_that_chose_somebody_is_given_back() -> None:
    config = a_team(1, 1)
    detail = next_lead(config, Roster())
    named = next_lead(an_office({"name": "b", "to": {"agent": "maria"}}), Roster())
    # The lead stayed with its owner, for nobody else could take it.
    stayed = {**detail, "floor": None, "candidates": [], "owner": "a"}

    claimed = {**detail, "floor": None, "turn_paid": SCALE}

    assert (paid_in(detail, A), chose(detail, A)) == (Paid("t", SCALE), True)
    assert (paid_in(claimed, A), chose(claimed, A)) == (None, True)
    assert paid_in(detail, PEOPLE[1]) is None
    assert (paid_in(named, AgentId("maria")), chose(named, AgentId("maria"))) == (None, True)
    assert (paid_in(stayed, A), chose(stayed, A)) == (None, False)
    assert refund(Paid("t", SCALE), A, config, Roster()) == 0
