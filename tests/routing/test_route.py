import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.config.condition import Features
from app.domain.lead import AgentId
from app.routing.decision import Candidate, Decision, RuleTried
from app.routing.roster import Roster, Standing, Turn
from app.routing.turns import SCALE
from tests.routing.office import (
    BEN,
    CARA,
    DANA,
    EVERYONE,
    MARIA,
    NOON,
    OTTO,
    an_office,
    routed,
    whys,
    with_agents,
)

NIGHT = datetime(2026, 3, 10, 23, tzinfo=UTC)
TO_MARIA = {"nobody_available": {"to": {"agent": "maria"}}}
ON_CALL = {
    "managers": {
        "timezone": "UTC",
        "rotation": {"every": "1w", "starts": "2026-03-02T08:00", "members": ["maria", "otto"]},
    }
}


def off(agent: AgentId, until: datetime | None = None) -> Roster:
    return Roster({agent: Standing(agent, available=False, until=until)})


def test_the_first_lead_of_a_new_team_goes_to_the_first_member() -> None:
    decision = routed(an_office(), Features(source="website"))

    assert decision == Decision(
        rule="everyone",
        strategy="round_robin",
        team="sarasota",
        owner=DANA,
        reason="Rule everyone: dana by round_robin among 3 of 3 available in team sarasota.",
        candidates=(
            Candidate(DANA, True, ("chosen",), 0),
            Candidate(BEN, False, ("later_turn",), 0),
            Candidate(CARA, False, ("later_turn",), 0),
        ),
        trail=(RuleTried("everyone", None),),
        turns_before={},
        turns_after={DANA: SCALE, BEN: 0, CARA: 0},
        floor=0,
        teams_asked=("sarasota",),
    )


def test_the_trail_tells_why_earlier_rules_did_not_match() -> None:
    luxury = {"name": "luxury", "when": {"price": {"min": 1000000}}, "to": {"team": "sarasota"}}
    spanish = {"name": "spanish", "when": {"language": "es"}, "to": {"team": "sarasota"}}

    decision = routed(an_office(luxury, spanish, EVERYONE), Features(price=500000, language="es"))

    assert decision.rule == "spanish"
    first, second = decision.trail
    assert first.rule == "luxury"
    assert first.why_not is not None
    assert "1000000" in first.why_not
    assert second == RuleTried("spanish", None)


@pytest.mark.parametrize(
    ("require", "features", "reasons"),
    [
        pytest.param(
            {"languages": ["es"]},
            Features(),
            {
                "dana": ("chosen",),
                "ben": ("lacks_language:es",),
                "cara": ("lacks_language:es",),
            },
            id="a language",
        ),
        pytest.param(
            {"skills": ["renter"], "languages": ["es"]},
            Features(),
            {
                "dana": ("lacks_skill:renter",),
                "ben": ("lacks_skill:renter", "lacks_language:es"),
                "cara": ("lacks_language:es",),
                "maria": ("chosen",),
            },
            id="all that is required must be there",
        ),
        pytest.param(
            {"zips": "match"},
            Features(zip="34236"),
            {"dana": ("not_in_zip",), "ben": ("not_in_zip",), "cara": ("chosen",)},
            id="the zip of the home asked about",
        ),
        pytest.param(
            {"zips": ["34236", "33101"]},
            Features(),
            {
                "dana": ("not_in_zip",),
                "ben": ("not_in_zip",),
                "cara": ("not_in_zip",),
                "maria": ("chosen",),
            },
            id="several zips must all be served",
        ),
        pytest.param(
            {"zips": "match", "licences": "match"},
            Features(),
            {"dana": ("chosen",), "ben": ("later_turn",), "cara": ("later_turn",)},
            id="what the lead does not tell is not asked for",
        ),
        pytest.param(
            {"licences": "match", "skills": "match"},
            Features(state="FL", kind="renter"),
            {
                "dana": ("lacks_skill:renter", "lacks_licence:FL"),
                "ben": ("lacks_skill:renter", "lacks_licence:FL"),
                "cara": ("chosen",),
            },
            id="a licence for the state and a skill for the kind",
        ),
    ],
)
def test_a_rule_may_require_traits(
    require: dict[str, Any], features: Features, reasons: dict[str, tuple[str, ...]]
) -> None:
    rule = {"name": "fit", "to": {"team": "sarasota", "require": require}}

    assert whys(routed(an_office(rule, routing=TO_MARIA), features)) == reasons


def test_the_preferred_go_first_and_the_others_only_when_none_is_free() -> None:
    rule = {"name": "near", "to": {"team": "sarasota", "prefer": {"zips": "match"}}}
    near, office = Features(zip="34236"), an_office(rule)

    assert whys(routed(office, near)) == {
        "dana": ("not_preferred", "not_in_zip"),
        "ben": ("not_preferred", "not_in_zip"),
        "cara": ("chosen",),
    }
    assert whys(routed(office, near, off(CARA))) == {
        "dana": ("chosen",),
        "ben": ("later_turn",),
        "cara": ("paused",),
    }


@pytest.mark.parametrize(
    ("roster", "agents", "why"),
    [
        pytest.param(off(DANA), {}, ("paused",), id="switched off"),
        pytest.param(off(DANA, NOON + timedelta(hours=1)), {}, ("paused",), id="off for a while"),
        pytest.param(off(DANA, NOON), {}, ("chosen",), id="back at the very instant"),
        pytest.param(Roster(), {"calendar": "night"}, ("off_shift",), id="not at work"),
        pytest.param(
            Roster({DANA: Standing(DANA, open_leads=4, taken_today=2)}),
            {"capacity": {"open": 4, "per_day": 2}},
            ("at_capacity:open", "at_capacity:today"),
            id="full",
        ),
        pytest.param(
            Roster({DANA: Standing(DANA, open_leads=3, taken_today=1)}),
            {"capacity": {"open": 4, "per_day": 2}},
            ("chosen",),
            id="room for one more",
        ),
    ],
)
def test_a_person_is_passed_over_with_the_reason(
    roster: Roster, agents: dict[str, Any], why: tuple[str, ...]
) -> None:
    decision = routed(an_office(agents=with_agents(dana=agents)), roster=roster)

    assert whys(decision)["dana"] == why


def test_who_lost_this_lead_does_not_get_it_again() -> None:
    decision = routed(an_office(), excluded={DANA: "lost_this_lead"})

    assert decision.owner == BEN
    assert whys(decision)["dana"] == ("lost_this_lead",)


def test_least_loaded_levels_the_load_and_ties_take_turns() -> None:
    office = an_office({"name": "x", "to": {"team": "sarasota", "strategy": "least_loaded"}})
    roster = Roster({DANA: Standing(DANA, open_leads=2), BEN: Standing(BEN, open_leads=1)})
    roster.standings[CARA] = Standing(CARA, open_leads=1)
    roster.turns["sarasota"] = {BEN: Turn(SCALE, NOON), CARA: Turn(0, NOON)}

    assert whys(routed(office, roster=roster)) == {
        "dana": ("more_open_leads",),
        "ben": ("later_turn",),
        "cara": ("chosen",),
    }


FROM_PROVIDER = {"name": "named", "to": {"agent": "from_provider"}}


def test_the_agent_whom_the_source_named_gets_the_lead_even_off_shift() -> None:
    decision = routed(an_office(FROM_PROVIDER), Features(provider_agent=BEN), now=NIGHT)

    assert decision == Decision(
        rule="named",
        strategy="agent",
        team="sarasota",
        owner=BEN,
        reason="Rule named names ben.",
        candidates=(Candidate(BEN, True, ("chosen", "off_shift")),),
        trail=(RuleTried("named", None),),
    )


def test_without_a_named_agent_the_next_rule_decides() -> None:
    decision = routed(an_office(FROM_PROVIDER, EVERYONE))

    assert decision.trail == (
        RuleTried("named", "the source named none of our agents"),
        RuleTried("everyone", None),
    )
    assert decision.owner == DANA


def test_a_named_agent_who_is_switched_off_does_not_get_the_lead() -> None:
    office = an_office(FROM_PROVIDER, routing=TO_MARIA)

    decision = routed(office, Features(provider_agent=BEN), off(BEN))

    assert (decision.owner, decision.strategy) == (MARIA, "nobody_available")
    assert (
        decision.reason == "Rule named: ben cannot take it (paused), so maria has it (agent maria)."
    )


def test_a_rule_may_name_whoever_is_on_call() -> None:
    office = an_office({"name": "x", "to": {"on_call": "managers"}}, on_call=ON_CALL)

    decision = routed(office)

    assert (decision.owner, decision.strategy, decision.team) == (OTTO, "on_call", None)
    assert decision.reason == "Rule x names otto, who is on call."


def test_a_pond_holds_the_lead_without_an_owner() -> None:
    decision = routed(an_office({"name": "x", "to": {"pond": "sarasota"}}))

    assert (decision.owner, decision.strategy, decision.team) == (None, "pond", "sarasota")


def test_when_nobody_is_available_the_manager_on_call_owns_the_lead() -> None:
    office = an_office(
        on_call=ON_CALL, routing={"nobody_available": {"to": {"on_call": "managers"}}}
    )

    decision = routed(office, now=NIGHT)

    assert decision == Decision(
        rule="everyone",
        strategy="nobody_available",
        team="sarasota",
        owner=OTTO,
        reason=(
            "Rule everyone: nobody of the 3 in team sarasota can take it now, "
            "so otto has it (on_call managers)."
        ),
        candidates=(
            Candidate(DANA, False, ("off_shift",)),
            Candidate(BEN, False, ("off_shift",)),
            Candidate(CARA, False, ("off_shift",)),
            Candidate(OTTO, True, ("chosen",)),
        ),
        trail=(RuleTried("everyone", None),),
        teams_asked=("sarasota",),
    )


def test_when_nobody_is_available_another_team_may_take_turns() -> None:
    teams = {"sarasota": {"members": ["dana"]}, "backup": {"members": ["dana", "ben", "cara"]}}
    office = an_office(teams=teams, routing={"nobody_available": {"to": {"team": "backup"}}})

    decision = routed(office, roster=off(DANA))

    assert (decision.owner, decision.team, decision.strategy) == (BEN, "backup", "nobody_available")
    assert whys(decision) == {"dana": ("paused",), "ben": ("chosen",), "cara": ("later_turn",)}
    assert decision.turns_after == {BEN: SCALE, CARA: 0}


def test_the_teams_manager_may_take_what_nobody_can() -> None:
    office = an_office(routing={"nobody_available": {"to": "manager"}})

    assert routed(office, now=NIGHT).owner == MARIA


def test_a_fallback_who_is_switched_off_leaves_the_lead_unowned() -> None:
    decision = routed(an_office(routing=TO_MARIA), roster=off(MARIA), now=NIGHT)

    assert decision.owner is None
    assert whys(decision)["maria"] == ("paused",)


@pytest.mark.parametrize(
    ("agents", "roster", "now", "retry_at"),
    [
        pytest.param(
            {},
            Roster(),
            NIGHT,
            datetime(2026, 3, 11, 8, tzinfo=UTC),
            id="when the first calendar of the team opens",
        ),
        pytest.param(
            {"cara": {"calendar": "night"}},
            Roster(),
            datetime(2026, 3, 14, 12, tzinfo=UTC),
            datetime(2026, 3, 14, 20, tzinfo=UTC),
            id="the earliest of several calendars",
        ),
        pytest.param(
            {"ben": {"calendar": "night"}, "cara": {"calendar": "night"}},
            off(DANA, NOON + timedelta(hours=2)),
            NOON,
            NOON + timedelta(hours=2),
            id="when an absence ends during the shift",
        ),
        pytest.param(
            {"ben": {"capacity": {"open": 1}}, "cara": {"capacity": {"open": 1}}},
            Roster(
                {
                    DANA: Standing(DANA, available=False),
                    BEN: Standing(BEN, open_leads=1),
                    CARA: Standing(CARA, open_leads=1),
                }
            ),
            NOON,
            None,
            id="no clock tells when a full agent has room, or an open absence ends",
        ),
    ],
)
def test_an_unowned_lead_is_routed_again_when_somebody_may_be_there(
    agents: dict[str, dict[str, Any]], roster: Roster, now: datetime, retry_at: datetime | None
) -> None:
    decision = routed(an_office(agents=with_agents(**agents)), roster=roster, now=now)

    assert (decision.owner, decision.retry_at) == (None, retry_at)


def test_nobody_waits_for_a_person_who_lacks_what_is_required() -> None:
    rule = {"name": "x", "to": {"team": "sarasota", "require": {"languages": ["fr"]}}}

    assert routed(an_office(rule), now=NIGHT).retry_at is None


def test_a_lead_that_no_rule_wants_goes_where_leads_without_anybody_go() -> None:
    rule = {"name": "x", "when": {"kind": "seller"}, "to": {"team": "sarasota"}}

    decision = routed(an_office(rule, routing=TO_MARIA), Features(kind="buyer"))

    assert (decision.rule, decision.owner) == (None, MARIA)
    assert decision.reason.startswith("No rule matches: ")


def test_a_known_person_goes_back_to_their_owner() -> None:
    decision = routed(an_office(), returning_owner=CARA, now=NIGHT)

    assert decision == Decision(
        rule="returning",
        strategy="returning",
        team="sarasota",
        owner=CARA,
        reason="A known person asks again and stays with cara.",
        candidates=(Candidate(CARA, True, ("chosen", "off_shift")),),
        trail=(RuleTried("returning", None),),
    )


@pytest.mark.parametrize(
    ("owner", "roster", "parts", "why_not"),
    [
        pytest.param(CARA, off(CARA), {}, "cara cannot take it (paused)", id="switched off"),
        pytest.param(
            AgentId("gone"), Roster(), {}, "gone cannot take it (not_in_config)", id="left us"
        ),
        pytest.param(
            CARA,
            Roster(),
            {"identity": {"repeat_inquiry": {"owner": "reroute"}}},
            "the document routes known people anew",
            id="not wanted",
        ),
    ],
)
def test_a_known_person_whose_owner_cannot_is_routed_like_anybody(
    owner: AgentId, roster: Roster, parts: dict[str, Any], why_not: str
) -> None:
    decision = routed(an_office(**parts), roster=roster, returning_owner=owner)

    assert decision.owner == DANA
    assert decision.trail == (RuleTried("returning", why_not), RuleTried("everyone", None))


def test_a_decision_is_stored_as_plain_data() -> None:
    stored = routed(an_office(), now=NIGHT).as_json()

    assert json.loads(json.dumps(stored)) == stored
    assert list(stored) == [
        "rule",
        "strategy",
        "team",
        "owner",
        "reason",
        "candidates",
        "trail",
        "turns_before",
        "turns_after",
        "floor",
        "retry_at",
        "offered",
        "offered_until",
        "in_pond",
        "teams_asked",
    ]
    assert stored["candidates"][0] == {
        "agent": "dana",
        "chosen": False,
        "why": ["off_shift"],
        "turn": None,
    }
    assert stored["trail"] == [{"rule": "everyone", "why_not": None}]
    assert stored["retry_at"] == "2026-03-11T08:00:00Z"
