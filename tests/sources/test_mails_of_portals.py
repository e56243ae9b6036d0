"""Each portal's mail reads the same, whoever received it for us."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.errors import Unreadable
from app.domain.lead import Inquiry, Kind, Property
from tests.sources.envelopes import ENVELOPES, MAILS, a_mail, arriving, as_a_whole, lead
from tests.sources.examples import read

by_service = pytest.mark.parametrize("by", ENVELOPES)


def of_file(name: str, by: str, **changes: Any) -> Inquiry:
    return lead((MAILS / f"{name}.eml").read_bytes(), by=by, **changes)


@by_service
def test_zillows_mail_is_a_renter_with_a_relay_address(by: str) -> None:
    inquiry = of_file("zillow", by)

    assert (inquiry.first_name, inquiry.last_name) == ("Priya", "Raghunathan")
    assert (inquiry.email, inquiry.email_is_relay) == ("inv3nt3dtoken0001@convo.zillow.com", True)
    assert (inquiry.phone, inquiry.kind, inquiry.medium) == ("+16025550118", Kind.RENTER, "zillow")
    assert inquiry.message == "Is the unit still available? We would like a tour on Sunday."
    assert inquiry.property == Property(
        address="77 Mill Race Way #4B", city="Durham", state="NC", zip="27701"
    )
    assert inquiry.provider_agent == "leasing-millrace@harborline.example.com"
    assert inquiry.dedupe_key == "inv-0001@mail.example.com"
    assert inquiry.occurred_at is not None
    assert inquiry.occurred_at.isoformat() == "2026-03-14T15:04:09+00:00"
    assert inquiry.extra["Move in"] == "May 1, 2026"
    assert inquiry.extra["sensitive"] == {
        "Credit score": "660 to 719",
        "Income": "$118,000",
        "Pets": "1 cat",
    }
    assert inquiry.extra["mail"]["text"] == "Reply to this email to answer Priya."


@by_service
def test_realtors_mail_is_a_buyer(by: str) -> None:
    inquiry = of_file("realtor", by)

    assert (inquiry.first_name, inquiry.last_name) == ("Kwame", "Asante")
    assert (inquiry.email, inquiry.phone) == ("kwame.asante@example.com", "+15035550163")
    assert (inquiry.kind, inquiry.medium) == (Kind.BUYER, "realtor.com")
    assert inquiry.message == "I would like to know more about this property"
    assert inquiry.property == Property(
        address="42 Pelican Loop",
        city="Sarasota",
        state="FL",
        zip="34236",
        price=415000,
        mls="INV-77120",
    )


@by_service
def test_the_mail_of_homes_com_is_a_buyer(by: str) -> None:
    inquiry = of_file("homes", by)

    assert (inquiry.first_name, inquiry.last_name) == ("Leila", "Haddad")
    assert (inquiry.email, inquiry.phone) == ("leila.h@example.com", "+14045550185")
    assert (inquiry.kind, inquiry.medium) == (Kind.BUYER, "homes.com")
    assert inquiry.property.zip == "83702"


@by_service
def test_the_mail_of_apartments_com_is_a_renter(by: str) -> None:
    inquiry = of_file("apartments", by)

    assert (inquiry.first_name, inquiry.last_name) == ("Omar", "Farouk")
    assert (inquiry.email, inquiry.phone) == ("omar.f@example.com", "+14695550190")
    assert (inquiry.kind, inquiry.medium) == (Kind.RENTER, "apartments.com")
    assert inquiry.message == "Do you allow dogs?"


@by_service
@pytest.mark.parametrize("name", ["zillow", "realtor", "homes", "apartments"])
def test_a_portals_mail_is_read_all_the_same_when_one_of_us_passes_it_on(
    by: str, name: str
) -> None:
    original = (MAILS / f"{name}.eml").read_text()
    quoted = original.replace("Message-ID:", "X-Id:").replace("MIME-Version:", "X-Mime:")
    headers, _, body = quoted.partition("\n\n")
    shown = "\n".join(
        line for line in headers.splitlines() if line.startswith(("From", "To", "Subject", "Date"))
    )
    text = f"See below.\n\n---------- Forwarded message ---------\n{shown}\n\n{body}"

    forwarded = lead(
        a_mail(text, From="Dana Okafor <dana@in.example.com>", Subject="Fwd: a lead"), by=by
    )

    direct = of_file(name, by)
    assert replace(forwarded, dedupe_key="", dedupe_window=None, extra={}) == replace(
        direct,
        dedupe_key="",
        extra={},
    )


def test_a_portals_mail_attached_whole_is_read_all_the_same() -> None:
    original = (MAILS / "realtor.eml").read_bytes()
    raw = (
        b"From: Dana Okafor <dana@in.example.com>\r\nTo: leads@in.example.com\r\nSubject: Fwd\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nFor you.\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + original + b"\r\n--b--\r\n"
    )

    inquiry = lead(raw, by="mailgun-raw")

    assert (inquiry.first_name, inquiry.medium) == ("Kwame", "realtor.com")


@pytest.mark.parametrize(
    ("sender", "subject", "expected"),
    [
        (
            "no-reply@realtorpro.io",
            "New inquiry: Ana Prieto (919) 555-0150 ana@example.com.",
            ("Ana", "ana@example.com", "+19195550150", Kind.BUYER, "realtor.com"),
        ),
        (
            "no-reply@realtorpro.io",
            "New inquiry: Ana Prieto ana@example.com",
            ("Ana", "ana@example.com", None, Kind.BUYER, "realtor.com"),
        ),
        (
            "leads@followupboss.com",
            "Lead Alert: Ana Prieto",
            ("Ana", None, None, Kind.UNKNOWN, "follow up boss"),
        ),
        (
            "leads@email.realtor.com",
            "New realtor.com lead - Ana Prieto",
            ("Ana", None, None, Kind.BUYER, "realtor.com"),
        ),
        (
            '"Ana Prieto" <token@convo.zillow.com>',
            "Ana Prieto is requesting an application",
            ("Ana", "token@convo.zillow.com", None, Kind.RENTER, "zillow"),
        ),
    ],
)
def test_a_person_named_in_the_subject_alone_is_found(
    sender: str, subject: str, expected: tuple[Any, ...]
) -> None:
    found = lead(a_mail("Open the app to answer.", From=sender, Subject=subject))

    assert (found.first_name, found.email, found.phone, found.kind, found.medium) == expected


@pytest.mark.parametrize(
    ("sender", "subject", "medium", "kind"),
    [
        ("leads@zillow.com", "New Contact: buyer", "zillow", Kind.BUYER),
        ("x@mail.zillowgroup.com", "Zillow Group lead", "zillow", Kind.BUYER),
        ("rentalclientservices@zillowrentals.com", "New rental lead", "zillow", Kind.RENTER),
        ("rentalrequest@move.com", "Request", "realtor.com", Kind.RENTER),
        ("noreply@homes.com", "New Lead from Homes.com", "homes.com", Kind.BUYER),
        ("leads@followupboss.com", "New Lead from Zillow", "follow up boss", Kind.UNKNOWN),
    ],
)
def test_each_known_sender_has_its_medium_and_what_its_people_want(
    sender: str, subject: str, medium: str, kind: Kind
) -> None:
    found = lead(a_mail("Name: Ana Prieto\nPhone: 919-555-0150", From=sender, Subject=subject))

    assert (found.first_name, found.phone) == ("Ana", "+19195550150")
    assert (found.medium, found.kind) == (medium, kind)


def test_follow_up_boss_tells_whose_lead_it_was() -> None:
    text = "Name: Ana Prieto\nEmail: ana@example.com\nSource: Zillow"

    found = lead(a_mail(text, From="leads@followupboss.com", Subject="Lead Alert"))

    assert found.medium == "Zillow"


@pytest.mark.parametrize(
    "sender",
    [
        '"leads@apartments.com" <leads@apartments.example.com>',
        "leads@apartments.com.example.com",
        "leads@notapartments.com",
        "leads@apartments.co",
    ],
)
def test_a_sender_that_only_looks_like_a_portal_is_none(sender: str) -> None:
    found = lead(a_mail("Name: Ana Prieto\nPhone: 919-555-0150", From=sender, Subject="inquiry"))

    assert (found.medium, found.kind) == (None, Kind.UNKNOWN)


def test_a_portals_mail_is_a_lead_even_if_it_says_that_a_machine_sent_it() -> None:
    signs = {"Auto_Submitted": "auto-generated", "Precedence": "bulk", "List_Id": "<x.example.com>"}

    found = lead(a_mail("Phone: 919-555-0150", From="leads@apartments.com", **signs))

    assert found.phone == "+19195550150"


def test_a_later_mail_of_a_zillow_conversation_is_an_update_from_the_same_address() -> None:
    found = lead(
        a_mail(
            "Sunday at 3 works.\n\nOn Sat, Mar 14, 2026 Dana wrote:\n> When can you come?",
            From='"Priya R" <token@convo.zillow.com>',
            Subject="Re: Priya is requesting information about 77 Mill Race Way",
            In_Reply_To="<out-1@in.example.com>",
        )
    )

    assert (found.email, found.email_is_relay) == ("token@convo.zillow.com", True)
    assert (found.message, found.is_update, found.medium) == ("Sunday at 3 works.", True, "zillow")


def test_an_absence_note_by_way_of_a_portals_relay_is_no_lead() -> None:
    reading = arriving(
        a_mail(
            "I am away.",
            From='"Priya R" <token@convo.zillow.com>',
            Subject="Automatic reply: Priya is requesting information about 77 Mill Race Way",
            Auto_Submitted="auto-replied",
        )
    )

    assert reading.inquiries == ()
    assert reading.ignored == "an automatic reply, such as an absence note"


def test_a_portals_mail_that_names_nobody_is_kept_for_a_person_to_look_at() -> None:
    with pytest.raises(Unreadable, match="nobody in this delivery"):
        lead(a_mail("Sign in to see your lead.", From="noreply@homes.com", Subject="New Lead"))


def test_where_the_mail_arrived_can_be_asked_for_by_rules() -> None:
    raw = a_mail("Hello", Delivered_To="Leads+Team-A@in.example.com")

    found = read(as_a_whole(raw), "homes-com").inquiries[0]

    assert found.extra["recipient"] == "leads+team-a@in.example.com"
    assert found.extra["recipient_tag"] == "team-a"


def test_a_mail_to_several_of_us_means_no_agent_of_ours() -> None:
    several = "dana@in.example.com, ben@in.example.com"

    found = lead(a_mail("Phone: 919-555-0150", From="leads@apartments.com", To=several))

    assert found.provider_agent is None
