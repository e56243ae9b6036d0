"""The books of a team: what each was entitled to, what they took, and why they are owed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.condition import Features
from app.config.document import Config
from app.domain.lead import AgentId, LossCode
from app.routing.charges import charge
from app.routing.ledger import Account, Entry, Ledger, kept_away
from app.routing.owed import why
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster, Standing
from app.routing.route import route
from app.routing.terms import Terms
from tests.routing.office import NOON, an_office

PEOPLE = tuple(AgentId(each) for each in "abcd")
ASKED = Question(Features(), NOON)
Decided = Mapping[str, Any]


def a_team(*weights: int, strategy: str = "round_robin", **to: Any) -> Config:
    return an_office(
        {"name": "all", "to": {"team": "t", "strategy": strategy} | to},
        agents=[{"id": a, "weight": w} for a, w in zip(PEOPLE, weights, strict=False)],
        teams={"t": {"members": list(PEOPLE[: len(weights)])}},
        calendars={},
    )


def terms_of(config: Config) -> Terms:
    return Terms.of(config.model_dump(mode="json", by_alias=True), config)


def decided(config: Config, roster: Roster, asked: Question = ASKED) -> Decided:
    decision = route(asked, plan=Plan.of(config, {}), roster=roster)
    roster.take(decision, NOON)
    return decision.as_json()


def claimed(config: Config, roster: Roster, by: AgentId, offered: Sequence[str] = ()) -> Decided:
    """A claim as it is stored, its turn paid."""
    return {
        "owner": by,
        "floor": None,
        "offered": list(offered),
        "turn_paid": charge("t", by, ASKED, Plan.of(config, {}), roster),
        "candidates": [
            {"agent": each, "chosen": each == by, "why": ["chosen" if each == by else "offered"]}
            for each in {by: None, **dict.fromkeys(offered)}
        ],
    }


def an_entry(config: Config, detail: Decided, strategy: str | None = None, **more: Any) -> Entry:
    named = strategy or str(detail["strategy"])
    return Entry("t", named, str(detail["owner"]), detail, terms_of(config), **more)


def accounts(*entries: Entry) -> dict[str, Account]:
    ledger = Ledger()
    for each in entries:
        ledger.enter(each)
    return {each.agent: each for each in ledger.account_of("t").members}


def owed(*entries: Entry) -> dict[str, Fraction]:
    return {agent: account.owed for agent, account in accounts(*entries).items()}


HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["lead", "lead", "lead", "switch", "claim"]), st.sampled_from(PEOPLE)
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=4, max_size=4),
    st.sampled_from(["round_robin", "weighted", "least_loaded", "best_match"]),
    HAPPENINGS,
    st.sets(st.integers(0, 39)),
    st.randoms(use_true_random=False),
)
def test_what_a_team_owes_its_members_sums_up_to_nothing(
    weights: list[int],
    strategy: str,
    happenings: list[tuple[str, AgentId]],
    returned: set[int],
    random: Any,
) -> None:
    config, roster, entries = a_team(*weights, strategy=strategy), Roster(), []
    for at, (what, agent) in enumerate(happenings):
        back = at in returned
        if what == "switch":
            on = not roster.standing(agent).available
            roster.standings[agent] = Standing(agent, available=on)
        elif what == "claim":
            detail = claimed(config, roster, agent)
            entries.append(an_entry(config, detail, "claim", turn_returned=back))
        elif (detail := decided(config, roster))["owner"] is not None:
            entries.append(an_entry(config, detail, turn_returned=back))
    ledger, shuffled = Ledger(), Ledger()
    for each in entries:
        ledger.enter(each)
    random.shuffle(entries)
    for each in entries:
        shuffled.enter(each)

    books = ledger.account_of("t", PEOPLE)

    assert books == shuffled.account_of("t", PEOPLE)
    assert sum(each.owed for each in books.members) == 0
    assert sum(each.taken for each in books.members) == books.counted
    assert sum(sum(each.leads.values()) for each in books.members) == books.counted
    assert all(0 <= each.entitled <= each.able <= books.counted for each in books.members)
    if books.counted:
        assert sum(books.fair_share(each) or 0 for each in books.members) == 1
        assert sum(books.share(each) or 0 for each in books.members) == 1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=4), st.integers(1, 60))
def test_where_everybody_is_there_nobody_is_owed_more_than_turns_allow(
    weights: list[int], leads: int
) -> None:
    """With one other it is less than a lead; with more, less than one for each but one."""
    config, roster = a_team(*weights, strategy="weighted"), Roster()
    entries = [an_entry(config, decided(config, roster)) for _ in range(leads)]

    for agent, account in accounts(*entries).items():
        weight = weights[PEOPLE.index(AgentId(agent))]
        assert account.entitled == Fraction(leads * weight, sum(weights))
        assert abs(account.owed) < max(1, len(weights) - 1)


def test_a_lead_belongs_in_equal_parts_to_all_who_could_have_taken_it() -> None:
    config, roster = a_team(1, 1, 1), Roster(standings={PEOPLE[2]: Standing(PEOPLE[2], False)})
    books = accounts(*(an_entry(config, decided(config, roster)) for _ in range(3)))

    assert {each: books[each].entitled for each in "abc"} == {
        "a": Fraction(3, 2),
        "b": Fraction(3, 2),
        "c": 0,
    }
    assert {each: books[each].taken for each in "abc"} == {"a": 2, "b": 1, "c": 0}
    assert (books["c"].able, books["c"].away) == (0, {"paused": 3})
    assert books["a"].outranked == {"later_turn": 1}


def test_a_weight_is_a_larger_part_only_where_leads_go_by_weight() -> None:
    for strategy, part in (("weighted", Fraction(3, 4)), ("round_robin", Fraction(1, 2))):
        config = a_team(3, 1, strategy=strategy)
        assert accounts(an_entry(config, decided(config, Roster())))["a"].entitled == part


def test_whom_the_rule_does_not_prefer_is_owed_what_the_others_had() -> None:
    config = an_office(
        {"name": "all", "to": {"team": "t", "prefer": {"languages": ["es"]}}},
        agents=[{"id": "a", "languages": ["es"]}, {"id": "b"}],
        teams={"t": {"members": ["a", "b"]}},
        calendars={},
    )
    roster = Roster()
    entries = [an_entry(config, decided(config, roster)) for _ in range(4)]

    assert owed(*entries) == {"a": -2, "b": 2}
    assert why(accounts(*entries)["b"], "hold_position") == (
        "b is owed 2 leads: they took 0 of the 4 leads that they could have taken, and 2 were "
        "theirs; of those that others had, 4 because the rule prefers others."
    )


def test_whoever_lacks_what_a_lead_needs_has_no_part_in_it() -> None:
    config = an_office(
        {"name": "all", "to": {"team": "t", "require": {"languages": ["es"]}}},
        agents=[{"id": "a", "languages": ["es"]}, {"id": "b"}],
        teams={"t": {"members": ["a", "b"]}},
        calendars={},
    )
    entry = an_entry(config, decided(config, Roster()))

    assert owed(entry) == {"a": 0, "b": 0}
    assert why(accounts(entry)["b"], "hold_position") == (
        "b could have taken none of the leads that cost a turn; 1 lead went by that were not for "
        "them (lacks_language:es 1): they were there, so they keep their place in line and make "
        "up for these."
    )


def test_only_the_last_team_that_was_asked_is_accounted_for() -> None:
    """The first team's people were looked at, too, and are no part of the second's books."""
    config = an_office(
        {"name": "all", "to": {"team": "one"}},
        agents=[{"id": each} for each in "ab"],
        teams={"one": {"members": ["a"]}, "t": {"members": ["b"]}},
        calendars={},
        routing={"nobody_available": {"to": {"team": "t"}}},
    )
    roster = Roster(standings={PEOPLE[0]: Standing(PEOPLE[0], available=False)})
    detail = decided(config, roster)

    assert [each["agent"] for each in detail["candidates"]] == ["a", "b"]
    assert {
        each: it.leads["by_turn"] for each, it in accounts(an_entry(config, detail)).items()
    } == {"b": 1}


def test_a_turn_that_was_given_back_is_as_if_the_lead_had_never_come() -> None:
    config, roster = a_team(1, 1), Roster()
    first, second = decided(config, roster), decided(config, roster)
    declined = {"ended": LossCode.DECLINED}

    kept = accounts(an_entry(config, first, **declined), an_entry(config, second))
    given_back = accounts(
        an_entry(config, first, turn_returned=True, **declined), an_entry(config, second)
    )

    assert {each: account.owed for each, account in kept.items()} == {"a": 0, "b": 0}
    half = Fraction(1, 2)
    assert {each: account.owed for each, account in given_back.items()} == {"a": half, "b": -half}
    assert [each["a"].ended for each in (kept, given_back)] == [{LossCode.DECLINED: 1}] * 2
    assert [each["a"].leads["by_turn"] for each in (kept, given_back)] == [1, 0]


def test_a_claim_counts_if_it_cost_a_turn_and_only_among_those_it_was_offered_to() -> None:
    config = a_team(1, 1, 1, 1)
    third, quarter = Fraction(1, 3), Fraction(1, 4)
    offered = claimed(config, Roster(), PEOPLE[0], offered="abc")
    from_the_pond = claimed(config, Roster(), PEOPLE[0])
    free = {**from_the_pond, "turn_paid": 0}

    assert owed(an_entry(config, offered, "claim")) == {"a": third - 1, "b": third, "c": third}
    assert owed(an_entry(config, from_the_pond, "claim")) == {
        "a": quarter - 1,
        "b": quarter,
        "c": quarter,
        "d": quarter,
    }
    assert owed(an_entry(config, free, "claim")) == {"a": 0}
    assert accounts(an_entry(config, free, "claim"))["a"].leads["claimed"] == 1


def test_every_way_to_a_lead_is_told_apart() -> None:
    config = a_team(1, 1)
    by_name = {"owner": "a", "floor": None, "candidates": [{"agent": "a", "chosen": True}]}
    entries = [
        an_entry(config, by_name, strategy)
        for strategy in ("agent", "on_call", "claim", "manual", "returning", "nobody_available")
    ]
    books = accounts(*entries, an_entry(config, decided(config, Roster())))

    assert books["a"].leads == {
        "by_turn": 1,
        "named": 2,
        "claimed": 1,
        "assigned": 1,
        "returning": 1,
        "fallback": 1,
    }
    assert (books["a"].taken, books["a"].owed) == (1, Fraction(-1, 2))


def test_a_lead_that_stayed_with_its_owner_for_want_of_others_was_not_given_again() -> None:
    config = a_team(1, 1)
    detail = {
        "owner": "a",
        "floor": None,
        "candidates": [{"agent": "b", "chosen": False, "why": ["off_shift"], "turn": 0}],
    }

    assert accounts(an_entry(config, detail, "round_robin")) == {}


def test_absences_are_explained_as_the_policy_treats_them() -> None:
    config, roster = a_team(1, 1), Roster(standings={PEOPLE[1]: Standing(PEOPLE[1], False)})
    entries = [an_entry(config, decided(config, roster)) for _ in range(3)]
    roster.standings.clear()
    entries.append(an_entry(config, decided(config, roster)))
    b = accounts(*entries)["b"]

    told = {each: why(b, each) for each in ("hold_position", "catch_up", "baseline")}

    start = (
        "b has their share to within one lead: they took 1 of the 1 lead that they could have "
        "taken, and 0.5 were theirs; 3 leads went by (3 while they were switched off by "
        "themselves), which "
    )
    assert all(each.startswith(start) for each in told.values())
    assert {policy: each.removeprefix(start) for policy, each in told.items()} == {
        "hold_position": "hold_position does not make up for: who comes back is next in line at "
        "best.",
        "catch_up": "catch_up makes up for: who comes back goes first until they are level.",
        "baseline": "baseline does not make up for: who comes back is level with the last in line.",
    }


def test_losses_are_told() -> None:
    config, roster = a_team(1), Roster()
    codes = (LossCode.DECLINED, LossCode.MISSED, LossCode.MISSED, None)
    entries = [an_entry(config, decided(config, roster), ended=each) for each in codes]
    a = accounts(*entries)["a"]

    assert a.ended == {LossCode.DECLINED: 1, LossCode.MISSED: 2}
    assert why(a, "catch_up").endswith(
        "of what they were given, 1 declined and 2 lost for missing the deadline."
    )


def test_only_what_keeps_somebody_from_a_lead_counts_as_that() -> None:
    said = "off_shift paused paused_by_manager at_capacity:open at_capacity:today lacks_skill:x "
    said += "lacks_language:es lacks_licence:FL not_in_zip lost_this_lead:declined not_in_config"
    outranked = "later_turn more_open_leads lower_score:1<3 not_their_agent not_preferred offered"

    assert Counter(map(kept_away, said.split())) == {True: 11}
    assert Counter(map(kept_away, outranked.split())) == {False: 6}


def test_terms_are_read_from_documents_as_they_were_written() -> None:
    now = a_team(5, 1)
    written = {
        "agents": [{"id": "a", "weight": "${WEIGHT}"}, {"id": "b"}, {"id": "gone", "weight": 3}],
        "teams": {"t": {"members": ["a", "gone"]}},
        "routing": {
            "rules": [
                {"name": "x", "to": {"agent": "a"}},
                {"name": "y", "to": {"team": "t", "strategy": "weighted"}},
            ]
        },
    }
    terms = Terms.of(written, now)

    assert terms.members == {"t": {"a", "gone"}}
    assert terms.weights == {"a": 5, "b": 1, "gone": 3}
    assert terms.by_weight == {"t"}
