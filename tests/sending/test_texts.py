"""What our own people read: short, plain, and harmless whatever a stranger typed."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sending.texts import (
    AboutLead,
    escalation,
    owner_alert,
    quarantined,
    refused,
    reminder,
)

MARIA = AboutLead(
    name="Maria Lopez",
    wants="buyer",
    asks_about="1 Bay Street, Sarasota",
    price=450000,
    source="zillow",
    message="Is it\nstill available?",
    phone="+1 941 555 0123",
    email="maria@example.com",
    due_at=datetime(2026, 3, 14, 10, 35, tzinfo=UTC),
    waiting=timedelta(minutes=5, seconds=20),
    owner="Dana Okafor",
    link="https://leads.example.com/l/1",
)


REST = """"Is it still available?"
Call: +1 941 555 0123
Mail: maria@example.com
https://leads.example.com/l/1"""
DUE = "Answer by Sat 10:35."
WHAT = "Maria Lopez asks about 1 Bay Street, Sarasota (buyer, 450,000), from zillow."


def test_the_owner_reads_who_asks_about_what_and_by_when() -> None:
    assert owner_alert(MARIA) == (
        "New lead: Maria Lopez, 1 Bay Street, Sarasota",
        f"{WHAT} {DUE}\n{REST}",
    )


def test_a_reminder_says_how_long_the_person_has_waited() -> None:
    assert reminder(MARIA) == (
        "Still waiting: Maria Lopez, 1 Bay Street, Sarasota",
        f"Maria Lopez has been waiting for 5 min. {DUE}\n{WHAT}\n{REST}",
    )


def test_an_escalation_says_who_has_not_answered() -> None:
    assert escalation(MARIA) == (
        "Not answered: Maria Lopez, 1 Bay Street, Sarasota",
        f"Dana Okafor has not answered Maria Lopez for 5 min. {DUE}\n{WHAT}\n{REST}",
    )


def test_what_is_not_known_is_not_said() -> None:
    nothing = AboutLead()

    assert owner_alert(nothing) == ("New lead: Somebody", "Somebody asks.")
    assert reminder(nothing) == (
        "Still waiting: Somebody",
        "Somebody is still waiting.\nSomebody asks.",
    )
    assert escalation(nothing) == (
        "Not answered: Somebody",
        "Nobody has answered Somebody.\nSomebody asks.",
    )


def test_many_refusals_are_one_text_with_their_number() -> None:
    subject, text = refused("website", "the secret is wrong", 37)

    assert subject == "Refused: website"
    assert text.splitlines()[0] == (
        "37 deliveries to website were refused (401), the last one: the secret is wrong."
    )


def test_an_unreadable_delivery_is_told_with_where_to_find_it() -> None:
    assert quarantined("website", "This is not JSON", "019cf760") == (
        "Unreadable: website",
        (
            "A delivery to website could not be read: This is not JSON.\n"
            "It is kept whole as 019cf760: it may be a lead that nobody answers.\n"
            "Once the config fits, POST /v1/deliveries/replay reads it again.\n"
            "Others of this hour raise no alert of their own: "
            "see GET /v1/deliveries?status=quarantined&source=website."
        ),
    )


@given(st.text(), st.text())
def test_no_source_or_reason_adds_lines_to_an_alert(source: str, why: str) -> None:
    _, text = refused(source, why, 1)

    assert len(text.splitlines()) == 3


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (timedelta(seconds=-5), "Maria is still waiting."),
        (timedelta(seconds=59), "Maria is still waiting."),
        (timedelta(minutes=119), "Maria has been waiting for 119 min."),
        (timedelta(hours=2), "Maria has been waiting for 2 h."),
        (timedelta(hours=47), "Maria has been waiting for 47 h."),
        (timedelta(days=2), "Maria has been waiting for 2 days."),
    ],
)
def test_waiting_is_said_in_a_unit_that_fits(waiting: timedelta, said: str) -> None:
    _, text = reminder(AboutLead(name="Maria", waiting=waiting))

    assert text.splitlines()[0] == said


def test_a_name_cannot_add_lines_or_turn_the_text_around() -> None:
    subject, text = owner_alert(AboutLead(name="Maria\r\nCall: 0900\u202e\x07", phone="1"))

    assert subject == "New lead: Maria Call: 0900"
    assert text == "Maria Call: 0900 asks.\nCall: 1"


fields = st.none() | st.text()


@given(
    st.builds(
        AboutLead,
        **dict.fromkeys(
            ["name", "wants", "asks_about", "source", "message", "phone", "email", "owner", "link"],
            fields,
        ),
        price=st.none() | st.integers(),
        due_at=st.none() | st.datetimes(),
        waiting=st.none() | st.timedeltas(),
    )
)
def test_any_lead_can_be_told_on_a_lock_screen(about: AboutLead) -> None:
    for subject, text in (owner_alert(about), reminder(about), escalation(about)):
        assert len(subject) < 200
        assert len(text.splitlines()) <= 6
        assert {unicodedata.category(each) for each in subject + text} & {"Cc", "Cs"} <= (
            {"Cc"} if "\n" in text else set()
        )
        (subject + text).encode()
