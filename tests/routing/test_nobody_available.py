"""Nobody whom the rule wanted can take it: the lead is neither dropped nor sent in circles."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.config.condition import Features
from app.domain.lead import AgentId
from app.hours.oncall import Shift
from app.routing.decision import Decision, RuleTried
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.roster import Roster, Standing
from app.routing.route import route
from tests.routing.office import (
    BEN,
    CARA,
    DANA,
    EVERYONE,
    MARIA,
    NOON,
    an_office,
    hours,
    routed,
    whys,
)

NIGHT = datetime(2026, 3, 10, 23, tzinfo=UTC)
FEED = {"feed": {"ical": "https://calendar.example.com/on-call.ics"}}
LOST = "lost_this_lead:missed_the_deadline"


def off(*agents: AgentId, until: datetime | None = None) -> Roster:
    return Roster({each: Standing(each, available=False, until=until) for each in agents})


def falling_back(to: Any, *rules: Any, **parts: Any) -> Any:
    fallback = {} if to is None else {"to": to}
    return an_office(*rules, on_call=FEED, routing={"nobody_available": fallback}, **parts)


TO_DANA = {"name": "x", "to": {"agent": "dana"}}
TO_CALL = {"name": "x", "to": {"on_call": "feed"}}


@pytest.mark.parametrize(
    ("rules", "to", "more"),
    [
        pytest.param((), None, {"now": NIGHT}, id="nobody named for it"),
        pytest.param((), {"team": "sarasota"}, {"now": NIGHT}, id="the very team that failed"),
        pytest.param((), "owner", {"now": NIGHT}, id="an owner, where there is none"),
        pytest.param(
            (),
            {"agent": "maria"},
            {"now": NIGHT, "excluded": {MARIA: LOST}},
            id="who lost the lead",
        ),
        pytest.param(
            (),
            {"agent": "dana"},
            {"now": NIGHT, "excluded": {DANA: LOST}},
            id="who lost the lead, and is of the team",
        ),
        pytest.param((), "manager", {"now": NIGHT, "excluded": {MARIA: LOST}}, id="the manager"),
        pytest.param((), {"on_call": "feed"}, {"now": NIGHT}, id="on-call without anybody"),
        pytest.param((TO_CALL,), {"on_call": "feed"}, {}, id="the very on-call that is empty"),
        pytest.param((TO_CALL,), "manager", {}, id="the manager of no team"),
        pytest.param((TO_DANA,), {"agent": "dana"}, {"roster": off(DANA)}, id="the very person"),
        pytest.param(
            (),
            {"team": "sarasota"},
            {"excluded": dict.fromkeys((DANA, BEN, CARA), LOST)},
            id="a team that lost the lead, every one of it",
        ),
        pytest.param(
            ({"name": "x", "when": {"kind": "seller"}, "to": {"team": "sarasota"}},),
            {"team": "sarasota"},
            {"excluded": dict.fromkeys((DANA, BEN, CARA), LOST)},
            id="a team that lost the lead, and no rule",
        ),
    ],
)
def test_with_nobody_left_the_lead_waits_and_everybody_is_accounted_for(
    rules: tuple[Any, ...], to: Any, more: dict[str, Any]
) -> None:
    decision = routed(falling_back(to, *rules), **more)

    assert (decision.owner, decision.offered, decision.in_pond) == (None, (), False)
    assert decision.strategy == "nobody_available"
    assert decision.reason.endswith("nobody else is there, so it waits without an owner.")
    agents = [each.agent for each in decision.candidates]
    assert len(agents) == len(set(agents))
    assert all(each.why and not each.chosen for each in decision.candidates)
    assert len(decision.teams_asked) == len(set(decision.teams_asked))


def test_where_the_named_person_cannot_the_rest_of_their_team_is_asked() -> None:
    office = falling_back({"team": "sarasota"}, TO_DANA)

    decision = routed(office, roster=off(DANA))

    assert (decision.owner, decision.team, decision.teams_asked) == (BEN, "sarasota", ("sarasota",))
    assert whys(decision) == {"dana": ("paused",), "ben": ("chosen",), "cara": ("later_turn",)}


def test_a_team_that_has_lost_the_lead_leaves_it_to_whoever_is_named_for_that() -> None:
    everybody = dict.fromkeys((DANA, BEN, CARA), LOST)

    decision = routed(falling_back({"agent": "maria"}), excluded=everybody)

    assert decision.owner == MARIA
    assert whys(decision) == {**dict.fromkeys(everybody, (LOST,)), MARIA: ("chosen",)}


def test_the_fallback_who_is_back_before_the_team_is_waited_for() -> None:
    """The team is there again in the morning."""
    at_midnight = datetime(2026, 3, 11, tzinfo=UTC)

    decision = routed(
        falling_back({"agent": "maria"}), roster=off(MARIA, until=at_midnight), now=NIGHT
    )

    assert (decision.owner, decision.retry_at) == (None, at_midnight)


def test_the_team_that_is_back_before_the_fallback_is_waited_for() -> None:
    next_week = NIGHT + timedelta(days=7)

    decision = routed(
        falling_back({"agent": "maria"}), roster=off(MARIA, until=next_week), now=NIGHT
    )

    assert decision.retry_at == datetime(2026, 3, 11, 8, tzinfo=UTC)


def on_call(*shifts: Shift, roster: Roster | None = None) -> Decision:
    office = falling_back({"on_call": "feed"})
    plan = Plan.of(office, hours(office), {"feed": shifts})
    return route(Question(Features(), NIGHT), plan=plan, roster=roster or Roster())


def test_an_on_call_feed_may_name_somebody_whom_nobody_knows() -> None:
    stranger = AgentId("stranger")

    decision = on_call(Shift(NOON, NIGHT + timedelta(hours=1), stranger))

    assert decision.owner is None
    assert whys(decision)[stranger] == ("not_in_config",)


def test_between_the_shifts_of_a_feed_nobody_is_on_call() -> None:
    assert on_call(Shift(NOON, NIGHT, MARIA)).owner is None
    assert on_call(Shift(NOON, NIGHT + timedelta(seconds=1), MARIA)).owner == MARIA


@pytest.mark.parametrize(
    ("more", "why_not"),
    [
        pytest.param({"roster": off(CARA)}, "paused", id="switched off by themselves"),
        pytest.param(
            {"roster": Roster({CARA: Standing(CARA, available=False, switched_by="maria")})},
            "paused_by_manager",
            id="switched off by somebody else",
        ),
        pytest.param({"excluded": {CARA: LOST}}, LOST, id="lost it before"),
        pytest.param({"roster": off(CARA), "excluded": {CARA: LOST}}, f"paused, {LOST}", id="both"),
    ],
)
def test_a_known_person_whose_owner_cannot_take_it_goes_by_the_rules(
    more: dict[str, Any], why_not: str
) -> None:
    decision = routed(an_office(), returning_owner=CARA, former_owner=CARA, **more)

    assert decision.owner == DANA
    assert decision.trail == (
        RuleTried("returning", f"cara cannot take it ({why_not})"),
        RuleTried("everyone", None),
    )
    assert whys(decision)["cara"] == tuple(why_not.split(", "))


def test_a_known_person_whose_owner_and_everybody_else_cannot_waits() -> None:
    decision = routed(
        an_office(EVERYONE), returning_owner=CARA, roster=off(DANA, BEN, CARA), now=NIGHT
    )

    assert decision.owner is None
    assert [each.agent for each in decision.candidates] == [DANA, BEN, CARA]
