from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.lead import AgentId
from app.routing.decision import Decision
from app.routing.roster import Roster, Standing, Turn
from app.routing.turns import SCALE
from tests.routing.office import BEN, CARA, DANA, MARIA, NOON, OTTO, an_office, routed

LATER = NOON + timedelta(minutes=1)


def test_the_next_lead_of_a_batch_sees_the_last_one() -> None:
    office, roster = an_office(), Roster()

    owners = []
    for _ in range(4):
        decision = routed(office, roster=roster)
        roster.take(decision, NOON)
        owners.append(decision.owner)

    assert owners == [DANA, BEN, CARA, DANA]
    assert roster.standings[DANA] == Standing(DANA, open_leads=2, taken_today=2)
    # The fourth turn of an instant counts as taken after the three before it.
    assert roster.turns["sarasota"][DANA] == Turn(2 * SCALE, NOON + timedelta(microseconds=3))


@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from([BEN, MARIA, OTTO])), st.integers(0, 3)), max_size=60
    )
)
def test_two_who_are_always_there_alternate_whatever_the_clock_says(
    leads: list[tuple[set[AgentId], int]],
) -> None:
    """Processes read their clocks before they wait for the lock, and a batch reads it once."""
    office = an_office(
        agents=[{"id": each} for each in ("dana", "ben", "maria", "otto", "cara")],
        teams={"sarasota": {"members": ["dana", "ben", "maria", "otto", "cara"]}},
    )
    roster = Roster()
    ahead, seen = 0, {0}
    for away, seconds in leads:
        now = NOON + timedelta(seconds=seconds)
        for agent in (BEN, MARIA, OTTO):
            was = roster.standing(agent)
            roster.standings[agent] = replace(was, available=agent not in away)
        decision = routed(office, roster=roster, now=now)
        roster.take(decision, now)
        ahead += (decision.owner == DANA) - (decision.owner == CARA)
        seen.add(ahead)

    assert max(seen) - min(seen) <= 1


def test_routing_alone_changes_nothing() -> None:
    roster = Roster()

    routed(an_office(), roster=roster)

    assert roster == Roster()


def test_only_what_changed_is_to_be_written() -> None:
    turns = {DANA: Turn(5, NOON), BEN: Turn(9, NOON), CARA: Turn(1, NOON)}
    roster = Roster(turns={"sarasota": turns}, floors={"sarasota": 4})

    roster.take(routed(an_office(), roster=roster), LATER)

    # Cara came back below the floor: lifted to it, she was next and paid for her lead.
    assert roster.turns["sarasota"] == {
        DANA: Turn(5, NOON),
        BEN: Turn(9, NOON),
        CARA: Turn(4 + SCALE, LATER),
    }
    assert roster.changed_turns == {("sarasota", CARA)}
    assert roster.changed_agents == {CARA}
    assert roster.changed_floors == set()


def test_who_was_lifted_is_written_too_and_keeps_their_wait() -> None:
    turns = {DANA: Turn(5, NOON), BEN: Turn(1, NOON), CARA: Turn(1, LATER)}
    roster = Roster(turns={"sarasota": turns}, floors={"sarasota": 4})

    roster.take(routed(an_office(), roster=roster), LATER)

    assert roster.turns["sarasota"][CARA] == Turn(4, LATER)
    assert roster.changed_turns == {("sarasota", BEN), ("sarasota", CARA)}


def test_the_floor_rises_with_the_last_of_those_present() -> None:
    roster = Roster(turns={"sarasota": {each: Turn(7, NOON) for each in (DANA, BEN, CARA)}})

    roster.take(routed(an_office(), roster=roster), LATER)

    assert roster.floors == {"sarasota": 7}
    assert roster.changed_floors == {"sarasota"}


def test_who_gets_a_lead_by_name_has_the_load_and_pays_no_turn() -> None:
    office = an_office({"name": "x", "to": {"agent": "maria"}})
    roster = Roster()

    roster.take(routed(office, roster=roster), NOON)

    assert roster == Roster(
        standings={MARIA: Standing(MARIA, open_leads=1, taken_today=1)}, changed_agents={MARIA}
    )


def test_a_returning_person_adds_no_load() -> None:
    roster = Roster()

    roster.take(routed(an_office(), roster=roster, returning_owner=BEN), NOON)

    assert roster == Roster()


def test_an_unowned_lead_changes_nothing() -> None:
    roster = Roster()

    roster.take(Decision("x", "nobody_available", "sarasota", None, "Nobody."), NOON)

    assert roster == Roster()


def test_who_loses_a_lead_has_one_less_open() -> None:
    roster = Roster({BEN: Standing(BEN, open_leads=1, taken_today=3)})

    roster.release(BEN)
    roster.release(BEN)

    assert roster.standings[BEN] == Standing(BEN, open_leads=0, taken_today=3)
    assert roster.changed_agents == {BEN}
