"""How many deadlines would be missed: what is known counts, the rest is a fair guess."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config.condition import Features
from app.domain.lead import AgentId
from app.sla.expected import Answered, Expected, Moved, wilson
from tests.routing.office import BEN, CARA, DANA, NOON, an_office

SLA = [
    {
        "name": "speed",
        "stops_on": "attempted",
        "steps": [
            {"name": "nudge", "after": "3m", "remind": "owner"},
            {"name": "manager", "after": "5m", "escalate": "manager"},
        ],
    }
]
IN_TIME = Answered(attempted=NOON + timedelta(minutes=5))
LATE = Answered(attempted=NOON + timedelta(minutes=6))
LATER = timedelta(days=1)


def expecting(now_after: timedelta = LATER) -> Expected:
    return Expected(an_office(sla=SLA), {}, lambda _, __: True, NOON + now_after)


def count(
    expected: Expected, answered: Answered, was: AgentId | None, would_be: AgentId | None
) -> None:
    given_at = None if would_be is None else NOON
    expected.count(Features(), NOON, answered, Moved(was, would_be, given_at))


def test_the_formula_is_the_one_that_is_told() -> None:
    expected = expecting()
    for answered in (LATE, IN_TIME, IN_TIME, IN_TIME):
        count(expected, answered, BEN, BEN)
    count(expected, LATE, DANA, BEN)

    (step,) = expected.as_json()["steps"]
    # Ben missed 1 of 4; the team 2 of 5.
    assert step["expected"] == pytest.approx(1 + (1 + 5 * 0.4) / (4 + 5), abs=0.05)
    assert (step["step"], step["leads"], step["really_missed"]) == ("manager", 5, 2)
    assert step["estimated_leads"] == 1
    assert step["low"] < step["expected"] < step["high"] <= 2


def test_nobody_answers_a_lead_that_nobody_has_or_has_too_late() -> None:
    expected = expecting()
    count(expected, IN_TIME, DANA, None)
    too_late = Moved(DANA, BEN, NOON + timedelta(minutes=9))
    expected.count(Features(), NOON, IN_TIME, too_late)

    (step,) = expected.as_json()["steps"]
    assert (step["really_missed"], step["expected"], step["estimated_leads"]) == (0, 2, 0)


def test_a_deadline_that_is_still_to_come_counts_for_nothing() -> None:
    expected = expecting(timedelta(minutes=4))
    count(expected, Answered(), DANA, DANA)

    assert expected.as_json()["steps"][0]["leads"] == 0


def test_where_nobody_ever_showed_how_they_answer_nothing_is_guessed() -> None:
    expected = expecting()
    count(expected, LATE, None, CARA)

    (step,) = expected.as_json()["steps"]
    assert (step["expected"], step["low"], step["high"]) == (None, 0, 1)


def test_stronger_evidence_is_enough_and_weaker_is_not() -> None:
    acknowledged = Answered(acknowledged=NOON)
    assert acknowledged.by("acknowledged") == NOON
    assert acknowledged.by("attempted") is None
    assert Answered(connected=NOON).by("attempted") == NOON
    assert IN_TIME.by("connected") is None


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.floats(0, n), st.just(n))))
def test_an_interval_holds_its_estimate_and_stays_within_what_is_possible(
    of: tuple[float, int],
) -> None:
    successes, trials = of
    low, high = wilson(successes, trials)

    assert -1e-9 <= low <= successes + 1e-6
    assert successes - 1e-6 <= high <= trials + 1e-9
