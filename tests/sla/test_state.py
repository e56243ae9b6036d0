from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sla.state import ClockState, at_risk, remaining_seconds, state_at

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
DUE = NOON + timedelta(minutes=5)
TICK = timedelta(microseconds=1)
R, P, M, B, C = ClockState


@pytest.mark.parametrize(
    ("stored", "stopped_at", "now", "state"),
    [
        pytest.param(R, None, NOON, R, id="it runs on arrival"),
        pytest.param(R, None, DUE - TICK, R, id="it runs until the last instant"),
        pytest.param(R, None, DUE, B, id="late begins exactly on the deadline"),
        pytest.param(R, None, DUE + timedelta(days=1), B, id="late, whatever the row still says"),
        pytest.param(B, None, DUE, B, id="a breach written down is a breach"),
        pytest.param(R, DUE - TICK, DUE, M, id="evidence just in time meets it"),
        pytest.param(R, DUE, DUE, B, id="evidence exactly on the deadline is too late"),
        pytest.param(M, DUE + TICK, DUE + TICK, B, id="late evidence leaves it breached"),
        pytest.param(M, NOON, DUE + timedelta(days=1), M, id="met stays met"),
        pytest.param(
            B, NOON, DUE + TICK, M, id="who answered in time and said so late was in time"
        ),
        pytest.param(P, None, DUE + TICK, P, id="a paused clock is never late"),
        pytest.param(C, None, DUE + TICK, C, id="a cancelled clock is never late"),
        pytest.param(C, NOON, DUE, C, id="nobody meets a cancelled clock"),
    ],
)
def test_the_state_is_right_at_the_instant_asked(
    stored: ClockState, stopped_at: datetime | None, now: datetime, state: ClockState
) -> None:
    assert state_at(stored, DUE, stopped_at, now) == state


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_a_clock_once_late_without_evidence_stays_late(due: datetime, now: datetime) -> None:
    late = state_at(R, due, None, now) is B

    assert late == (now >= due)
    assert late == (remaining_seconds(due, now) == 0)


@pytest.mark.parametrize(
    ("seconds_in", "risky"),
    [
        pytest.param(0, False, id="not on arrival"),
        pytest.param(239.9, False, id="not with more than a fifth left"),
        pytest.param(240, True, id="with exactly a fifth left"),
        pytest.param(299.9, True, id="to the last moment"),
        pytest.param(300, False, id="what is late is no longer at risk"),
    ],
)
def test_a_clock_is_at_risk_in_its_last_fifth(seconds_in: float, risky: bool) -> None:
    assert at_risk(NOON, DUE, NOON + timedelta(seconds=seconds_in)) is risky


@pytest.mark.parametrize(
    ("before_due", "seconds"),
    [
        (timedelta(minutes=5), 300),
        (timedelta(milliseconds=1500), 2),
        (TICK, 1),
        (timedelta(0), 0),
        (timedelta(days=-3), 0),
    ],
)
def test_the_seconds_left_are_never_negative(before_due: timedelta, seconds: int) -> None:
    assert remaining_seconds(DUE, DUE - before_due) == seconds
