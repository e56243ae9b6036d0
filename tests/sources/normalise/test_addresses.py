"""An address in one line is taken apart where that is certain, and only there."""

import pytest

from app.sources.normalise.addresses import Place, read_zip, split


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (
            "918 Juniper Bend Ct, Plano, TX 75024",
            Place("918 Juniper Bend Ct", "Plano", "TX", "75024"),
        ),
        (
            "77 Mill Race Way #4B, Durham, NC, 27701",
            Place("77 Mill Race Way #4B", "Durham", "NC", "27701"),
        ),
        (
            "1 Main St, Apt 4, Akron, OH 44308",
            Place("1 Main St, Apt 4", "Akron", "OH", "44308"),
        ),
        ("12 Elm St Akron OH 44308", Place("12 Elm St", "Akron", "OH", "44308")),
        ("12 Elm St, Akron OH 44308", Place("12 Elm St", "Akron", "OH", "44308")),
        ("1 Main St, Boston, MA 02134-1234, USA", Place("1 Main St", "Boston", "MA", "02134")),
        ("1 Main St, New York, New York 10001", Place("1 Main St", "New York", "NY", "10001")),
        ("1 Elm St, Washington, D.C. 20001", Place("1 Elm St", "Washington", "DC", "20001")),
        (
            "100 Park Ave South, New York, NY 10003",
            Place("100 Park Ave South", "New York", "NY", "10003"),
        ),
        ("Plano, TX 75024", Place(None, "Plano", "TX", "75024")),
        ("St. Louis MO 63101", Place(None, "St. Louis", "MO", "63101")),
    ],
)
def test_a_whole_address_has_four_parts(line: str, place: Place) -> None:
    assert split(line) == place


@pytest.mark.parametrize(
    ("line", "state", "code"),
    [
        # The city is South Bend; it might as well be Bend.
        ("100 Park Ave South Bend IN 46601", "IN", "46601"),
        ("12 Elm St St Louis MO 63101", "MO", "63101"),
        ("1 Main St Apt 4 Akron OH 44308", "OH", "44308"),
        ("5 Broadway New York NY 10004", "NY", "10004"),
        ("Juniper Bend Ct, TX 75024", "TX", "75024"),
    ],
)
def test_a_city_in_doubt_is_left_where_it_stands(line: str, state: str, code: str) -> None:
    assert split(line) == Place(line, None, state, code)


@pytest.mark.parametrize(
    "line",
    [
        "42 Pelican Loop",
        "42 Pelican Loop, Sarasota, FL",
        "1 Main St, Boston, TX 02134",  # That code is in Massachusetts.
        "1 rue de la Paix, Paris, France 75002",
        "123 or 97205",
        "OH 44308",
        "",
        "x, " * 100 + "OH 44308",
    ],
)
def test_what_does_not_end_in_a_state_and_its_zip_code_is_left_alone(line: str) -> None:
    assert split(line) is None


@pytest.mark.parametrize(
    ("sent", "state", "code"),
    [
        ("75024", "TX", "75024"),
        ("75024-1234", "TX", "75024"),
        ("750241234", None, "75024"),
        ("75024.0", None, "75024"),
        ("2134", "MA", "02134"),
        ("601", "PR", "00601"),
        ("2134", "TX", "2134"),
        ("2134", None, "2134"),
        ("SW1A 1AA", None, "SW1A 1AA"),
    ],
)
def test_a_zip_code_has_five_digits(sent: str, state: str | None, code: str) -> None:
    assert read_zip(sent, state=state) == code
