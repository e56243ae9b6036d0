from datetime import UTC, datetime
from typing import Any

import pytest

from app.config.condition import Features
from app.domain.lead import AgentId, LossCode
from app.flow.finding import LOST
from app.routing.decision import Decision
from app.routing.reasons import WORDS, in_words
from app.routing.roster import Roster, Standing
from app.routing.strategies.registry import STRATEGIES
from tests.routing.office import BEN, CARA, DANA, NOON, an_office, routed, with_agents

NOBODYS = Features(kind="mortgage", language="fr", state="GA", zip="90210")
"""A lead that nobody in the office fits."""
DANAS = Features(kind="buyer", language="es")
ALL_TRAITS = dict.fromkeys(("skills", "languages", "licences", "zips"), "match")
NIGHT = datetime(2026, 3, 10, 23, tzinfo=UTC)


def decided(
    to: dict[str, Any], roster: Roster | None = None, lead: Features = NOBODYS, **more: Any
) -> Decision:
    full = {"capacity": {"open": 1, "per_day": 1}, "calendar": "day"}
    office = an_office(
        {"name": "x", "to": {"team": "sarasota"} | to}, agents=with_agents(cara=full)
    )
    return routed(office, lead, roster, more.pop("now", NOON), **more)


def in_all_sorts_of_ways() -> list[Decision]:
    """Decisions in which every reason comes up that anybody can be passed over or chosen for."""
    busy = Roster(
        {BEN: Standing(BEN, open_leads=1), CARA: Standing(CARA, open_leads=1, taken_today=1)}
    )
    paused = Roster(
        {
            DANA: Standing(DANA, available=False, switched_by="dana"),
            BEN: Standing(BEN, available=False, switched_by="maria"),
        }
    )
    lost = [{BEN: f"{LOST}:{code}"} for code in LossCode]
    gone = {"agent": "from_provider"}
    return [
        *(decided({"strategy": name}, busy, DANAS, former_owner=BEN) for name in STRATEGIES),
        *(decided({}, excluded=each) for each in lost),
        decided({"require": ALL_TRAITS}),
        decided({"prefer": {"licences": "match"}, "require": {"skills": ["buyer"]}}),
        decided({"prefer": {"languages": ["es"]}}),
        decided({}, paused),
        decided({}, now=NIGHT),
        routed(an_office({"name": "x", "to": gone}), Features(provider_agent=AgentId("gone"))),
    ]


def test_every_reason_that_a_decision_gives_has_words() -> None:
    codes = {
        code
        for decision in in_all_sorts_of_ways()
        for candidate in decision.candidates
        for code in candidate.why
    }

    assert {in_words(code) for code in codes}.isdisjoint(codes)


def test_every_word_is_of_a_reason_that_some_decision_gives() -> None:
    """But for what only a person does, and the code without its detail."""
    given = {
        code
        for decision in in_all_sorts_of_ways()
        for candidate in decision.candidates
        for code in candidate.why
    }
    given |= {code.partition(":")[0] for code in given}

    assert set(WORDS) - given == {"claimed", "chosen_by_a_person"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        pytest.param("off_shift", "is off shift", id="a code"),
        pytest.param("lacks_language:es", "lacks the language es", id="with its detail"),
        pytest.param("lower_score:1<3", "fits less well: 1 against 3 points", id="with figures"),
        pytest.param("at_capacity:today", WORDS["at_capacity:today"], id="with words of its own"),
        pytest.param("lost_this_lead:by_magic", "has lost this lead before", id="detail unknown"),
        pytest.param("lacks_skill:{}", "lacks the skill {}", id="a detail that looks like a gap"),
        pytest.param("new_code:x", "new_code:x", id="unknown: as it is"),
    ],
)
def test_a_reason_in_words(code: str, words: str) -> None:
    assert in_words(code) == words


def test_every_way_to_lose_a_lead_is_told_apart() -> None:
    told = {in_words(f"{LOST}:{code}") for code in LossCode}

    assert len(told) == len(LossCode)
    assert in_words(LOST) not in told
