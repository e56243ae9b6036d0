from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.facts import FactType
from app.domain.identifiers import new_id
from app.domain.message import CLASS_OF, Message, MessageKind, MessageState
from app.domain.outcome import Accepted, GiveUp, Outcome, TryAgain, Unknown, Withheld
from app.sending.settle import (
    ALARM_IS_STALE_AFTER,
    FIRST_WAIT,
    GIVE_UP_LOOKING_AFTER,
    LONGEST_WAIT,
    LOOK_UP_AFTER,
    LOOK_UP_AGAIN_AFTER,
    MOST_CRASHES,
    MOST_SENDS_IN_DOUBT,
    Settlement,
    poisoned,
    settle,
    settle_unknown,
)

NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DEADLINE = NOON + timedelta(hours=4)

ALARM = MessageKind.ESCALATION
ALERT = MessageKind.OWNER_ALERT
GREETING = MessageKind.AUTO_RESPONSE

SENT, PENDING, FAILED, UNKNOWN = (
    MessageState.SENT,
    MessageState.PENDING,
    MessageState.FAILED,
    MessageState.UNKNOWN,
)


def a_message(kind: MessageKind, **changes: Any) -> Message:
    to_lead = kind.is_to_lead
    known: dict[str, Any] = {
        "id": new_id(NOON),
        "key": "a-key",
        "kind": kind,
        "cls": CLASS_OF[kind],
        "recipient": "lead" if to_lead else "maria",
        "channel": "email",
        "config_version": 1,
        "created_at": NOON,
        "state": MessageState.SENDING,
        "attempts": 1,
        "sending_at": NOON,
        "deadline_at": DEADLINE if to_lead else None,
        "leased_by": UUID(int=7),
    }
    return Message(**{**known, **changes})


def decided(settlement: Settlement) -> tuple[Any, Any, bool]:
    """The new state, when it is looked at next, and whether another channel rings."""
    values = settlement.values
    next_at = values.get("next_at")
    after = None if next_at is None else next_at - NOON
    return values.get("state"), after, settlement.next_channel


@pytest.mark.parametrize(
    ("kind", "attempts", "outcome", "expected"),
    [
        pytest.param(ALARM, 1, Accepted("x"), (SENT, None, False), id="an alarm arrived"),
        pytest.param(GREETING, 1, Accepted("x"), (SENT, None, False), id="a greeting arrived"),
        pytest.param(
            ALARM, 1, TryAgain("no"), (PENDING, FIRST_WAIT, False), id="one refusal is a hiccup"
        ),
        pytest.param(
            ALARM, 2, TryAgain("no"), (PENDING, SECOND, True), id="two are told another way"
        ),
        pytest.param(
            ALERT,
            9,
            TryAgain("no"),
            (PENDING, 30 * SECOND, True),
            id="alarms try every half minute",
        ),
        pytest.param(
            GREETING,
            2,
            TryAgain("no"),
            (PENDING, SECOND, False),
            id="a greeting has no other channel",
        ),
        pytest.param(
            GREETING,
            99,
            TryAgain("no"),
            (PENDING, 300 * SECOND, False),
            id="greetings try every five minutes",
        ),
        pytest.param(
            ALARM,
            1,
            TryAgain("busy", after=77 * SECOND),
            (PENDING, 77 * SECOND, False),
            id="who says when is believed",
        ),
        pytest.param(
            GREETING,
            1,
            TryAgain("busy", after=timedelta(hours=4)),
            (FAILED, None, False),
            id="a greeting that would come too late is given up",
        ),
        pytest.param(
            ALARM,
            1,
            TryAgain("busy", after=ALARM_IS_STALE_AFTER),
            (FAILED, None, True),
            id="an alarm of yesterday is given up, and told another way",
        ),
        pytest.param(
            ALARM, 1, GiveUp("gone"), (FAILED, None, True), id="an alarm that cannot arrive"
        ),
        pytest.param(
            GREETING, 1, GiveUp("gone"), (FAILED, None, False), id="a greeting that cannot arrive"
        ),
        pytest.param(
            ALARM, 1, Unknown("?"), (UNKNOWN, LOOK_UP_AFTER, True), id="an alarm in doubt"
        ),
        pytest.param(
            GREETING, 1, Unknown("?"), (UNKNOWN, LOOK_UP_AFTER, False), id="a greeting in doubt"
        ),
        pytest.param(ALARM, 1, Withheld(), (None, None, False), id="the gate was closed"),
    ],
)
def test_what_becomes_of_a_message(
    kind: MessageKind, attempts: int, outcome: Outcome, expected: tuple[Any, Any, bool]
) -> None:
    message = a_message(kind, attempts=attempts)

    assert decided(settle(message, outcome, now=NOON, jitter=1)) == expected


@pytest.mark.parametrize(
    ("kind", "found", "keyed", "waited", "attempts", "expected"),
    [
        pytest.param(
            ALARM, Accepted("x"), False, 2, 1, (SENT, None, False), id="it had arrived after all"
        ),
        pytest.param(
            GREETING, Accepted("x"), False, 2, 1, (SENT, None, False), id="a greeting had arrived"
        ),
        pytest.param(
            ALARM, GiveUp("-"), False, 2, 1, (PENDING, FIRST_WAIT, False), id="it never arrived"
        ),
        pytest.param(
            GREETING,
            GiveUp("-"),
            False,
            2,
            1,
            (PENDING, FIRST_WAIT, False),
            id="a greeting certainly never arrived",
        ),
        pytest.param(
            ALARM, None, True, 2, 1, (PENDING, FIRST_WAIT, False), id="a repeated key rings once"
        ),
        pytest.param(
            ALARM, None, False, 2, 1, (None, LOOK_UP_AGAIN_AFTER, False), id="nobody knows yet"
        ),
        pytest.param(
            ALARM, None, False, 30, 1, (PENDING, FIRST_WAIT, False), id="better twice than never"
        ),
        pytest.param(
            ALARM, None, False, 30, 3, (FAILED, None, True), id="three times in doubt is enough"
        ),
        pytest.param(
            GREETING, None, True, 2, 1, (None, LOOK_UP_AGAIN_AFTER, False), id="keys or no keys"
        ),
        pytest.param(
            GREETING, None, False, 30, 1, (None, None, False), id="better never than twice"
        ),
    ],
)
def test_what_becomes_of_a_message_in_doubt(
    kind: MessageKind,
    found: Accepted | GiveUp | None,
    keyed: bool,
    waited: int,
    attempts: int,
    expected: tuple[Any, Any, bool],
) -> None:
    sent_at = NOON - waited * SECOND
    message = a_message(kind, state=UNKNOWN, sending_at=sent_at, attempts=attempts)

    assert decided(settle_unknown(message, found, keyed=keyed, now=NOON)) == expected


def test_what_was_sent_is_written_down_whole() -> None:
    settlement = settle(a_message(ALARM), Accepted("their-id"), now=NOON, jitter=0)

    assert settlement == Settlement(
        {
            "state": SENT,
            "sent_at": NOON,
            "provider_id": "their-id",
            "is_sandbox": False,
            "reason": None,
            "next_at": None,
            "lease_until": None,
        },
        FactType.ESCALATION_SENT,
    )


def test_what_goes_back_in_line_is_nobodys_any_more() -> None:
    settlement = settle(a_message(ALARM), TryAgain("busy"), now=NOON, jitter=1)

    assert settlement.values == {
        "state": PENDING,
        "next_at": NOON + FIRST_WAIT,
        "reason": "busy",
        "lease_until": None,
        "leased_by": None,
    }


def test_a_sandbox_says_that_it_sent_nothing() -> None:
    settlement = settle(a_message(GREETING), Accepted("-"), now=NOON, jitter=0, sandbox=True)

    assert (settlement.values["is_sandbox"], settlement.values["reason"], settlement.fact) == (
        True,
        "kept in the sandbox: this channel is not set up",
        FactType.MESSAGE_SENT,
    )


def test_the_fifth_worker_that_vanishes_was_the_last() -> None:
    assert poisoned(a_message(ALARM, crashes=MOST_CRASHES - 1)) is None
    over = poisoned(a_message(ALARM, crashes=MOST_CRASHES))
    assert over is not None
    assert decided(over) == (FAILED, None, True)


# ── What holds for all of them ──────────────────────────────────────────────────────

KINDS = st.sampled_from(MessageKind)
ATTEMPTS = st.integers(1, 10_000)
JITTER = st.floats(0, 1)
OUTCOMES = st.one_of(
    st.builds(Accepted, st.just("x")),
    st.builds(TryAgain, st.just("-"), st.none() | st.timedeltas(SECOND, timedelta(days=2))),
    st.builds(GiveUp, st.just("-")),
    st.builds(Unknown, st.just("-")),
)
FOUND = st.none() | st.builds(Accepted, st.just("x")) | st.builds(GiveUp, st.just("-"))
LATER = st.timedeltas(timedelta(0), timedelta(days=3))


@given(KINDS, ATTEMPTS, JITTER)
def test_a_back_off_never_exceeds_its_cap(kind: MessageKind, attempts: int, jitter: float) -> None:
    message = a_message(kind, attempts=attempts)

    settlement = settle(message, TryAgain("-"), now=NOON, jitter=jitter)

    wait = settlement.values["next_at"] - NOON
    assert FIRST_WAIT / 5 <= wait <= LONGEST_WAIT[kind.is_to_lead]


@given(KINDS, ATTEMPTS, OUTCOMES, LATER, JITTER)
def test_a_deadline_is_kept(
    kind: MessageKind, attempts: int, outcome: Outcome, later: timedelta, jitter: float
) -> None:
    message = a_message(kind, attempts=attempts, deadline_at=DEADLINE)

    settlement = settle(message, outcome, now=NOON + later, jitter=jitter)

    if settlement.values["state"] is PENDING:
        assert settlement.values["next_at"] < DEADLINE


@given(KINDS, ATTEMPTS, FOUND, st.booleans(), LATER)
def test_a_deadline_is_kept_in_doubt_too(
    kind: MessageKind, attempts: int, found: Accepted | GiveUp | None, keyed: bool, later: timedelta
) -> None:
    message = a_message(kind, attempts=attempts, deadline_at=DEADLINE, state=UNKNOWN)

    settlement = settle_unknown(message, found, keyed=keyed, now=NOON + later)

    if settlement.values.get("state") is PENDING:
        assert settlement.values["next_at"] < DEADLINE


@given(ATTEMPTS, st.booleans(), LATER, st.sampled_from([k for k in MessageKind if k.is_to_lead]))
def test_a_leads_message_is_never_sent_again_blindly(
    attempts: int, keyed: bool, later: timedelta, kind: MessageKind
) -> None:
    message = a_message(kind, attempts=attempts, state=UNKNOWN)

    settlement = settle_unknown(message, None, keyed=keyed, now=NOON + later)

    assert "state" not in settlement.values
    assert not settlement.next_channel


@given(
    st.sampled_from([kind for kind in MessageKind if not kind.is_to_lead]),
    st.booleans(),
    st.lists(st.sampled_from(["unknown", "refused"]), max_size=200),
)
def test_no_alarm_stays_in_doubt_or_rings_for_ever(
    kind: MessageKind, keyed: bool, answers: list[str]
) -> None:
    """However often the provider leaves us in doubt, in time the message has ended."""
    now, attempts, state, sent_at = NOON, 0, PENDING, NOON
    doubtful = 0
    for answer in answers + ["unknown"] * (MOST_SENDS_IN_DOUBT + 2):
        attempts, sent_at = attempts + 1, now
        message = a_message(kind, attempts=attempts, sending_at=sent_at)
        outcome = Unknown("-") if answer == "unknown" else TryAgain("-")
        values = settle(message, outcome, now=now, jitter=1).values
        looks = 0
        while values.get("state", UNKNOWN) is UNKNOWN:
            assert values["next_at"] is not None
            assert looks <= 4
            looks, now = looks + 1, values["next_at"]
            doubtful = now - sent_at > GIVE_UP_LOOKING_AFTER + LOOK_UP_AGAIN_AFTER or doubtful
            doubt = a_message(kind, attempts=attempts, sending_at=sent_at, state=UNKNOWN)
            values = settle_unknown(doubt, None, keyed=keyed, now=now).values
        state, now = values["state"], values["next_at"] or now
        if state is FAILED:
            break
    assert state is FAILED
    assert not doubtful
