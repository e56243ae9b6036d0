"""How soon somebody wants to move is a number of days, if they said so."""

import pytest

from app.sources.normalise.timelines import Days, read_timeline


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("ASAP", Days(0, 0)),
        ("A.S.A.P.", Days(0, 0)),
        ("immediately", Days(0, 0)),
        ("Lo antes posible", Days(0, 0)),
        ("Within 3 months", Days(0, 90)),
        ("within_30_days", Days(0, 30)),
        ("LESS_THAN_3_MONTHS", Days(0, 90)),
        ("less than a month", Days(0, 30)),
        ("in the next 6 months", Days(0, 180)),
        ("in the next month", Days(0, 30)),
        ("this year", Days(0, 365)),
        ("0-3 months", Days(0, 90)),
        ("1 \u2013 3 Months", Days(30, 90)),
        ("THREE_TO_SIX_MONTHS", Days(90, 180)),
        ("3 weeks to 2 months", Days(21, 60)),
        ("1 a 3 meses", Days(30, 90)),
        ("6+ months", Days(180, None)),
        ("more than 1 year", Days(365, None)),
        ("1 year or more", Days(365, None)),
        ("más de 6 meses", Days(180, None)),
        # The values of Zillow's `moveInTimeframe`.
        ("week", Days(7, 7)),
        ("twoWeeks", Days(14, 14)),
        ("twoMonths", Days(60, 60)),
        ("a couple of weeks", Days(14, 14)),
    ],
)
def test_a_timeline_is_from_so_many_days_to_so_many(text: str, days: Days) -> None:
    assert read_timeline(text) == days


@pytest.mark.parametrize(
    "text",
    [
        "just browsing",
        "flexible",
        "Not sure",
        "Not right now",
        "I don't want to move now",
        "60",
        "2026-05-01",
        "3+ bedrooms",
        "",
    ],
)
def test_what_says_no_length_of_time_is_no_timeline(text: str) -> None:
    assert read_timeline(text) is None


def test_a_bare_number_has_the_unit_of_its_question() -> None:
    assert read_timeline("60", unit="day") == Days(60, 60)
