"""A number is E.164 however it is typed, and what is none is kept and said to be none."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sources.normalise.phones import Phone, read_phone

FLORIDA = Phone("+19415550142", kind="either", zones=("America/New_York",))
CALIFORNIA = Phone("+14155550156", "22", kind="either", zones=("America/Los_Angeles",))
LONDON = Phone("+442079460958", kind="landline", zones=("Europe/London",))


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("(941) 555-0142", FLORIDA),
        ("+1.941.555.0142", FLORIDA),
        ("1-941-555-0142", FLORIDA),
        ("9415550142", FLORIDA),
        ("9415550142.0", FLORIDA),
        ("+1 1 941 555 0142", FLORIDA),
        ("+941-555-0142", FLORIDA),
        ("p:+19415550142", FLORIDA),
        ("tel:+1-941-555-0142", FLORIDA),
        ("٩٤١٥٥٥٠١٤٢", FLORIDA),
        ("(415)555-0156 x22", CALIFORNIA),
        ("415-555-0156 ext. 22", CALIFORNIA),
        ("+44 20 7946 0958", LONDON),
        ("+44 (0)20 7946 0958", LONDON),
        ("44 20 7946 0958", LONDON),
        ("0044 20 7946 0958", LONDON),
        ("011 44 20 7946 0958", LONDON),
    ],
)
def test_a_phone_is_read_as_a_person_would(text: str, phone: Phone) -> None:
    assert read_phone(text) == phone


@pytest.mark.parametrize(
    "text",
    [
        "941-555-0142 / 941-555-0143",
        "941-555-0142 or 941 555 0143",
        "941-555-0142 941-555-0143",
        "home 12; 941-555-0142",
        "call 941-555-0142 after 5pm",
        "941-555-0142 (cell)",
        "cell: 941-555-0142",
    ],
)
def test_of_more_than_a_number_the_first_good_one_is_taken_and_more_is_said(text: str) -> None:
    assert read_phone(text) == replace(FLORIDA, is_whole=False)


def test_letters_are_the_digits_they_stand_on() -> None:
    assert read_phone("1-800-FLOWERS") == Phone("+18003569377", kind="toll_free", is_whole=False)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("555-0142", "555-0142"),
        ("(555) 555-55555", "(555) 555-55555"),
        ("+1 000 000 0000", "+1 000 000 0000"),
        ("999-999-9999", "999-999-9999"),
        ("9.41556E+09", "9.41556E+09"),
        ("call me", None),
        ("1" * 500, "1" * 64),
    ],
)
def test_what_is_no_number_is_kept_as_given(text: str, kept: str | None) -> None:
    assert read_phone(text) == Phone(kept, is_valid=False)


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("020 7946 0958", "GB", "+442079460958"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("(941) 555-0142", "GB", "+19415550142"),
        ("+44 20 7946 0958", "FR", "+442079460958"),
    ],
)
def test_a_number_without_a_country_is_in_the_region_given_or_here(
    text: str, region: str, number: str
) -> None:
    assert read_phone(text, region=region).number == number


@pytest.mark.parametrize(
    ("text", "kind", "zones"),
    [
        ("+33 6 12 34 56 78", "mobile", ("Europe/Paris",)),
        ("(800) 555-0142", "toll_free", ()),
        ("(808) 555-0142", "either", ("Pacific/Honolulu",)),
        ("(787) 555-0142", "either", ("America/Puerto_Rico",)),
        # Two clocks in one area: neither is more likely than the other.
        ("(219) 555-0142", "either", ("America/Chicago", "America/New_York")),
        ("(850) 555-0142", "either", ("America/Chicago", "America/New_York")),
    ],
)
def test_a_number_says_what_sort_it_is_and_where(
    text: str, kind: str, zones: tuple[str, ...]
) -> None:
    phone = read_phone(text)

    assert (phone.kind, phone.zones) == (kind, zones)


@given(st.text(alphabet="0123456789+-() .x/;#tel", max_size=90))
def test_anything_can_be_read_and_only_valid_numbers_have_a_kind(text: str) -> None:
    phone = read_phone(text)

    assert phone.is_valid is (phone.kind is not None)
    assert not phone.is_valid or (phone.number or "").startswith("+")
