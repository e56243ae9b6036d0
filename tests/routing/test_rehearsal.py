"""A rehearsal goes by the past: who waits, who is freed, and what people did is followed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.condition import Features
from app.domain.facts import Fact, FactType
from app.domain.lead import AgentId, LeadId
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.rehearsal.case import Asking, Before, Really
from app.routing.rehearsal.followed import Followed
from app.routing.rehearsal.past import Past, What
from app.routing.rehearsal.replay import Rehearsal
from app.routing.roster import Roster
from app.routing.route import route
from tests.routing.office import BEN, CARA, DANA, NOON, an_office, hours, with_agents

MINUTE = timedelta(minutes=1)


def lead(number: int) -> LeadId:
    return LeadId(UUID(int=number))


def asking(number: int, at: datetime = NOON, features: Features | None = None) -> Asking:
    asked = features or Features()
    return Asking(lead(number), at, asked, lambda _: asked, at)


def rehearsing(*rules: dict[str, Any], **parts: Any) -> Rehearsal:
    config = an_office(*rules, **parts)
    return Rehearsal.of(
        Plan.of(config, hours(config)),
        Roster(),
        lambda _, at: at.date().isoformat(),
        began=NOON,
        minute=MINUTE,
    )


def pass_time(rehearsal: Rehearsal, until: datetime) -> None:
    for _ in rehearsal.until(until):
        pass


def counted(rehearsal: Rehearsal) -> dict[str, Any]:
    for _ in rehearsal.finish():
        pass
    return rehearsal.stage.tally.as_json()


def given_at(rehearsal: Rehearsal) -> list[tuple[AgentId | None, datetime | None]]:
    return [(each.would_be, each.given_at) for each in rehearsal.stage.settled]


TO_DANA = {"name": "d", "to": {"team": "dana"}}
ALONE = {"teams": {"dana": {"members": ["dana"]}}}
FULL = {"agents": with_agents(dana={"capacity": {"open": 1}, "calendar": None})}


def test_who_has_the_same_owner_leaves_no_trace() -> None:
    rehearsal = rehearsing()
    for number in range(6):
        rehearsal.arrive(asking(number), Really((DANA, BEN, CARA)[number % 3]), NOON)

    assert not rehearsal.stage.cases
    assert counted(rehearsal)["owners_changed"]["count"] == 0


def test_a_lead_waits_for_the_minute_after_somebody_is_free_again() -> None:
    rehearsal = rehearsing(TO_DANA, **ALONE, **FULL)
    followed = Followed(rehearsal.stage)
    rehearsal.arrive(asking(1), Really(BEN), NOON)
    rehearsal.arrive(asking(2), Really(BEN), NOON)
    pass_time(rehearsal, NOON + timedelta(hours=2, seconds=20))
    followed.closed(lead(1), BEN, NOON + timedelta(hours=2, seconds=20))
    pass_time(rehearsal, NOON + timedelta(hours=3))

    assert given_at(rehearsal) == [(DANA, NOON), (DANA, NOON + timedelta(hours=2, minutes=1))]


def test_many_quiet_minutes_are_passed_over() -> None:
    """A month of looking once a minute would be forty thousand looks."""
    rehearsal = rehearsing(TO_DANA, **ALONE, **FULL)
    rehearsal.arrive(asking(1), Really(BEN), NOON)
    rehearsal.arrive(asking(2), Really(BEN), NOON)

    steps = sum(1 for _ in rehearsal.until(NOON + timedelta(days=30)))

    assert steps <= 30 * 24 * 4 + 1
    assert counted(rehearsal)["unroutable"]["count"] == 1


def test_an_absence_that_ends_by_itself_is_noticed_without_anything_happening() -> None:
    """Dana is off duty and full; her lead is closed while she is away."""
    agents = with_agents(dana={"capacity": {"open": 1}})
    rehearsal = rehearsing(TO_DANA, **ALONE, agents=agents)
    followed = Followed(rehearsal.stage)
    rehearsal.arrive(asking(1), Really(BEN), NOON)
    evening = NOON.replace(hour=21)
    pass_time(rehearsal, evening)
    rehearsal.arrive(asking(2, evening), Really(BEN), evening)
    followed.closed(lead(1), BEN, evening + timedelta(minutes=30))
    pass_time(rehearsal, NOON + timedelta(days=1))

    assert given_at(rehearsal)[1] == (DANA, NOON.replace(hour=8) + timedelta(days=1))


def test_a_day_begins_anew_for_who_had_enough() -> None:
    agents = with_agents(dana={"capacity": {"per_day": 1}, "calendar": None})
    rehearsal = rehearsing(TO_DANA, **ALONE, agents=agents)
    at = NOON + timedelta(seconds=30)
    for number in (1, 2, 3):
        rehearsal.arrive(asking(number, at), Really(BEN), at)
    pass_time(rehearsal, NOON + timedelta(days=3))

    midnight = NOON.replace(hour=0) + timedelta(days=1, seconds=30)
    assert [at for _, at in given_at(rehearsal)] == [at, midnight, midnight + timedelta(days=1)]


def test_a_lead_that_was_handed_over_goes_along_only_where_it_was_with_the_same() -> None:
    rehearsal = rehearsing({"name": "d", "to": {"agent": "dana"}})
    followed = Followed(rehearsal.stage)
    for number, really in ((1, DANA), (2, BEN)):
        rehearsal.arrive(asking(number), Really(AgentId(really)), NOON)
        followed.assigned(lead(number), AgentId(really), CARA, NOON)

    standing = rehearsal.stage.office.roster.standing
    assert (standing(DANA).open_leads, standing(CARA).open_leads) == (1, 1)
    told = counted(rehearsal)
    assert told["assigned_by_people"]["count"] == 2
    assert told["owners_changed"]["count"] == 1


def test_who_really_lost_a_lead_to_nobody_has_it_until_somebody_does() -> None:
    rehearsal = rehearsing({"name": "d", "to": {"agent": "dana"}})
    followed = Followed(rehearsal.stage)
    rehearsal.arrive(asking(1), Really(DANA), NOON)
    followed.passed_on(lead(1), DANA, None, NOON)
    standing = rehearsal.stage.office.roster.standing
    assert standing(DANA).open_leads == 1

    assert followed.found(lead(1), BEN, NOON + MINUTE)
    assert (standing(DANA).open_leads, standing(BEN).open_leads) == (0, 1)
    assert not rehearsal.stage.left


def test_a_person_the_draft_still_knows_stays_though_really_they_were_routed_anew() -> None:
    rehearsal = rehearsing({"name": "d", "to": {"agent": "dana"}})
    rehearsal.arrive(asking(1), Really(BEN), NOON)
    before = Before(BEN, was_open=True, keep=True)
    rehearsal.keep(asking(1, NOON + MINUTE), before, Really(CARA))

    assert rehearsal.stage.office.roster.standing(DANA).open_leads == 1
    assert [(each.was, each.would_be) for each in rehearsal.stage.settled] == [
        (BEN, DANA),
        (CARA, DANA),
    ]


def a_fact(what: FactType, at: int, actor: str = "system", **data: Any) -> Fact:
    return Fact(what, NOON + at * MINUTE, lead(1), actor, data)


def test_facts_tell_what_became_of_a_lead() -> None:
    past, window = Past(), timedelta(hours=1)
    told = [
        (a_fact(FactType.LEAD_RECEIVED, 0, "web", delivery_id="a"), What.NOTHING),
        (a_fact(FactType.LEAD_UNASSIGNED, 0, reason="x"), What.ARRIVED),
        (a_fact(FactType.LEAD_UPDATED, 1, "web", delivery_id="b"), What.ASKED_AGAIN),
        (a_fact(FactType.LEAD_OFFERED, 2, to=["ben"]), What.FOUND),
        (a_fact(FactType.LEAD_ASSIGNED, 3, "ben", owner="ben", reason="claimed"), What.CLAIMED),
        (a_fact(FactType.LEAD_ASSIGNED, 4, owner="dana", **{"from": "ben"}), What.PASSED_ON),
        (a_fact(FactType.LEAD_ASSIGNED, 5, "maria", owner="cara", reason=""), What.ASSIGNED),
        (a_fact(FactType.LEAD_STATUS_CHANGED, 6, "cara", to="lost"), What.CLOSED),
        (a_fact(FactType.LEAD_UPDATED, 7, "web", delivery_id="c"), What.NOTHING),
        (a_fact(FactType.LEAD_ASSIGNED, 7, owner="cara", rule="returning"), What.BEGAN_AGAIN),
        (a_fact(FactType.LEAD_UPDATED, 99, "web", delivery_id="d"), What.NOTHING),
        (a_fact(FactType.LEAD_ASSIGNED, 99, owner="ben", rule="all"), What.BEGAN_AGAIN),
        (a_fact(FactType.LEAD_ERASED, 100, "ops"), What.CLOSED),
    ]

    assert [past.fold(fact, window) for fact, _ in told] == [what for _, what in told]
    assert (past.owner, past.is_closed) == ("ben", True)


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("lead"), st.sampled_from(["buyer", "renter", None])),
        st.tuples(st.just("switch"), st.sampled_from([DANA, BEN, CARA])),
        st.tuples(st.just("time"), st.integers(1, 600)),
    ),
    min_size=5,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(EVENTS, st.sampled_from(["round_robin", "weighted", "least_loaded", "best_match"]))
def test_whoever_can_be_given_a_lead_at_once_is_the_one_whom_routing_gives_it(
    events: list[tuple[str, Any]], strategy: str
) -> None:
    """The law in small: told of what `route` decided, a rehearsal finds no difference."""
    rules = {"name": "all", "to": {"team": "sarasota", "strategy": strategy}}
    agents = with_agents(dana={"calendar": None, "capacity": {"per_day": 4}})
    rehearsal = rehearsing(rules, agents=agents)
    plan, roster, now = rehearsal.stage.office.plan, Roster(), NOON
    for number, (what, which) in enumerate(events):
        if what == "time":
            now = min(now + timedelta(seconds=which), NOON.replace(hour=19))
        elif what == "switch":
            standing = roster.standing(which)
            on = not standing.available
            rehearsal.switched(which, on=on, until=None, by="x", now=now)
            roster.standings[which] = replace(standing, available=on, switched_by="x")
        else:
            decision = route(Question(Features(kind=which), now), plan=plan, roster=roster)
            if decision.owner is None:
                continue
            roster.take(decision, now)
            pass_time(rehearsal, now)
            rehearsal.arrive(
                asking(number, now, Features(kind=which)), Really(decision.owner, "all"), now
            )

    told = counted(rehearsal)
    assert told["owners_changed"]["count"] == told["unroutable"]["count"] == 0
    assert all(each["was"] == each["would_be"] for each in (*told["agents"], *told["rules"]))
