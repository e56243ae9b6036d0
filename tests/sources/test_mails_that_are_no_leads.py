"""Absence notes, bounces and newsletters are stored, and never make somebody be called."""

import pytest

from tests.sources.envelopes import ENVELOPES, a_mail, arriving, lead

AUTOMATIC = "an automatic reply, such as an absence note"
REPORT = "a mail server's report about another mail"
CIRCULAR = "a newsletter or a mail to a list, and nobody who asks in it"
MADE = "a machine's mail that names nobody who asks"

by_service = pytest.mark.parametrize("by", ENVELOPES)


@by_service
@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Auto_Submitted": "auto-replied"}, AUTOMATIC),
        ({"Auto_Submitted": "Auto-Replied; owner-email=x"}, AUTOMATIC),
        ({"X_Autoreply": "yes"}, AUTOMATIC),
        ({"Precedence": "auto_reply"}, AUTOMATIC),
        ({"Subject": "Out of office: Fern Ct"}, AUTOMATIC),
        ({"Subject": "Automatic reply: Fern Ct", "X_Auto_Response_Suppress": "All"}, AUTOMATIC),
        ({"Subject": "Abwesenheitsnotiz: Fern Ct"}, AUTOMATIC),
        ({"Subject": "Respuesta automática: Fern Ct"}, AUTOMATIC),
        ({"From": "MAILER-DAEMON@mx.example.net"}, REPORT),
        ({"From": "Postmaster <postmaster@mx.example.net>"}, REPORT),
        ({"Precedence": "bulk"}, CIRCULAR),
        ({"Precedence": "junk"}, CIRCULAR),
        ({"List_Id": "<news.example.com>"}, CIRCULAR),
        ({"Auto_Submitted": "auto-generated"}, MADE),
        (
            {"From": "my-saved-home@mail.zillow.com"},
            "Zillow sends such mails about saved homes and offers of its own",
        ),
        (
            {"From": "no-reply@comet.zillow.com", "Subject": "Zillow Group news"},
            None,
        ),
        (
            {"From": "Homes.com <hello@email.homes.com>"},
            "Homes.com and CoStar advertise from this address",
        ),
        (
            {"From": "hello@email.costar.com"},
            "Homes.com and CoStar advertise from this address",
        ),
    ],
)
def test_a_mail_that_nobody_wrote_is_ignored_with_a_reason(
    by: str, headers: dict[str, str], why: str | None
) -> None:
    reading = arriving(a_mail("Hello", **headers), by=by)

    assert reading.inquiries == ()
    assert reading.ignored
    assert why is None or reading.ignored == why


@by_service
def test_a_report_about_a_mail_is_ignored(by: str) -> None:
    raw = (
        b"From: mx@mx.example.net\r\nTo: leads@in.example.com\r\nSubject: Undelivered\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nName: Ana\nPhone: 919-555-0150\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\n--b--\r\n"
    )

    assert arriving(raw, by=by).ignored == REPORT


def test_a_forms_note_is_a_lead_even_if_a_machine_says_that_it_made_it() -> None:
    signs = {"Auto_Submitted": "auto-generated", "Precedence": "bulk"}

    found = lead(
        a_mail("Name: Ana\nEmail: ana@example.com", From="no-reply@forms.example", **signs)
    )

    assert found.email == "ana@example.com"


def test_a_mail_with_xml_for_a_lead_is_one_even_if_it_looks_like_a_machines() -> None:
    adf = (
        "<adf><prospect><customer><contact><name part='full'>Ana Prieto</name>"
        "<phone>919-555-0150</phone></contact></customer></prospect></adf>"
    )

    found = lead(a_mail(adf, Precedence="bulk", Auto_Submitted="auto-generated"))

    assert (found.first_name, found.phone) == ("Ana", "+19195550150")


def test_a_person_who_writes_about_an_office_is_no_absence_note() -> None:
    found = lead(a_mail("Hello", Subject="Question about the office on Main St"))

    assert found.message == "Hello"


@pytest.mark.parametrize("prefix", ["Re: ", "AW: ", ""])
def test_a_persons_own_answer_is_read(prefix: str) -> None:
    found = lead(
        a_mail("Yes, Sunday.", Subject=f"{prefix}Your visit", In_Reply_To="<out@x.example>")
    )

    assert (found.message, found.is_update) == ("Yes, Sunday.", prefix != "")
