"""A number is E.164 however it is typed, and what is none is kept and said to be none."""

import pytest

from app.sources.normalise.phones import Phone, read_phone


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("(941) 555-0142", Phone("+19415550142")),
        ("+1.919.555.0151", Phone("+19195550151")),
        ("1-312-555-0149", Phone("+13125550149")),
        ("9415550142", Phone("+19415550142")),
        ("(415)555-0156 x22", Phone("+14155550156", "22")),
        ("+44 20 7946 0958", Phone("+442079460958")),
        ("44 20 7946 0958", Phone("+442079460958")),
        ("941-555-0142 / 941-555-0143", Phone("+19415550142")),
        ("home 12; 941-555-0143", Phone("+19415550143")),
        ("555-0142", Phone("555-0142", is_valid=False)),
        ("+1 000 000 0000", Phone("+1 000 000 0000", is_valid=False)),
        ("call me", Phone(None, is_valid=False)),
        ("1" * 500, Phone("1" * 64, is_valid=False)),
    ],
)
def test_a_phone_is_read_as_a_person_would(text: str, phone: Phone) -> None:
    assert read_phone(text) == phone


def test_a_number_without_a_country_is_in_the_region_given() -> None:
    assert read_phone("020 7946 0958", region="GB") == Phone("+442079460958")
