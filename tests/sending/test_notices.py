"""What people read who had a lead, were offered it, or look after it."""

from dataclasses import replace

import pytest

from app.domain.message import NoticeCause
from app.sending.texts import notice
from tests.sending.test_texts import MARIA

LINK = "https://leads.example.com/l/1"


@pytest.mark.parametrize(
    ("cause", "subject", "first"),
    [
        (NoticeCause.TAKEN, "Taken", "Dana Okafor has taken this lead."),
        (
            NoticeCause.MISSED,
            "Passed on",
            "The time to answer Maria Lopez ran out, and Dana Okafor has it now.",
        ),
        (
            NoticeCause.OFF_DUTY,
            "Passed on",
            "You went off duty before you had answered Maria Lopez, and Dana Okafor has it now.",
        ),
        (
            NoticeCause.UNASSIGNED,
            "Passed on",
            "This lead was taken off you, and Dana Okafor has it now.",
        ),
    ],
)
def test_who_has_it_no_more_is_told_who_has_and_no_number(
    cause: NoticeCause, subject: str, first: str
) -> None:
    head, text = notice(MARIA, cause)

    assert head == f"{subject}: Maria Lopez, 1 Bay Street, Sarasota"
    assert text.replace("\n", " ").startswith(first)
    assert text.endswith(f"There is nothing left for you to do.\n{LINK}")
    assert "555" not in text
    assert "maria@" not in text


def test_on_offer_to_others_nobody_has_it_yet() -> None:
    _, text = notice(replace(MARIA, owner=None), NoticeCause.MISSED)

    assert text.startswith("The time to answer Maria Lopez ran out, and nobody has it yet.")


def test_the_manager_of_a_lead_that_nobody_has_reads_all_they_need_to_assign_it() -> None:
    head, text = notice(replace(MARIA, owner=None), NoticeCause.NOBODY_ELSE)

    assert head == "Nobody has it: Maria Lopez, 1 Bay Street, Sarasota"
    assert text.startswith("The owner of this lead gave it back, and nobody has it yet.\n")
    assert "Please assign it" in text
    assert "Call: +1 941 555 0123" in text
