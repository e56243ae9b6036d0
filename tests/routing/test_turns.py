import pytest

from app.domain.lead import AgentId
from app.routing.turns import SCALE, AfterAbsence, Line, line_up, price

ANA, BEN, EVE = AgentId("ana"), AgentId("ben"), AgentId("eve")
BEFORE = {ANA: 30, BEN: 34, EVE: 2}


@pytest.mark.parametrize(
    ("after_absence", "eves_number", "floor"),
    [
        pytest.param("hold_position", 28, 28, id="next in line, and owed nothing more"),
        pytest.param("baseline", 34, 30, id="level with whoever had most"),
        pytest.param("catch_up", 2, 28, id="owed everything they missed"),
    ],
)
def test_who_comes_back_stands_where_the_document_says(
    after_absence: AfterAbsence, eves_number: int, floor: int
) -> None:
    line = line_up([ANA, BEN, EVE], BEFORE, 28, after_absence)

    assert line == Line(
        before=BEFORE,
        numbers={ANA: 30, BEN: 34, EVE: eves_number},
        floor=floor,
    )


def test_who_is_still_away_stays_where_they_were() -> None:
    line = line_up([ANA, BEN], BEFORE, 28, "hold_position")

    assert line.numbers == BEFORE
    assert line.paid(ANA, 5) == {ANA: 35, BEN: 34, EVE: 2}


@pytest.mark.parametrize("after_absence", ["hold_position", "baseline", "catch_up"])
def test_a_newcomer_is_owed_nothing_from_before(after_absence: AfterAbsence) -> None:
    line = line_up([ANA, EVE], {ANA: 30}, 30, after_absence)

    assert line.numbers == {ANA: 30, EVE: 30}


def test_the_floor_stays_when_nobody_is_present() -> None:
    assert line_up([], BEFORE, 28, "hold_position").floor == 28


def test_a_lead_costs_less_the_heavier_the_member_and_never_nothing() -> None:
    assert [price(weight) for weight in (1, 2, 3, 16)] == [
        SCALE,
        SCALE // 2,
        SCALE // 3,
        SCALE // 16,
    ]
    assert price(10**9) == 1
