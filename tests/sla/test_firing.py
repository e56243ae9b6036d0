from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config.document import Config
from app.config.sla import Step
from app.domain.lead import AgentId
from app.hours.oncall import Shift
from app.routing.plan import Plan
from app.sla.firing import Telling, Told, next_recipients, recipients, tell

NO_SHIFTS: Mapping[str, Sequence[Shift]] = MappingProxyType({})
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DANA, BEN, MARIA, OTTO = (AgentId(each) for each in ("dana", "ben", "maria", "otto"))
PHONE = "+19415550100"
AGENTS = [
    {"id": "dana", "name": "Dana", "phone": PHONE, "reach": ["push", "email"]},
    {"id": "ben", "name": "Ben"},
    {"id": "maria", "name": "Maria", "role": "manager", "phone": PHONE, "reach": ["sms"]},
    {"id": "otto", "name": "Otto", "role": "manager", "email": "otto@harborline.example.com"},
]
ON_CALL = {
    "managers": {
        "timezone": "UTC",
        "rotation": {"every": "1w", "starts": "2026-03-02T08:00", "members": ["maria", "otto"]},
    }
}


def an_office(**parts: Any) -> Config:
    document: dict[str, Any] = {
        "organization": {"name": "Harborline"},
        "agents": AGENTS,
        "teams": {
            "sarasota": {"members": ["dana", "ben"], "manager": "maria"},
            "luxury": {"members": ["dana"], "manager": "otto"},
            "interns": {"members": ["ben"]},
        },
        "on_call": ON_CALL,
        "routing": {"rules": [{"name": "all", "to": {"team": "sarasota"}}]},
    }
    return Config.model_validate(document | parts)


def in_(office: Config, shifts: Mapping[str, Sequence[Shift]] = NO_SHIFTS) -> dict[str, Any]:
    """The office as it is at noon, its schedules as its plan knows them."""
    return {"config": office, "on_call": Plan.of(office, {}, shifts).on_call, "now": NOON}


def a_step(*, via: tuple[str, ...] = (), **action: Any) -> Step:
    return Step.model_validate({"name": "x", "after": "5m", "via": list(via)} | action)


@pytest.mark.parametrize(
    ("action", "owner", "team", "told"),
    [
        pytest.param({"remind": "owner"}, BEN, "sarasota", [(BEN, "owner")], id="the owner"),
        pytest.param(
            {"remind": "owner"},
            None,
            "sarasota",
            [(MARIA, "manager of sarasota")],
            id="a lead without an owner is the manager's affair",
        ),
        pytest.param(
            {"escalate": "manager"},
            DANA,
            "luxury",
            [(OTTO, "manager of luxury")],
            id="the manager of the lead's team",
        ),
        pytest.param(
            {"escalate": "manager"},
            BEN,
            None,
            [(MARIA, "manager of sarasota")],
            id="without a team, the manager of one of the owner's",
        ),
        pytest.param(
            {"escalate": "manager"},
            None,
            "interns",
            [(OTTO, "on call for managers")],
            id="without a manager of the team, whoever is on call",
        ),
        pytest.param(
            {"escalate": {"on_call": "managers"}},
            DANA,
            "sarasota",
            [(OTTO, "on call for managers")],
            id="whoever is on call",
        ),
        pytest.param({"escalate": {"agent": "ben"}}, DANA, None, [(BEN, "named")], id="one person"),
        pytest.param(
            {"escalate": {"team": "sarasota"}},
            DANA,
            None,
            [(DANA, "member of sarasota"), (BEN, "member of sarasota")],
            id="a whole team",
        ),
    ],
)
def test_a_step_tells_whom_the_document_means(
    action: dict[str, Any], owner: AgentId | None, team: str | None, told: list[tuple[AgentId, str]]
) -> None:
    step = a_step(**action)

    expected = tuple(Told(agent, why) for agent, why in told)
    assert recipients(step, owner=owner, team=team, **in_(an_office())) == expected


def test_without_anybody_nearer_any_manager_is_told() -> None:
    office = an_office(teams={"sarasota": {"members": ["dana"]}}, on_call={})

    told = recipients(a_step(escalate="manager"), owner=DANA, team="sarasota", **in_(office))

    assert told == (Told(MARIA, "a manager, for want of anybody nearer"),)


def test_an_owner_who_left_us_is_replaced_by_the_manager() -> None:
    told = recipients(
        a_step(remind="owner"), owner=AgentId("gone"), team="luxury", **in_(an_office())
    )

    assert told == (Told(OTTO, "manager of luxury"),)


def test_a_schedule_that_cannot_tell_is_answered_by_a_manager() -> None:
    feed = {"feed": {"ical": "https://calendar.example.com/on-call.ics"}}
    office = an_office(on_call=feed, teams={"sarasota": {"members": ["dana"]}})

    told = recipients(a_step(escalate={"on_call": "feed"}), owner=None, team=None, **in_(office))

    assert told == (Told(MARIA, "a manager, for want of anybody nearer"),)


def test_who_is_on_call_by_a_feed_is_told() -> None:
    feed = {"feed": {"ical": "https://calendar.example.com/on-call.ics"}}
    office = an_office(on_call=feed)
    an_hour = timedelta(hours=1)
    shifts = {"feed": [Shift(NOON - an_hour, NOON + an_hour, OTTO)]}
    step = a_step(escalate={"on_call": "feed"})

    told = recipients(step, owner=None, team=None, **in_(office, shifts))

    assert told == (Told(OTTO, "on call for feed"),)


def test_what_nobody_acknowledges_goes_on() -> None:
    step = a_step(escalate="manager", acknowledge_within="5m", then={"on_call": "managers"})

    def then(step: Step) -> tuple[Told, ...]:
        return next_recipients(step, owner=DANA, team="sarasota", **in_(an_office()))

    assert then(step) == (Told(OTTO, "on call for managers"),)
    assert then(a_step(escalate="manager")) == ()


ACTIONS = st.sampled_from(
    [
        {"remind": "owner"},
        {"remind": "manager"},
        {"escalate": "owner"},
        {"escalate": "manager"},
        {"escalate": {"on_call": "managers"}},
        {"escalate": {"on_call": "gone"}},
        {"escalate": {"agent": "gone"}},
        {"escalate": {"team": "sarasota"}},
        {"escalate": {"team": "gone"}},
    ]
)


@given(
    ACTIONS,
    st.sampled_from([None, DANA, MARIA, AgentId("gone")]),
    st.sampled_from([None, "sarasota", "luxury", "interns", "gone"]),
    st.sampled_from([{}, ON_CALL]),
    st.booleans(),
)
def test_while_there_is_a_manager_somebody_is_always_told(
    action: dict[str, Any],
    owner: AgentId | None,
    team: str | None,
    on_call: dict[str, Any],
    backwards: bool,
) -> None:
    office = an_office(on_call=on_call)
    teams = dict(reversed(office.teams.items())) if backwards else office.teams
    shuffled = office.model_copy(update={"teams": teams})
    step = a_step(**action)

    told = recipients(step, owner=owner, team=team, **in_(shuffled))

    assert told
    assert {each.agent for each in told} <= {agent.id for agent in office.agents}
    assert told == recipients(step, owner=owner, team=team, **in_(office))
    assert tell(step, told, office)


@pytest.mark.parametrize(
    ("via", "told", "messages"),
    [
        pytest.param(
            ("push", "sms"),
            [MARIA, DANA],
            [(MARIA, "push"), (MARIA, "sms"), (DANA, "push"), (DANA, "sms")],
            id="everybody over every channel of the step",
        ),
        pytest.param((), [MARIA], [(MARIA, "sms")], id="without channels, as the person wishes"),
        pytest.param(("sms", "email"), [OTTO], [(OTTO, "email")], id="no text without a phone"),
        pytest.param(("voice",), [OTTO], [(OTTO, "push")], id="else over the person's own channel"),
        pytest.param((), [DANA], [(DANA, "push")], id="no mail without an address"),
        pytest.param(("push",), [MARIA, MARIA], [(MARIA, "push")], id="nobody twice"),
        pytest.param(("push",), [AgentId("gone")], [], id="nobody who left us"),
    ],
)
def test_people_are_told_over_the_channels_of_the_step(
    via: tuple[str, ...], told: list[AgentId], messages: list[tuple[AgentId, str]]
) -> None:
    step = a_step(via=via, remind="owner")

    tellings = tell(step, [Told(agent, "owner") for agent in told], an_office())

    assert tellings == tuple(Telling(agent, channel) for agent, channel in messages)
