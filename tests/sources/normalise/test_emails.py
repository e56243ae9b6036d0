"""An address is checked by its syntax alone, and a portal's relay is known as one."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from app.sources.normalise.emails import Email, reaches_nobody, read_email


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Ana.P@Example.COM", Email("Ana.P@example.com", is_relay=False)),
        ("ANA@EXAMPLE.COM", Email("ANA@example.com", is_relay=False)),
        ("ana+homes@example.com", Email("ana+homes@example.com", is_relay=False)),
        ("Ana Prieto <ana@example.com>", Email("ana@example.com", is_relay=False)),
        ("mailto:ana@example.com.", Email("ana@example.com", is_relay=False)),
        ("no, ana@example.com; b@example.com", Email("ana@example.com", is_relay=False)),
        ("jö@münchen.example.com", Email("jö@münchen.example.com", is_relay=False)),
    ],
)
def test_an_address_is_found(text: str, email: Email) -> None:
    assert read_email(text) == email


@pytest.mark.parametrize(
    ("address", "is_relay"),
    [
        ("9f3k2@Convo.Zillow.com", True),
        ("9f3k2@eu.convo.zillow.com", True),
        ("9f3k2@convo.trulia.com", True),
        ("9f3k2@convo.hotpads.com", True),
        ("0f9e8d7c6b5a49382716059483726150@reply.craigslist.org", True),
        ("r7nyhb467r58rqf5p9@zlead.co", True),
        ("ana.prieto.c5x65@renter.apartmentlist.com", True),
        ("reply-1-2_HTML@email.rent.com", True),
        # One person hides behind it, and always the same one.
        ("x9y8z7@privaterelay.appleid.com", False),
        ("ana@convo.zillow.com.example.com", False),
        ("ana@zillow.com", False),
    ],
)
def test_a_relay_is_known_by_its_domain(address: str, is_relay: bool) -> None:
    email = read_email(address)

    assert email is not None
    assert email.is_relay is is_relay


@pytest.mark.parametrize(
    "text",
    [
        "ana",
        "ana@",
        "@example.com",
        "ana(at)example.com",
        "a@b@c",
        "ana@gmail,com",
        "ana@gmail",
        "ana@example..com",
        "ana@localhost",
        "ana@[127.0.0.1]",
        "a" * 400 + "@example.com",
    ],
)
def test_what_is_no_address_is_none_and_no_slip_is_mended(text: str) -> None:
    assert read_email(text) is None


@pytest.mark.parametrize(
    ("address", "nobody"),
    [
        ("noemail@example.com", True),
        ("no-reply@example.com", True),
        ("none@example.com", True),
        ("NotProvided@example.com", True),
        ("nonenow@example.com", False),
        ("noe.mailer@example.com", False),
        ("ana@none.example.com", False),
    ],
)
def test_an_address_that_nobody_reads_is_known(address: str, nobody: bool) -> None:
    assert reaches_nobody(address) is nobody


@given(st.from_regex(r"[A-Za-z0-9._+-]{1,20}@[a-z0-9.-]{1,30}\.(com|org|info)", fullmatch=True))
def test_the_quick_way_finds_what_the_library_finds(text: str) -> None:
    email = read_email(text)

    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        # Dots around it are a person's punctuation: without them it may be an address.
        assert email is None or email.address != text
    else:
        assert email is not None
        assert email.address == found.normalized
