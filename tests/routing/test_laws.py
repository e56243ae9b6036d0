"""What holds of every decision, whatever the document, the people and the lead."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.condition import Features
from app.config.document import Config
from app.config.people import Agent
from app.config.routing import Target, Traits
from app.domain.lead import AgentId
from app.routing.decision import Decision
from app.routing.plan import Plan
from app.routing.question import Question
from app.routing.reasons import in_words
from app.routing.roster import Roster, Standing, Turn
from app.routing.route import route
from app.routing.strategies.registry import STRATEGIES
from app.routing.turns import SCALE
from tests.routing.office import NOON, an_office, hours

PEOPLE = tuple(AgentId(each) for each in "abcde")
TEAMS = ("north", "south")
BOSS = AgentId("boss")
LAW = settings(max_examples=60, deadline=None)
"""Cases are drawn from small pools: what is large takes longer to draw than to decide."""

PROFILES: tuple[dict[str, Any], ...] = (
    {},
    {"weight": 3, "calendar": "day"},
    {"calendar": "night", "skills": ["buyer"]},
    {"capacity": {"open": 1}, "languages": ["es"]},
    {"capacity": {"per_day": 2}, "languages": ["es"], "zips": ["342*"]},
    {"skills": ["buyer", "seller"], "licences": ["FL"], "zips": ["34236"]},
    {"skills": ["seller"], "languages": ["es", "en"], "licences": ["FL", "GA"], "weight": 2},
    {"capacity": {"open": 2, "per_day": 3}, "skills": ["buyer"], "zips": ["3?1*", "342*"]},
)
WISHES: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"languages": "match"},
    {"skills": ["buyer"]},
    {"zips": "match", "licences": "match"},
    {"zips": ["34236", "33101"]},
    {"skills": "match", "languages": ["es"], "zips": ["34236"]},
)
TO_A_TEAM = st.builds(
    lambda team, strategy, require, prefer: {
        "team": team,
        "strategy": strategy,
        "require": require,
        "prefer": prefer,
    },
    st.sampled_from(TEAMS),
    st.sampled_from(sorted(STRATEGIES)),
    st.sampled_from(WISHES),
    st.sampled_from(WISHES),
)
ELSEWHERE: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{"agent": "a"}, {"agent": "from_provider"}, {"on_call": "rota"}, {"pond": "north"}]
)
TARGETS = TO_A_TEAM | TO_A_TEAM | ELSEWHERE


CONDITIONS = st.sampled_from([{}, {"kind": "seller"}, {"language": "es"}, {"price": {"min": 5}}])
RULES = st.lists(st.tuples(CONDITIONS, TARGETS), min_size=1, max_size=3)
FALLBACKS = st.sampled_from(
    [
        None,
        "manager",
        {"team": "north"},
        {"team": "south"},
        {"agent": "b"},
        {"agent": "boss"},
        {"on_call": "rota"},
    ]
)
MEMBERS = st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True)


@st.composite
def offices(draw: st.DrawFn) -> Config:
    rules = [
        {"name": f"rule {number}", "when": when, "to": to}
        for number, (when, to) in enumerate(draw(RULES))
    ]
    return an_office(
        *rules,
        agents=[
            *({"id": each} | draw(st.sampled_from(PROFILES)) for each in PEOPLE),
            {"id": "boss"},
        ],
        teams={each: {"members": draw(MEMBERS), "manager": "boss"} for each in TEAMS},
        on_call={
            "rota": {
                "rotation": {"every": "1d", "starts": "2026-03-01T08:00", "members": ["c", "d"]}
            }
        },
        routing={
            "nobody_available": {"to": draw(FALLBACKS)},
            "after_absence": draw(st.sampled_from(["hold_position", "catch_up", "baseline"])),
        },
    )


STANDINGS = st.dictionaries(
    st.sampled_from([*PEOPLE, BOSS]),
    st.sampled_from(
        [
            (True, None, 1, 0),
            (True, None, 2, 2),
            (True, NOON, 0, 3),
            (False, None, 0, 0),
            (False, NOON, 1, 1),
            (False, NOON + timedelta(hours=1), 0, 0),
        ]
    ),
    max_size=5,
)
TURNS = st.dictionaries(
    st.sampled_from([*PEOPLE, AgentId("left")]),
    st.sampled_from(
        [
            Turn(leads * SCALE, at)
            for leads in range(3)
            for at in (None, NOON - timedelta(1), NOON - timedelta(2))
        ]
    ),
    max_size=5,
)
ROSTERS = st.builds(
    lambda standings, north, south, floor: Roster(
        {
            each: Standing(each, on, until, None, leads, today)
            for each, (on, until, leads, today) in standings.items()
        },
        {"north": north, "south": south},
        {"north": floor},
    ),
    STANDINGS,
    TURNS,
    TURNS,
    st.integers(0, 2).map(lambda leads: leads * SCALE),
)
KNOWN = st.sampled_from([None, None, *PEOPLE, AgentId("left")])
QUESTIONS = st.builds(
    Question,
    st.builds(
        Features,
        kind=st.sampled_from([None, "buyer", "seller"]),
        language=st.sampled_from([None, "es"]),
        state=st.sampled_from([None, "FL"]),
        zip=st.sampled_from([None, "34236", "33101"]),
        price=st.sampled_from([None, 1, 9]),
        provider_agent=KNOWN,
    ),
    st.sampled_from([NOON, NOON + timedelta(hours=10)]),
    returning_owner=KNOWN,
    former_owner=KNOWN,
    excluded=st.dictionaries(st.sampled_from(PEOPLE), st.just("lost_this_lead:declined")),
    lapsed=st.booleans(),
)


@dataclass(frozen=True)
class Case:
    """One decision, and all that it was asked with."""

    config: Config
    question: Question
    roster: Roster

    def decide(self) -> Decision:
        plan = Plan.of(self.config, hours(self.config))
        return route(self.question, plan=plan, roster=self.roster)


CASES = st.builds(Case, offices(), QUESTIONS, ROSTERS)


def given_to(decision: Decision) -> set[AgentId]:
    """Who has it, or may claim it."""
    return {*decision.offered, *(() if decision.owner is None else (decision.owner,))}


@LAW
@given(CASES)
def test_a_lead_has_an_owner_or_is_offered_or_lies_in_a_pond_or_waits(case: Case) -> None:
    decision = case.decide()

    waits = decision.strategy == "nobody_available" and decision.owner is None
    assert [
        decision.owner is not None,
        bool(decision.offered),
        decision.in_pond,
        waits,
    ].count(True) == 1
    assert (decision.offered_until is not None) == bool(decision.offered)
    assert decision.retry_at is None or (waits and decision.retry_at > case.question.now)
    assert (decision.floor is not None) == bool(decision.turns_after)


@LAW
@given(CASES)
def test_everybody_who_was_asked_is_named_once_with_a_reason(case: Case) -> None:
    decision = case.decide()

    agents = [each.agent for each in decision.candidates]
    assert len(agents) == len(set(agents))
    for team in decision.teams_asked:
        assert set(case.config.teams[team].members) <= set(agents)
    assert all(each.why for each in decision.candidates)
    chosen = [each.agent for each in decision.candidates if each.chosen]
    assert chosen == ([] if decision.owner is None else [decision.owner])
    assert {each.agent for each in decision.candidates if each.why == ("offered",)} == set(
        decision.offered
    )
    assert all(in_words(code) != code for each in decision.candidates for code in each.why)


@LAW
@given(CASES)
def test_nobody_gets_a_lead_that_they_lost_or_while_they_are_switched_off(case: Case) -> None:
    decision = case.decide()

    for agent in given_to(decision):
        assert agent not in case.question.excluded
        assert case.roster.standing(agent).is_on(case.question.now)


@LAW
@given(CASES)
def test_a_team_gives_leads_only_to_members_who_are_there_and_have_room(case: Case) -> None:
    decision = case.decide()

    if decision.strategy not in STRATEGIES and decision.floor is None:
        return
    openings = hours(case.config)
    for agent in given_to(decision):
        person, standing = person_of(case, agent), case.roster.standing(agent)
        assert decision.team is not None
        assert agent in case.config.teams[decision.team].members
        assert person.calendar is None or openings[person.calendar].is_open(case.question.now)
        assert person.capacity.open is None or standing.open_leads < person.capacity.open
        assert person.capacity.per_day is None or standing.taken_today < person.capacity.per_day


@LAW
@given(CASES)
def test_nobody_gets_a_lead_who_lacks_what_its_rule_requires(case: Case) -> None:
    decision = case.decide()

    if decision.strategy not in STRATEGIES:
        return
    to = target_of(case, decision)
    for agent in given_to(decision):
        assert fits(person_of(case, agent), to.require, case.question.features)


@LAW
@given(CASES)
def test_whoever_is_not_preferred_gets_nothing_while_somebody_preferred_could(
    case: Case,
) -> None:
    decision = case.decide()

    if decision.strategy not in STRATEGIES:
        return
    wishes = target_of(case, decision).prefer
    kept_away = {"not_preferred", "later_turn", "more_open_leads", "lower_score", "offered"}
    kept_away |= {"not_their_agent", "chosen"}
    able = [each for each in decision.candidates if each.why[0].partition(":")[0] in kept_away]
    preferred = {
        each.agent
        for each in able
        if fits(person_of(case, each.agent), wishes, case.question.features)
    }
    assert not preferred or given_to(decision) <= preferred
    assert not decision.offered or given_to(decision) == preferred or not preferred


@LAW
@given(CASES)
def test_deciding_changes_nothing_and_the_same_is_decided_again(case: Case) -> None:
    before = deepcopy(case.roster)

    first, again = case.decide(), case.decide()

    assert case.roster == before
    assert first == again
    assert first.as_json() == again.as_json()


@LAW
@given(CASES)
def test_the_order_of_rows_and_of_people_in_the_document_says_nothing(case: Case) -> None:
    config = case.config.model_copy(
        update={
            "agents": case.config.agents[::-1],
            "teams": backwards(case.config.teams),
        }
    )
    roster = Roster(
        backwards(case.roster.standings),
        {team: backwards(line) for team, line in backwards(case.roster.turns).items()},
        backwards(case.roster.floors),
    )

    assert Case(config, case.question, roster).decide() == case.decide()


@LAW
@given(CASES)
def test_the_order_of_members_only_settles_ties(case: Case) -> None:
    teams = {
        name: team.model_copy(update={"members": team.members[::-1]})
        for name, team in case.config.teams.items()
    }
    one = case.decide()
    other = Case(case.config.model_copy(update={"teams": teams}), *case_parts(case)).decide()

    assert (one.rule, one.strategy, one.team) == (other.rule, other.strategy, other.team)
    assert set(one.offered) == set(other.offered)
    if one.owner != other.owner:
        assert one.team is not None
        assert measures(case, one, one.owner) == measures(case, one, other.owner)
    else:
        assert one.turns_after == other.turns_after
        assert {each.agent: each for each in one.candidates} == {
            each.agent: each for each in other.candidates
        }


@settings(max_examples=40, deadline=None)
@given(CASES, st.lists(st.sampled_from([*PEOPLE, *[None] * 6]), min_size=10, max_size=40))
def test_however_many_leads_come_no_team_fills_anybody_beyond_their_limit(
    case: Case, happenings: list[AgentId | None]
) -> None:
    """A lead comes (`None`), or somebody closes one.

    What is for one person by name may go beyond their limit: it is theirs.
    """
    plan, roster = Plan.of(case.config, hours(case.config)), case.roster
    for each in happenings:
        if each is not None:
            roster.release(each)
            continue
        before = deepcopy(roster.standings)
        decision = route(case.question, plan=plan, roster=roster)
        roster.take(decision, case.question.now)
        for agent, standing in roster.standings.items():
            limit = person_of(case, agent).capacity
            grew = standing.open_leads > before.get(agent, Standing(agent)).open_leads
            if grew and decision.floor is not None:
                assert agent == decision.owner
                assert limit.open is None or standing.open_leads <= limit.open
                assert limit.per_day is None or standing.taken_today <= limit.per_day


def backwards(rows: Mapping[Any, Any]) -> dict[Any, Any]:
    return dict(list(rows.items())[::-1])


def case_parts(case: Case) -> tuple[Question, Roster]:
    return case.question, case.roster


def person_of(case: Case, agent: AgentId) -> Agent:
    return next(each for each in case.config.agents if each.id == agent)


def target_of(case: Case, decision: Decision) -> Target:
    return next(rule.to for rule in case.config.routing.rules if rule.name == decision.rule)


def measures(case: Case, decision: Decision, agent: AgentId | None) -> tuple[Any, ...]:
    """All that any strategy compares people by."""
    assert agent is not None
    assert decision.team is not None
    turn = case.roster.turns[decision.team].get(agent, Turn())
    return (
        next(each.turn for each in decision.candidates if each.agent == agent),
        turn.last_assigned_at,
        person_of(case, agent).weight if decision.strategy == "weighted" else None,
        case.roster.standing(agent).open_leads if decision.strategy == "least_loaded" else None,
        case.question.former_owner == agent if decision.strategy == "sticky" else None,
    )


def fits(person: Agent, wanted: Traits, lead: Features) -> bool:
    """Written out once more, as plainly as it can be said."""
    told = {
        "skills": lead.kind,
        "languages": lead.language,
        "licences": lead.state,
        "zips": lead.zip,
    }
    for trait, text in told.items():
        texts = getattr(wanted, trait)
        if texts == ("match",):
            texts = () if text is None else (text,)
        for each in texts:
            has = getattr(person, trait)
            if trait == "zips" and not any(fnmatchcase(each, area) for area in has):
                return False
            if trait != "zips" and each not in has:
                return False
    return True
