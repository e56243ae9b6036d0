"""What forbids that a lead is taken from its owner, and what becomes of it otherwise."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config.sla import Reassign
from app.domain.identifiers import new_id
from app.domain.lead import AgentId, Kind, Lead, LeadId, LeadStatus, Loss, LossCode
from app.routing.passing_on import is_unanswered, why_not
from tests.routing.office import BEN, CARA, DANA, NOON, an_office, routed, whys

LIMITS = Reassign()
LEAD = Lead(
    id=LeadId(new_id(NOON)),
    status=LeadStatus.NEW,
    owner=DANA,
    owner_by="rule",
    team="sarasota",
    source="website",
    medium=None,
    kind=Kind.BUYER,
    language=None,
    first_name=None,
    last_name=None,
    email=None,
    phone=None,
    message=None,
    property={},
    campaign={},
    consent={},
    extra={},
    provider_agent=None,
    is_test=False,
    spam=None,
    received_at=NOON,
    last_inquiry_at=NOON,
    first_response_at=None,
    acknowledged_at=None,
    closed_at=None,
    erased_at=None,
    epoch=1,
    route_at=None,
    config_version=1,
)
AUTOMATIC = (LossCode.MISSED, LossCode.OFF_DUTY)
BY_PEOPLE = (LossCode.DECLINED, LossCode.UNASSIGNED)


@pytest.mark.parametrize("code", LossCode)
def test_a_lead_of_somebodys_may_be_passed_on(code: LossCode) -> None:
    assert why_not(LEAD, code, LIMITS) is None


@pytest.mark.parametrize("code", LossCode)
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": LeadStatus.LOST}, "not_open"),
        ({"erased_at": NOON}, "not_open"),
        ({"merged_into": LEAD.id}, "not_open"),
        ({"held": True}, "held"),
        ({"owner": None}, "no_owner"),
        ({"source": "opcity"}, "source_forbids"),
    ],
)
def test_what_nobody_may_pass_on(code: LossCode, changes: dict[str, object], why: str) -> None:
    limits = Reassign(never_for_sources=("opcity",))

    assert why_not(replace(LEAD, **changes), code, limits) == why  # type: ignore[arg-type]


def test_what_a_person_assigned_only_people_take_away() -> None:
    assigned = replace(LEAD, owner_by="person")

    assert {why_not(assigned, code, LIMITS) for code in AUTOMATIC} == {"assigned_by_a_person"}
    assert {why_not(assigned, code, LIMITS) for code in BY_PEOPLE} == {None}


def test_whoever_has_answered_may_go_home() -> None:
    for answered in (
        replace(LEAD, acknowledged_at=NOON),
        replace(LEAD, status=LeadStatus.ATTEMPTED, first_response_at=NOON),
        replace(LEAD, first_response_at=NOON),
    ):
        assert why_not(answered, LossCode.OFF_DUTY, LIMITS) == "answered"
        # An "I have it" that nothing followed met no deadline.
        assert why_not(answered, LossCode.MISSED, LIMITS) is None


def test_an_answer_to_an_earlier_asking_is_none_to_this_one() -> None:
    begun_again = replace(LEAD, first_response_at=NOON - timedelta(days=30))

    assert is_unanswered(begun_again)


@given(
    st.lists(st.tuples(st.sampled_from((DANA, BEN, CARA)), st.sampled_from(LossCode))),
    st.integers(0, 4),
)
def test_automation_takes_a_lead_away_no_more_often_than_the_policy_says(
    lost: list[tuple[AgentId, LossCode]], at_most: int
) -> None:
    lead = replace(LEAD, lost_by=tuple(Loss(agent, code, NOON) for agent, code in lost))
    hops = sum(code in AUTOMATIC for _, code in lost)
    limits = Reassign(at_most=at_most)

    for code in AUTOMATIC:
        assert why_not(lead, code, limits) == ("hop_limit" if hops >= at_most else None)
    for code in BY_PEOPLE:
        assert why_not(lead, code, limits) is None


def test_a_lead_that_somebody_has_stays_with_them_rather_than_with_nobody() -> None:
    lost = dict.fromkeys((DANA, BEN, CARA), "lost_this_lead:missed_the_deadline")

    left = routed(an_office(), excluded=lost)
    kept = routed(an_office(), excluded=lost, holder=DANA)

    assert (left.owner, kept.owner) == (None, DANA)
    assert kept.reason == "Rule everyone: nobody else can take it, so it stays with dana."
    assert whys(kept) == whys(left)
    assert kept.floor is None


def test_somebody_else_goes_before_whoever_has_it() -> None:
    lost = {DANA: "lost_this_lead:missed_the_deadline"}

    assert routed(an_office(), excluded=lost, holder=DANA).owner == BEN


def test_a_pond_is_nobody_and_an_offer_is_somebody() -> None:
    lost = {DANA: "lost_this_lead:missed_the_deadline"}
    pond = an_office({"name": "pond", "to": {"pond": "sarasota"}})
    offer = an_office({"name": "all", "to": {"team": "sarasota", "strategy": "first_to_claim"}})

    kept = routed(pond, excluded=lost, holder=DANA)
    offered = routed(offer, excluded=lost, holder=DANA)

    assert (kept.owner, kept.in_pond) == (DANA, False)
    assert (offered.owner, offered.offered) == (None, (BEN, CARA))
