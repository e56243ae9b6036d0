"""Durations, times of day, spans and weekdays."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.config.calendars import Block, Calendar
from app.config.durations import parse_duration
from app.config.times import (
    Span,
    format_minute,
    format_span,
    parse_minute,
    parse_span,
    parse_weekdays,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("1h", 3600), ("2d", 172_800), ("1w", 604_800), ("007m", 420)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value",
    ["", "5", "m", "5 m", "-5m", "+5m", "1.5h", "5M", "0m", "5y", "٣m", "9" * 11 + "w", 300, None],
)
def test_anything_else_is_no_duration(value: object) -> None:
    with pytest.raises(ValueError, match=r"such as 90s, 5m|longer than nothing"):
        parse_duration(value)


def test_a_duration_of_more_than_a_century_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than 100 years"):
        parse_duration("9999999999w")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("08:00-12:30", Span(480, 750)),
        ("8:00 - 12:30", Span(480, 750)),
        ("18:00-02:00", Span(1080, 1560)),
        ("00:00-24:00", Span(0, 1440)),
        ("22:00-24:00", Span(1320, 1440)),
        ("22:00-00:00", Span(1320, 1440)),
    ],
)
def test_hours_may_cross_midnight(text: str, span: Span) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["08:00", "08:00-08:00", "24:00-08:00", "8-17", "-", 480, None])
def test_hours_that_are_none_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"hours|time of day"):
        parse_span(text)


@pytest.mark.parametrize(
    "text", ["8", "08:0", "08:60", "24:01", "25:00", "008:00", "-1:00", "", None]
)
def test_a_time_of_day_that_is_none_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"time of day|a day has"):
        parse_minute(text)


@given(st.integers(0, 1440))
def test_a_minute_of_the_day_is_read_as_it_is_written(minute: int) -> None:
    assert parse_minute(format_minute(minute)) == minute


@given(st.integers(0, 1439), st.integers(1, 1439), st.integers(0, 1439))
def test_a_minute_is_in_a_span_as_on_a_clock(start: int, length: int, minute: int) -> None:
    span = Span(start, start + length)

    assert (minute in span) == ((minute - start) % 1440 < length)
    assert parse_span(format_span(span)) == span


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", (0,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("mon,wed", (0, 2)),
        ("Mon, Wed-Fri", (0, 2, 3, 4)),
        ("fri-mon", (4, 5, 6, 0)),
    ],
)
def test_weekdays_are_listed_or_ranged(text: str, days: tuple[int, ...]) -> None:
    assert parse_weekdays(text) == days


@pytest.mark.parametrize("text", ["", "monday", "mon-", "mon,,tue", "1-5"])
def test_other_words_are_no_weekdays(text: str) -> None:
    with pytest.raises(ValueError, match="weekdays are mon, tue"):
        parse_weekdays(text)


def test_hours_of_a_day_add_up_over_keys() -> None:
    calendar = Calendar.model_validate(
        {"weekly": {"mon,tue": "08:00-12:00", "tue": ["13:00-17:00"], "wed": []}}
    )

    assert calendar.weekly_blocks == (Block(0, 480, 720), Block(1, 480, 720), Block(1, 780, 1020))


@pytest.mark.parametrize("code", ["US", "US-FL", "DE", "GB-ENG"])
def test_holidays_are_known_by_country_and_state(code: str) -> None:
    calendar = Calendar.model_validate({"weekly": {"mon": "08:00-12:00"}, "holidays": code})

    assert calendar.holidays == code


@pytest.mark.parametrize("code", ["", "XX", "US-XX", "us-", "Florida", "US-FL-X", "../etc", "__x"])
def test_unknown_holidays_are_refused(code: str) -> None:
    with pytest.raises(ValidationError, match="no holidays of that code"):
        Calendar.model_validate({"weekly": {"mon": "08:00-12:00"}, "holidays": code})
