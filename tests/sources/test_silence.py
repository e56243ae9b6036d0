"""When a source counts as silent: by its own pattern, and hardly ever by chance.

Sources are simulated: offices that bring most leads in working hours, fewer at weekends,
hardly any at night. What is asked at each lead is how silent the source was just before.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sources.silence import KNOWN_FOR, LOOKED_AT, Quiet, hour_number, quiet

ZONE = ZoneInfo("America/New_York")
START = datetime(2026, 1, 5, 5, tzinfo=UTC)
"""A Monday, midnight in New York."""

WEEK = 7 * 24
HOLIDAY = date(2026, 2, 16)

Shape = Callable[[datetime], float]
"""How busy a source is at a local time, against its other times."""

of_few = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def an_office(at: datetime) -> float:
    by_hour = 1.0 if 8 <= at.hour < 20 else 0.08
    return by_hour * (0.4 if at.weekday() >= 5 else 1.0)


def weekdays_only(at: datetime) -> float:
    return 1.0 if 9 <= at.hour < 17 and at.weekday() < 5 else 0.0


def with_a_holiday(at: datetime) -> float:
    """Half as many for two weeks, and a third on the holiday itself."""
    if at.date() == HOLIDAY:
        return an_office(at) / 3
    return an_office(at) * (0.5 if abs((at.date() - HOLIDAY).days) <= 7 else 1.0)


def rates(shape: Shape, a_week: float, weeks: int) -> list[float]:
    """Leads expected in each hour; `a_week` in one without a holiday."""
    hours = [START + timedelta(hours=each) for each in range(weeks * WEEK)]
    weights = [shape(each.astimezone(ZONE)) for each in hours]
    return [a_week * each / sum(weights[:WEEK]) for each in weights]


def regular(by_hour: Sequence[float], seed: int) -> list[datetime]:
    """Leads that keep their distance: none waits for more than 1.8 times its turn."""
    random_ = random.Random(seed)  # noqa: S311 - guards nothing.
    return _spread(by_hour, lambda: random_.uniform(0.2, 1.8))


def by_chance(by_hour: Sequence[float], seed: int) -> list[datetime]:
    """Leads that know nothing of each other."""
    random_ = random.Random(seed)  # noqa: S311 - guards nothing.
    return _spread(by_hour, lambda: random_.expovariate(1))


def _spread(by_hour: Sequence[float], wait: Callable[[], float]) -> list[datetime]:
    """A lead each time that, by the rates, as many were due as `wait` says."""
    found, passed, turn = [], 0.0, wait()
    for hour, rate in enumerate(by_hour):
        while rate and turn <= passed + rate:
            found.append(START + timedelta(hours=hour + (turn - passed) / rate))
            turn += wait()
        passed += rate
    return found


def counted(arrivals: Sequence[datetime]) -> dict[int, int]:
    hours: dict[int, int] = {}
    for each in arrivals:
        hours[hour_number(each)] = hours.get(hour_number(each), 0) + 1
    return hours


def looks(arrivals: Sequence[datetime]) -> Iterator[Quiet]:
    """How it stood just before each lead, with what was known by then."""
    known: dict[int, int] = {}
    for last, following in pairwise(arrivals):
        known[hour_number(last)] = known.get(hour_number(last), 0) + 1
        found = quiet(known, last_at=last, zone=ZONE, now=following)
        if found is not None:
            yield found


def after(arrivals: Sequence[datetime], silence: timedelta) -> Quiet | None:
    last = arrivals[-1]
    return quiet(counted(arrivals), last_at=last, zone=ZONE, now=last + silence)


@of_few
@given(
    a_week=st.sampled_from([7.0, 20.0, 60.0, 120.0]),
    shape=st.sampled_from([an_office, weekdays_only, with_a_holiday]),
    seed=st.integers(0, 10_000),
)
def test_a_regular_source_is_never_called_silent(a_week: float, shape: Shape, seed: int) -> None:
    arrivals = regular(rates(shape, a_week, 13), seed)
    looked = list(looks(arrivals))

    assert len(looked) > 0.3 * len(arrivals)
    assert [each for each in looked if each.is_silence] == []


def test_a_source_of_chance_is_hardly_ever_called_silent() -> None:
    by_hour = rates(an_office, 20, 13)
    sources = [by_chance(by_hour, seed) for seed in range(24)]  # Six years of one source.

    wrong = sum(each.is_silence for arrivals in sources for each in looks(arrivals))

    assert wrong <= 2


@pytest.mark.parametrize(("at_once", "a_week"), [(4, 10), (10, 5)])
def test_where_leads_come_in_bursts_it_is_bursts_that_count(at_once: int, a_week: float) -> None:
    by_hour = rates(an_office, a_week, 13)
    sources = [
        [at + timedelta(seconds=each) for at in by_chance(by_hour, seed) for each in range(at_once)]
        for seed in range(6)
    ]
    looked = [each for arrivals in sources for each in looks(arrivals)]

    assert sum(each.expected > 10 for each in looked) > 20
    assert [each for each in looked if each.is_silence] == []


@of_few
@given(
    a_week=st.sampled_from([8.0, 25.0, 100.0, 500.0]),
    shape=st.sampled_from([an_office, weekdays_only]),
    weeks=st.integers(4, 6),
    seed=st.integers(0, 10_000),
)
def test_a_source_that_stops_is_noticed_within_the_time_its_leads_would_take(
    a_week: float, shape: Shape, weeks: int, seed: int
) -> None:
    by_hour = rates(shape, a_week, weeks + 4)
    arrivals = regular(by_hour[: weeks * WEEK], seed)
    missed = 0.0
    for hour in range(hour_number(arrivals[-1]) - hour_number(START) + 1, len(by_hour)):
        now = START + timedelta(hours=hour)
        found = quiet(counted(arrivals), last_at=arrivals[-1], zone=ZONE, now=now)
        assert found is not None
        if found.is_silence:
            break
        missed += by_hour[hour]

    least = 7 + math.log(min(weeks, 4) * a_week / 20)
    assert 0.7 * least < missed < 1.6 * least + max(by_hour)


@of_few
@given(
    leads=st.integers(1, 19),
    days=st.integers(0, 27),
    silence=st.integers(0, 60),
    seed=st.integers(0, 10_000),
)
def test_fewer_than_twenty_leads_are_no_pattern(
    leads: int, days: int, silence: int, seed: int
) -> None:
    random_ = random.Random(seed)  # noqa: S311 - guards nothing.
    arrivals = sorted(START + timedelta(days=days * random_.random()) for _ in range(leads))

    assert after(arrivals, timedelta(days=silence)) is None


@pytest.mark.parametrize(("days", "is_known"), [(13, False), (15, True)])
def test_less_than_two_weeks_are_no_pattern(days: int, is_known: bool) -> None:
    arrivals = [START + timedelta(hours=each * days * 24 / 499) for each in range(500)]

    assert (after(arrivals, timedelta(days=1)) is not None) == is_known


def test_what_is_older_than_four_weeks_is_no_pattern() -> None:
    long_ago = [START + timedelta(hours=each) for each in range(500)]
    recent = long_ago[-1] + KNOWN_FOR + timedelta(hours=1)

    assert after([*long_ago, recent], timedelta(days=5)) is None


def test_nights_and_weekends_expect_nothing_where_they_never_brought_anything() -> None:
    arrivals = regular(rates(weekdays_only, 60, 6), 1)
    friday = max(each for each in arrivals if each.astimezone(ZONE).weekday() == 4)
    until = [each for each in arrivals if each <= friday]
    local = friday.astimezone(ZONE)
    monday = (local + timedelta(days=3)).replace(hour=9, minute=0, second=0)

    before = after(until, monday - local)
    after_work = after(until, monday.replace(hour=17) - local)

    assert before is not None
    assert before.expected < 1.0
    assert after_work is not None
    assert 0.75 * 12 < after_work.expected - before.expected < 12


def test_the_clocks_of_the_office_go_forward_and_the_pattern_goes_with_them() -> None:
    """In New York on the 8th of March 2026: nine o'clock is another hour in UTC."""
    eight = [datetime(2026, 2, 2, 9, 30, tzinfo=ZONE) + timedelta(days=each) for each in range(34)]
    arrivals = [at for at in eight for _ in range(3)]
    last = arrivals[-1]
    assert last == datetime(2026, 3, 7, 9, 30, tzinfo=ZONE)

    monday = last + timedelta(days=2)  # The same time on the wall, an hour less in between.
    at_nine = quiet(counted(arrivals), last_at=last, zone=ZONE, now=monday.replace(minute=0))
    at_ten = quiet(counted(arrivals), last_at=last, zone=ZONE, now=monday.replace(hour=10))

    assert at_nine is not None
    assert at_ten is not None
    assert at_ten.expected - at_nine.expected == pytest.approx(12 * math.log1p(1 / 4))


def test_one_outage_does_not_make_us_deaf_for_the_next() -> None:
    by_hour = rates(an_office, 60, 6)
    arrivals = regular(by_hour, 3)
    gone = START + timedelta(weeks=4), START + timedelta(weeks=4, days=3)
    with_outage = [each for each in arrivals if not gone[0] <= each < gone[1]]

    once, again = after(arrivals, timedelta(days=2)), after(with_outage, timedelta(days=2))

    assert once is not None
    assert again is not None
    assert once.is_silence
    assert again.is_silence
    assert again.usual < 1.5 * once.usual


def test_a_silence_is_still_seen_when_it_is_four_weeks_old() -> None:
    by_hour = rates(an_office, 6, 6)
    arrivals = regular(by_hour, 5)
    now = arrivals[-1] + KNOWN_FOR
    looked_at = [each for each in arrivals if each >= now - LOOKED_AT]

    found = quiet(counted(looked_at), last_at=arrivals[-1], zone=ZONE, now=now)

    assert found is not None
    assert found.is_silence
    assert 0.7 * 24 < found.expected < 24
