"""An address is checked by its syntax alone, and a portal's relay is known as one."""

import pytest

from app.sources.normalise.emails import Email, read_email


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Ana.P@Example.COM", Email("Ana.P@example.com", is_relay=False)),
        ("Ana Prieto <ana@example.com>", Email("ana@example.com", is_relay=False)),
        ("mailto:ana@example.com.", Email("ana@example.com", is_relay=False)),
        ("no, ana@example.com; b@example.com", Email("ana@example.com", is_relay=False)),
        ("jö@münchen.example.com", Email("jö@münchen.example.com", is_relay=False)),
        ("9f3k2@Convo.Zillow.com", Email("9f3k2@convo.zillow.com", is_relay=True)),
        ("9f3k2@eu.convo.zillow.com", Email("9f3k2@eu.convo.zillow.com", is_relay=True)),
        (
            "ana@convo.zillow.com.example.com",
            Email("ana@convo.zillow.com.example.com", is_relay=False),
        ),
    ],
)
def test_an_address_is_found(text: str, email: Email) -> None:
    assert read_email(text) == email


@pytest.mark.parametrize(
    "text",
    ["ana", "ana@", "@example.com", "ana(at)example.com", "a@b@c", "a" * 400 + "@example.com"],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert read_email(text) is None
