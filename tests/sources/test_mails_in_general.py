"""A mail that fits no portal is read by its labels, and at last as a letter."""

from email.message import EmailMessage
from html import escape
from typing import Any

import pytest

from app.domain.errors import Unreadable
from app.domain.lead import Kind
from tests.sources.envelopes import ENVELOPES, TO, a_mail, arriving, lead
from tests.sources.examples import delivery, read

by_service = pytest.mark.parametrize("by", ENVELOPES)

OFFICE = "website@in.example.com"


def test_a_letter_is_from_whoever_wrote_it() -> None:
    text = "Is the house still for sale?\n\nWe come on Sunday.\n\n-- \nAna\nCell 919"

    found = lead(a_mail(text, Subject="Fern Ct", Date="Sat, 14 Mar 2026 10:00:00 -0500"))

    assert (found.first_name, found.last_name, found.email) == ("Ana", "Prieto", "ana@example.com")
    assert found.message == "Is the house still for sale?\n\nWe come on Sunday."
    assert (found.kind, found.medium) == (Kind.UNKNOWN, None)
    assert found.occurred_at is not None
    assert found.occurred_at.isoformat() == "2026-03-14T15:00:00+00:00"
    assert found.extra["mail"]["subject"] == "Fern Ct"
    assert found.extra["mail"]["text"] == text


@pytest.mark.parametrize(
    "text",
    [
        (
            "From: Ana Prieto <ana@example.com>\nSubject: Question\n\nMessage Body:\nHello\n\nagain"
            "\n\n-- \nThis e-mail was sent from a contact form"
        ),
        (
            "--- Name ---\n\nAna Prieto\n\n--- Email ---\n\nana@example.com\n\n--- Message ---"
            "\n\nHello\n\nagain\n"
        ),
        "* **Name**: Ana Prieto\n* **Email**: ana@example.com\n* **Message**: Hello\n\nagain",
        "NAME : Ana Prieto\nE-MAIL : ana@example.com\nCOMMENTS :\nHello\n\nagain\n______\nfooter",
        "Name\tAna Prieto\nEmail\tana@example.com\nMessage: Hello\n\nagain",
        "| Name | Ana Prieto |\n| Email | ana@example.com |\nMessage: Hello\n\nagain",
        "Name: Ana Prieto | Email: ana@example.com\nQuestion: Hello\n\nagain",
        "*Name:* Ana Prieto\n*Email (required):* ana@example.com\n*Question/Note:* Hello\n\nagain",
    ],
)
def test_a_website_forms_note_names_its_visitor(text: str) -> None:
    found = lead(a_mail(text, From=f"Website <{OFFICE}>"))

    assert (found.first_name, found.last_name) == ("Ana", "Prieto")
    assert (found.email, found.message) == ("ana@example.com", "Hello\n\nagain")


@pytest.mark.parametrize(
    "page",
    [
        (
            "<table><tr><td>Name</td><td>Ana Prieto</td></tr><tr><td>Email</td>"
            "<td>ana@example.com</td></tr><tr><td>Message</td><td>Hello<br><br>again</td></tr></table>"
        ),
        (
            "<table><tr><td><p><b>Name:</b></p></td><td><p>Ana Prieto</p></td></tr><tr><td><div>"
            "Email</div></td><td><a href='mailto:ana@example.com'>write</a></td></tr><tr><td>"
            "Message</td><td><p>Hello</p><br><p>again</p></td></tr></table>"
        ),
        (
            "<p><strong>Name</strong><br>Ana Prieto</p><p><strong>Email</strong>"
            "<br>ana@example.com</p><p><strong>Message</strong><br>Hello<br><br>again</p>"
        ),
        (
            "<ul><li>Name: Ana Prieto</li><li>Email: ana@example.com</li></ul>"
            "<div>Message: Hello</div><br><div>again</div>"
        ),
        (
            "<STYLE>td {color: red}</STYLE><dl><dt>Name</dt><dd>Ana Prieto</dd><dt>Email</dt>"
            "<dd>ana@example.com</dd><dt>Message</dt><dd>Hello<br><br>again</dd></dl>"
        ),
    ],
)
@pytest.mark.parametrize("text", ["", "Your mail program shows no HTML."])
def test_a_note_in_html_keeps_its_labels(page: str, text: str) -> None:
    raw = a_mail(text, html=f"<html><body>{page}</body></html>", From=f"Website <{OFFICE}>")

    found = lead(raw)

    assert (found.first_name, found.email) == ("Ana", "ana@example.com")
    assert (found.message or "").split() == ["Hello", "again"]


ADF = (
    "<?xml version='1.0' encoding='UTF-16'?><?adf version='1.0'?><adf><prospect><id source='P'>{id}"
    "</id><customer><contact><name part='full'>{name}</name><phone>919-555-0150</phone></contact>"
    "</customer></prospect></adf>"
)


def with_files(*files: str, text: str = "See the file.") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "x@portal.example", TO, "<files@portal.example>"
    mail.set_content(text)
    for at, content in enumerate(files):
        mail.add_attachment(content, subtype="xml", filename=f"lead-{at}.xml")
    return mail.as_bytes()


@by_service
def test_a_document_attached_to_a_mail_is_the_lead(by: str) -> None:
    text = ADF.replace("UTF-16", "UTF-8").format(id=7, name="Ana Prieto")

    found = lead(with_files(text, text), by=by)

    assert (found.first_name, found.phone, found.external_id) == ("Ana", "+19195550150", "7")
    assert found.extra["recipient"] == TO
    assert [each["filename"] for each in found.extra["mail"]["attachments"]] == [
        "lead-0.xml",
        "lead-1.xml",
    ]


def test_each_prospect_of_a_mail_is_a_lead() -> None:
    files = [ADF.replace("UTF-16", "UTF-8").format(id=7 + at, name=name) for at, name in enumerate(
        ("Ana Prieto", "Ben Okafor"))]  # fmt: skip

    reading = arriving(with_files(*files))

    assert [each.first_name for each in reading.inquiries] == ["Ana", "Ben"]
    assert len({each.dedupe_key for each in reading.inquiries}) == 2


@by_service
@pytest.mark.parametrize("is_html", [False, True])
def test_a_document_that_is_the_text_of_a_mail_is_the_lead(by: str, *, is_html: bool) -> None:
    document = ADF.format(id=8, name="Zoë Prieto")
    page = f"<html><body><p>New lead</p><pre>{escape(document)}</pre></body></html>"

    found = lead(a_mail("" if is_html else document, html=page if is_html else None), by=by)

    assert (found.first_name, found.external_id) == ("Zoë", "8")


def test_a_broken_document_does_not_hide_what_the_mail_says_in_words() -> None:
    raw = with_files("<adf><prospect/></adf>", text="Name: Ana Prieto\nPhone: 919-555-0150")

    assert lead(raw).first_name == "Ana"


def test_a_line_inside_a_cell_is_never_a_label() -> None:
    page = "<table><tr><td>Message</td><td>Hello<br>Email: see below</td></tr></table>Email: a@b.co"

    assert lead(a_mail("", html=page, From=OFFICE)).email == "a@b.co"


def test_reply_to_is_the_person_when_the_sender_is_one_of_us() -> None:
    found = lead(a_mail("Hello", From=f"Website <{OFFICE}>", Reply_To="ana@example.com"))

    assert (found.first_name, found.email, found.message) == (None, "ana@example.com", "Hello")


@pytest.mark.parametrize(
    "sender",
    [OFFICE, TO, "no-reply@forms.example.com", "WordPress <wordpress@site.example.com>",
     "leads@realtor.com", "info@news.apartments.com"],
)  # fmt: skip
def test_a_mail_from_nobody_useful_is_kept_for_a_person_to_look_at(sender: str) -> None:
    with pytest.raises(Unreadable, match="names nobody whom we could answer"):
        arriving(a_mail("Your weekly figures: 7 visits.", From=sender))


def test_neighbours_at_a_public_mail_service_are_not_of_one_office() -> None:
    found = lead(a_mail("Hello", From="ana.p@gmail.com", To="harborline.leads@gmail.com"))

    assert found.email == "ana.p@gmail.com"


def test_what_one_of_us_passes_on_is_from_the_person_inside() -> None:
    text = (
        "Can you take this?\n\nBegin forwarded message:\n\n"
        "> From: Ana Prieto <ana@example.com>\n> Subject: Fern Ct\n"
        "> Date: March 14, 2026\n> To: dana@in.example.com\n>\n> Is it free?"
    )

    found = lead(a_mail(text, From="dana@in.example.com", Subject="Fwd: Fern Ct"))

    assert (found.first_name, found.email, found.message) == (
        "Ana",
        "ana@example.com",
        "Is it free?",
    )


def test_what_a_stranger_passes_on_is_still_from_the_stranger() -> None:
    text = (
        "Is this one free?\n\n---- Forwarded message ----\nFrom: x@other.example\nSubject: y\n\nz"
    )

    found = lead(a_mail(text, Subject="Fwd: y"))

    assert found.email == "ana@example.com"
    assert "Is this one free?" in (found.message or "")


def test_two_deliveries_of_one_mail_are_one_asking_also_without_an_id() -> None:
    raw = a_mail("Hello")

    keys = {lead(raw, by=by).dedupe_key for by in ("postmark", "sendgrid", "mailgun")}
    other = lead(a_mail("Hello again"))

    assert len(keys) == 1
    assert other.dedupe_key not in keys
    assert other.dedupe_window is not None


def test_postmarks_own_id_stands_in_for_that_of_the_mail() -> None:
    body = b'{"From": "ana@example.com", "TextBody": "Hello", "MessageID": "pm-7"}'

    found = read(delivery("email-postmark", body, "application/json"), "email-postmark")

    assert (found.inquiries[0].dedupe_key, found.inquiries[0].dedupe_window) == ("pm-7", None)


def test_an_instant_that_cannot_be_true_is_kept_and_not_believed() -> None:
    found = lead(a_mail("Hello", Date="Fri, 14 Mar 2036 10:00:00 +0000"))

    assert found.occurred_at is None
    assert found.extra["mail"]["date"] == "Fri, 14 Mar 2036 10:00:00 +0000"


@pytest.mark.parametrize(
    ("header", "failed"),
    [
        ({"Received_SPF": "Fail (not permitted)"}, "failed: spf"),
        ({"Authentication_Results": "mx; dkim=fail; dmarc=fail"}, "failed: dkim, dmarc"),
        ({"Received_SPF": "Pass (permitted)"}, None),
    ],
)
def test_a_forged_sender_is_noted_and_the_lead_kept(header: Any, failed: str | None) -> None:
    found = lead(a_mail("Name: Ana\nPhone: 919-555-0150", From="leads@apartments.com", **header))

    assert found.phone == "+19195550150"
    assert found.extra.get("sender_check") == failed


def test_the_config_names_labels_and_says_what_a_mail_agrees_to() -> None:
    text = "Asker: Ana Prieto\nReach them under: 919-555-0150\nAgreed to texts: yes\nBudget: 5"

    found = lead(
        a_mail(text, From=OFFICE),
        fields={"name": "asker", "phone": ["Reach them under"]},
        consent={"sms": "Agreed to texts", "email": "implied"},
        medium="website",
    )

    assert (found.first_name, found.phone, found.medium) == ("Ana", "+19195550150", "website")
    assert (found.consent.sms, found.consent.email) == (True, True)
