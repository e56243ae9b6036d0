"""The config's own rules come first: what a mail is by, what it means, and what is no lead."""

from typing import Any

import pytest

from app.domain.errors import Unreadable
from app.domain.lead import Kind
from tests.sources.envelopes import MAILS, a_mail, arriving, lead

PORTAL: dict[str, Any] = {
    "name": "portal",
    "from": "*@*.portal.example",
    "medium": "portal",
    "kind": "seller",
    "fields": {"name": "Asker", "phone": ["Ring them", "Line"], "property.zip": "Post"},
}
TEXT = "Asker: Ana Prieto\nline : 919-555-0150\nPost: 75024"


@pytest.mark.parametrize("sender", ["x@mail.portal.example", "X <Leads@NEWS.Portal.Example>"])
def test_a_rule_reads_the_mails_of_its_senders(sender: str) -> None:
    found = lead(a_mail(TEXT, From=sender), rules=[PORTAL])

    assert (found.first_name, found.phone, found.property.zip) == ("Ana", "+19195550150", "75024")
    assert (found.medium, found.kind) == ("portal", Kind.SELLER)


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("x@portal.example", "New lead"),
        ("x@mail.portal.example.com", "New lead"),
        ('"x@mail.portal.example" <x@other.example>', "New lead"),
        ("x@mail.portal.example", "Invoice"),
    ],
)
def test_a_rule_wants_its_sender_and_its_subject(sender: str, subject: str) -> None:
    rule = PORTAL | {"subject": ["*lead*", "Inquiry*"]}

    found = lead(a_mail("Phone: 919-555-0150", From=sender, Subject=subject), rules=[rule])

    assert found.medium is None


def test_a_rule_of_the_config_comes_before_the_built_in_one() -> None:
    rule = {"name": "ours", "from": "*@apartments.com", "medium": "ils", "kind": "buyer"}
    raw = (MAILS / "apartments.eml").read_bytes()

    found = lead(raw, rules=[rule])

    assert (found.medium, found.kind, found.first_name) == ("ils", Kind.BUYER, "Omar")


def test_the_first_rule_that_fits_counts() -> None:
    rules = [{"name": "a", "subject": "*lead*", "medium": "a"}, PORTAL]

    found = lead(a_mail(TEXT, From="x@a.portal.example", Subject="A LEAD"), rules=rules)

    assert found.medium == "a"


def test_a_rule_can_say_that_its_mails_are_no_leads() -> None:
    rule = {"name": "invoices", "from": "billing@apartments.com", "ignore": True}

    reading = arriving(a_mail(TEXT, From="billing@apartments.com"), rules=[rule])

    assert reading.inquiries == ()
    assert reading.ignored == "the config's rule invoices says so"


def test_a_rule_makes_a_lead_of_what_looks_like_a_machines_mail() -> None:
    rule = {"name": "portal", "from": "*@portal.example"}
    raw = a_mail(TEXT, From="no-reply@portal.example", Auto_Submitted="auto-replied")

    assert lead(raw, rules=[rule], fields={"phone": "Line"}).phone == "+19195550150"


def test_a_mail_by_a_rule_that_names_nobody_is_kept_for_a_person_to_look_at() -> None:
    with pytest.raises(Unreadable, match="nobody in this delivery"):
        arriving(a_mail("Sign in.", From="no-reply@a.portal.example"), rules=[PORTAL])
