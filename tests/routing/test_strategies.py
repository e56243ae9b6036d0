from datetime import timedelta
from typing import Any, get_args

import pytest

from app.config.condition import Features
from app.config.routing import FallbackStrategy
from app.config.routing import Strategy as StrategyName
from app.domain.lead import AgentId
from app.routing.decision import Decision
from app.routing.roster import Roster, Standing, Turn
from app.routing.strategies.registry import STRATEGIES
from app.routing.turns import SCALE
from tests.routing.office import BEN, CARA, DANA, NOON, an_office, routed, whys

SPANISH_BUYER = Features(kind="buyer", language="es")
LATER = NOON + timedelta(minutes=5)


def given_out(
    to: dict[str, Any],
    features: Features = SPANISH_BUYER,
    roster: Roster | None = None,
    **more: Any,
) -> Decision:
    return routed(
        an_office({"name": "x", "to": {"team": "sarasota"} | to}), features, roster, **more
    )


def turns(**passed: int) -> Roster:
    """A roster with these turn numbers, in leads of weight 1."""
    return Roster(turns={"sarasota": {AgentId(a): Turn(n * SCALE) for a, n in passed.items()}})


def test_the_document_can_name_every_strategy_and_no_other() -> None:
    assert set(get_args(StrategyName)) == set(STRATEGIES)


def test_what_nobody_claimed_can_be_given_out_by_every_strategy_that_chooses_somebody() -> None:
    choosing = {name for name, strategy in STRATEGIES.items() if not strategy.offers}

    assert set(get_args(FallbackStrategy)) == choosing


@pytest.mark.parametrize(
    ("to", "features", "roster", "reasons"),
    [
        pytest.param(
            {"strategy": "round_robin"},
            SPANISH_BUYER,
            turns(dana=1, ben=0, cara=2),
            {"dana": ("later_turn",), "ben": ("chosen",), "cara": ("later_turn",)},
            id="round_robin: the smallest turn number",
        ),
        pytest.param(
            {"strategy": "round_robin"},
            SPANISH_BUYER,
            Roster(turns={"sarasota": {DANA: Turn(0, NOON), BEN: Turn(0), CARA: Turn(0, NOON)}}),
            {"dana": ("later_turn",), "ben": ("chosen",), "cara": ("later_turn",)},
            id="round_robin: of equals, who never had a lead has waited longest",
        ),
        pytest.param(
            {"strategy": "weighted"},
            SPANISH_BUYER,
            Roster(turns={"sarasota": {DANA: Turn(0, NOON), BEN: Turn(0), CARA: Turn(0)}}),
            {"dana": ("chosen",), "ben": ("later_turn",), "cara": ("later_turn",)},
            id="weighted: of equals, the heaviest, though others wait longer",
        ),
        pytest.param(
            {"strategy": "least_loaded"},
            SPANISH_BUYER,
            Roster(
                {DANA: Standing(DANA, open_leads=3), CARA: Standing(CARA, open_leads=1)},
                {"sarasota": {BEN: Turn(9), CARA: Turn(0)}},
            ),
            {"dana": ("more_open_leads",), "ben": ("chosen",), "cara": ("more_open_leads",)},
            id="least_loaded: the fewest open leads, whoever's turn it is",
        ),
        pytest.param(
            {"strategy": "best_match"},
            SPANISH_BUYER,
            turns(dana=9),
            {
                "dana": ("chosen", "score:2"),
                "ben": ("lower_score:1<2",),
                "cara": ("lower_score:0<2",),
            },
            id="best_match: a language and a skill are more than a skill",
        ),
        pytest.param(
            {"strategy": "best_match", "score": {"languages": 0, "zips": 3, "licences": 2}},
            Features(kind="buyer", language="es", state="FL", zip="34236"),
            None,
            {
                "dana": ("lower_score:1<5",),
                "ben": ("lower_score:1<5",),
                "cara": ("chosen", "score:5"),
            },
            id="best_match: each fit counts what the document makes it worth",
        ),
        pytest.param(
            {"strategy": "best_match"},
            Features(kind="buyer"),
            turns(dana=1),
            {
                "dana": ("later_turn",),
                "ben": ("chosen", "score:1"),
                "cara": ("lower_score:0<1",),
            },
            id="best_match: of equals, whose turn it is",
        ),
        pytest.param(
            {"strategy": "best_match"},
            Features(),
            turns(dana=1),
            {"dana": ("later_turn",), "ben": ("chosen", "score:0"), "cara": ("later_turn",)},
            id="best_match: a lead that tells nothing goes by turn",
        ),
    ],
)
def test_a_strategy_chooses_and_says_why_not_the_others(
    to: dict[str, Any],
    features: Features,
    roster: Roster | None,
    reasons: dict[str, tuple[str, ...]],
) -> None:
    decision = given_out(to, features, roster)

    assert whys(decision) == reasons
    assert decision.strategy == to["strategy"]


def test_only_by_weight_does_a_lead_cost_the_heavier_less() -> None:
    """Dana's weight is 2."""
    prices = {
        name: given_out({"strategy": name}, roster=turns(dana=0, ben=9, cara=9)).turns_after[DANA]
        for name in STRATEGIES
        if not STRATEGIES[name].offers
    }

    assert prices.pop("weighted") == SCALE // 2
    assert prices == dict.fromkeys(("round_robin", "least_loaded", "best_match", "sticky"), SCALE)


@pytest.mark.parametrize(
    ("former_owner", "roster", "reasons"),
    [
        pytest.param(
            CARA,
            turns(cara=9),
            {
                "dana": ("not_their_agent",),
                "ben": ("not_their_agent",),
                "cara": ("chosen", "their_agent"),
            },
            id="theirs, though it is everybody else's turn",
        ),
        pytest.param(
            CARA,
            Roster({CARA: Standing(CARA, available=False)}),
            {"dana": ("chosen",), "ben": ("later_turn",), "cara": ("paused",)},
            id="theirs is away: by turn",
        ),
        pytest.param(
            None,
            turns(dana=1),
            {"dana": ("later_turn",), "ben": ("chosen",), "cara": ("later_turn",)},
            id="they have none: by turn",
        ),
        pytest.param(
            AgentId("gone"),
            turns(dana=1),
            {"dana": ("later_turn",), "ben": ("chosen",), "cara": ("later_turn",)},
            id="theirs left the team: by turn",
        ),
    ],
)
def test_sticky_keeps_people_with_their_agent(
    former_owner: AgentId | None, roster: Roster, reasons: dict[str, tuple[str, ...]]
) -> None:
    decision = given_out({"strategy": "sticky"}, roster=roster, former_owner=former_owner)

    assert whys(decision) == reasons


def test_who_lost_the_lead_does_not_get_it_again_for_being_their_agent() -> None:
    decision = given_out(
        {"strategy": "sticky"}, former_owner=CARA, excluded={CARA: "lost_this_lead:declined"}
    )

    assert decision.owner == DANA
    assert whys(decision)["cara"] == ("lost_this_lead:declined",)


OFFER = {"strategy": "first_to_claim", "offer_for": "5m"}


def test_an_offer_goes_to_all_who_could_take_it_and_costs_nobody_a_turn() -> None:
    roster = Roster({BEN: Standing(BEN, available=False, switched_by="maria")})

    decision = given_out(OFFER, roster=roster)

    assert (decision.owner, decision.offered, decision.offered_until) == (None, (DANA, CARA), LATER)
    assert whys(decision) == {
        "dana": ("offered",),
        "ben": ("paused_by_manager",),
        "cara": ("offered",),
    }
    assert decision.reason == (
        "Rule x: it is offered to 2 of 3 in team sarasota at once, and theirs who claims it first."
    )
    assert (decision.floor, decision.turns_after, decision.retry_at) == (None, {}, None)


@pytest.mark.parametrize(
    ("wishes", "more", "offered", "reasons"),
    [
        pytest.param(
            {"prefer": {"languages": "match"}},
            {},
            (DANA,),
            {
                "dana": ("offered",),
                "ben": ("not_preferred", "lacks_language:es"),
                "cara": ("not_preferred", "lacks_language:es"),
            },
            id="only to the preferred",
        ),
        pytest.param(
            {"prefer": {"languages": ["fr"]}},
            {},
            (DANA, BEN, CARA),
            {"dana": ("offered",), "ben": ("offered",), "cara": ("offered",)},
            id="to all, where nobody preferred is free",
        ),
        pytest.param(
            {"require": {"skills": "match"}},
            {"excluded": {DANA: "lost_this_lead:missed_the_deadline"}},
            (BEN,),
            {
                "dana": ("lost_this_lead:missed_the_deadline",),
                "ben": ("offered",),
                "cara": ("lacks_skill:buyer",),
            },
            id="to nobody who does not fit, or had it before",
        ),
    ],
)
def test_an_offer_heeds_what_the_rule_says_of_people(
    wishes: dict[str, Any],
    more: dict[str, Any],
    offered: tuple[AgentId, ...],
    reasons: dict[str, tuple[str, ...]],
) -> None:
    decision = given_out(OFFER | wishes, **more)

    assert decision.offered == offered
    assert whys(decision) == reasons


def test_an_offer_that_nobody_could_take_up_is_none() -> None:
    everybody = dict.fromkeys((DANA, BEN, CARA), "lost_this_lead:declined")

    decision = given_out(OFFER, excluded=everybody)

    assert (decision.strategy, decision.offered, decision.offered_until) == (
        "nobody_available",
        (),
        None,
    )


@pytest.mark.parametrize(
    ("otherwise", "owner"),
    [
        pytest.param({}, BEN, id="by turn, if the document says nothing"),
        pytest.param({"otherwise": "best_match"}, DANA, id="as the document says"),
    ],
)
def test_what_nobody_claimed_in_time_is_given_out(
    otherwise: dict[str, Any], owner: AgentId
) -> None:
    decision = given_out(OFFER | otherwise, roster=turns(dana=1, ben=0, cara=1), lapsed=True)

    strategy = otherwise.get("otherwise", "round_robin")
    assert (decision.owner, decision.strategy, decision.offered) == (owner, strategy, ())
    assert decision.turns_after[owner] == decision.turns_before[owner] + SCALE
    assert decision.reason == (
        f"Rule x: {owner} by {strategy} among 3 of 3 available in team sarasota, "
        "for nobody claimed it."
    )


def test_that_an_offer_lapsed_means_nothing_to_a_rule_that_offers_nothing() -> None:
    decision = given_out({"strategy": "least_loaded"}, lapsed=True)

    assert decision.strategy == "least_loaded"
    assert "claimed" not in decision.reason
