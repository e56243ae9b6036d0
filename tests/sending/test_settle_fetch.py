from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.identifiers import new_id
from app.domain.message import CLASS_OF, Message, MessageKind
from app.sending.settle_fetch import (
    FIRST_WAIT,
    FIRST_WAIT_FOR_PEOPLE,
    GIVE_UP_AFTER,
    LONGEST_WAIT,
    LONGEST_WAIT_FOR_PEOPLE,
    NotFetched,
    fetched,
    given_up,
    is_over,
    put_off,
)

NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)
BUSY = NotFetched("the source answered 503")
REFUSED = NotFetched("the source answered 403", needs_people=True)


def a_fetch(**changes: Any) -> Message:
    known: dict[str, Any] = {
        "id": new_id(NOON),
        "key": "fetch:1",
        "kind": MessageKind.FETCH,
        "cls": CLASS_OF[MessageKind.FETCH],
        "recipient": "facebook",
        "channel": "fetch",
        "config_version": 1,
        "created_at": NOON,
        "deadline_at": NOON + GIVE_UP_AFTER,
        "attempts": 1,
    }
    return Message(**{**known, **changes})


def _pause(why: NotFetched, *, attempts: int, jitter: float = 1) -> timedelta:
    values = put_off(a_fetch(attempts=attempts), why, now=NOON, jitter=jitter)
    pause: timedelta = values["next_at"] - NOON
    return pause


@pytest.mark.parametrize(
    ("why", "attempts", "seconds"),
    [
        pytest.param(BUSY, 1, 0.5, id="a hiccup"),
        pytest.param(BUSY, 4, 4, id="a bad minute"),
        pytest.param(BUSY, 20, 60, id="an outage"),
        pytest.param(REFUSED, 1, 5, id="a wrong token"),
        pytest.param(REFUSED, 5, 80, id="nobody looks"),
        pytest.param(REFUSED, 500, 900, id="nobody looks all night"),
        pytest.param(NotFetched("429", timedelta(hours=1)), 1, 3600, id="as the source says"),
    ],
)
def test_how_long_until_it_is_asked_for_again(
    why: NotFetched, attempts: int, seconds: float
) -> None:
    assert _pause(why, attempts=attempts).total_seconds() == seconds


@given(
    attempts=st.integers(0, 10_000),
    jitter=st.floats(0, 1),
    needs_people=st.booleans(),
)
def test_it_is_never_asked_for_too_soon_nor_too_late(
    attempts: int, jitter: float, needs_people: bool
) -> None:
    pause = _pause(NotFetched("no", needs_people=needs_people), attempts=attempts, jitter=jitter)

    first = FIRST_WAIT_FOR_PEOPLE / 2 if needs_people else FIRST_WAIT / 5
    longest = LONGEST_WAIT_FOR_PEOPLE if needs_people else LONGEST_WAIT
    assert first <= pause <= longest


def test_the_last_time_is_when_its_time_is_over() -> None:
    late = NOON + GIVE_UP_AFTER - timedelta(seconds=1)

    values = put_off(a_fetch(attempts=500), REFUSED, now=late, jitter=1)

    assert values["next_at"] == NOON + GIVE_UP_AFTER
    assert not is_over(a_fetch(), now=late)
    assert is_over(a_fetch(), now=values["next_at"])
    assert is_over(a_fetch(deadline_at=None), now=values["next_at"])


def test_what_is_over_is_looked_at_no_more() -> None:
    assert fetched(now=NOON) == {
        "state": "sent",
        "sent_at": NOON,
        "reason": None,
        "next_at": None,
        "lease_until": None,
    }
    assert given_up("gone") == {
        "state": "failed",
        "reason": "gone",
        "next_at": None,
        "lease_until": None,
    }
    assert put_off(a_fetch(), BUSY, now=NOON, jitter=1) == {
        "state": "pending",
        "next_at": NOON + FIRST_WAIT,
        "reason": "the source answered 503",
        "lease_until": None,
        "leased_by": None,
    }
