"""A form of any make becomes a lead, if there is somebody in it."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from app.domain.errors import BadCredentials, Unreadable
from app.domain.lead import Campaign, Consent, Inquiry, Property
from app.sources.registry import SOURCES
from tests.sources.examples import NOW, SECRET, delivery, named, read, settings

KIND = "web-form"
URLENCODED = "application/x-www-form-urlencoded"


def submitted(form: Any, **changes: Any) -> Inquiry:
    body = urlencode(form, doseq=True).encode()
    return read(delivery(KIND, body, URLENCODED), KIND, **changes).inquiries[0]


def as_json(document: Any) -> Inquiry:
    body = json.dumps(document).encode()
    return read(delivery(KIND, body, "application/json"), KIND).inquiries[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [("email", "a@example.com"), ("phone", "9195550150"), ("name", "Ana"), ("message", "Hello")],
)
def test_one_trace_of_a_person_makes_a_lead(name: str, value: str) -> None:
    assert submitted({name: value}).dedupe_key


@pytest.mark.parametrize("fields", [{}, {"colour": "red"}, {"email": ""}, {"name": "null"}])
def test_a_form_with_nobody_in_it_is_unreadable(fields: dict[str, str]) -> None:
    with pytest.raises(Unreadable, match="nobody in this delivery"):
        submitted(fields)


@pytest.mark.parametrize(
    "name",
    [
        "email", "e-mail", "E_Mail", "Email Address", "your-email", "email-17", "contact_email",
        "form_fields[email]", "fields[email][value]", "data.email", "email[]", "wants_email_at",
    ],
)  # fmt: skip
def test_an_email_is_found_under_the_names_people_give_it(name: str) -> None:
    inquiry = submitted({name: "Ana.P@Example.com"})

    assert (inquiry.email, dict(inquiry.extra)) == ("Ana.P@example.com", {})


@pytest.mark.parametrize(
    "name",
    ["phone", "tel-123", "mobile", "your-tel", "Best phone number", "cellPhone", "Telephone"],
)
def test_a_phone_is_found_under_the_names_people_give_it(name: str) -> None:
    inquiry = submitted({name: "(919) 555-0150"})

    assert inquiry.phone == "+19195550150"
    assert name not in inquiry.extra


@pytest.mark.parametrize(
    "fields",
    [
        {"first_name": "Ana", "last_name": "Prieto"},
        {"fname": "ANA", "lname": "PRIETO"},
        {"firstName": "ana", "Last Name": "prieto"},
        {"your-name": "Ana Prieto"},
        {"full_name": "PRIETO, ANA"},
        {"name": "ana prieto", "form[name]": "Contact us", "agent.name": "Dana Okafor"},
    ],
)
def test_a_name_is_found_in_one_field_or_two(fields: dict[str, str]) -> None:
    inquiry = submitted(fields)

    assert (inquiry.first_name, inquiry.last_name) == ("Ana", "Prieto")


def test_the_config_names_fields_and_the_first_one_filled_in_counts() -> None:
    inquiry = submitted(
        {"tel-123": "9195550150", "tel-1": "9195550151", "b": "", "c": "Hi\nthere", "d": "Too"},
        fields={"phone": "tel-123", "message": ["a", "b", "c", "d"]},
    )

    assert (inquiry.phone, inquiry.message) == ("+19195550150", "Hi\nthere")
    assert (inquiry.extra["tel-1"], inquiry.extra["d"]) == ("9195550151", "Too")
    assert {"tel-123", "c"}.isdisjoint(inquiry.extra)


def test_the_config_can_name_every_part_of_an_inquiry() -> None:
    inquiry = submitted(
        {"a": "Ana Prieto", "b": "34236", "c": "Oregon", "d": "$1.5M", "e": "dana-1", "f": "x-7"}
        | {"g": "español", "h": "selling", "i": "spring"},
        fields={
            "name": "a", "zip": "b", "property.state": "c", "price": "d", "provider_agent": "e",
            "external_id": "f", "language": "g", "kind": "h", "campaign.name": "i",
        },
    )  # fmt: skip

    assert (inquiry.first_name, inquiry.provider_agent) == ("Ana", "dana-1")
    assert (inquiry.dedupe_key, inquiry.dedupe_window) == ("x-7", None)
    assert (inquiry.language, inquiry.kind) == ("es", "seller")
    assert inquiry.property == Property(zip="34236", state="OR", price=1_500_000)
    assert inquiry.campaign == Campaign(name="spring")


@pytest.mark.parametrize(
    ("answer", "sms"),
    [
        ("on", True), ("1", True), ("Yes, text me", True), ("off", False), ("0", False),
        ("no", False), ("", False), (None, False),
    ],
)  # fmt: skip
def test_consent_is_what_the_named_box_says(answer: str | None, sms: bool) -> None:
    ticked = {} if answer is None else {"sms_opt_in": answer}

    consent = submitted({"email": "a@example.com"} | ticked).consent

    assert (consent.sms, consent.email) == (sms, True)


def test_without_a_word_in_the_config_consent_is_not_known() -> None:
    fields = {"email": "a@example.com", "consent": "on"}

    assert submitted(fields, consent={}).consent == Consent()


def test_consent_keeps_the_words_that_prove_it() -> None:
    fields = {"email": "a@example.com", "sms_opt_in": "I agree to texts", "leadid_token": "inv-1"}

    assert submitted(fields).consent == Consent(
        sms=True,
        email=True,
        evidence="sms: sms_opt_in = I agree to texts; email: implied; jornaya: inv-1",
    )


def test_a_filled_in_honeypot_is_marked_and_kept() -> None:
    honest = submitted({"email": "a@example.com", "website_url": ""})
    robot = submitted({"email": "a@example.com", "website_url": "http://spam.example"})

    assert honest.spam is None
    assert robot.spam == "the form's hidden field was filled in"
    assert robot.extra == {"website_url": "http://spam.example"}


def test_a_campaign_is_read_from_fields_and_then_from_the_pages_url() -> None:
    url = "https://harborline.example.com/?utm_source=bing&utm_campaign=fall&GCLID=g-1&wbraid=w-1"

    inquiry = submitted({"email": "a@example.com", "utm_source": "google", "page": url})

    assert inquiry.campaign == Campaign(source="google", name="fall", gclid="g-1")
    assert inquiry.extra == {"page": url, "wbraid": "w-1"}


def test_the_same_form_is_a_repeat_within_a_day() -> None:
    first, again = submitted({"email": "a@example.com"}), submitted({"email": "a@example.com"})

    assert first.dedupe_key == again.dedupe_key
    assert first.dedupe_window is not None
    assert first.dedupe_window.total_seconds() == 24 * 3600
    assert first.dedupe_key != submitted({"email": "b@example.com"}).dedupe_key


def test_a_multipart_form_with_a_new_boundary_is_a_repeat() -> None:
    body = named(KIND, "multipart").body
    other = body.replace(b"XyZ", b"AbC")

    first, again = (
        read(delivery(KIND, each, f"multipart/form-data; boundary={boundary}"), KIND)
        for each, boundary in ((body, "XyZ"), (other, '"AbC"'))
    )

    assert first == again


@pytest.mark.parametrize(
    ("content_type", "why"),
    [
        ("multipart/form-data", "does not name its boundary"),
        ("multipart/form-data; boundary=", "does not name its boundary"),
        ("multipart/form-data; boundary=other", "is broken"),
    ],
)
def test_a_broken_multipart_form_is_unreadable(content_type: str, why: str) -> None:
    body = named(KIND, "multipart").body

    with pytest.raises(Unreadable, match=why):
        read(delivery(KIND, body, content_type), KIND)


def test_a_multipart_form_that_is_cut_off_is_unreadable() -> None:
    body = named(KIND, "multipart").body[:-10]

    with pytest.raises(Unreadable, match="cut off"):
        read(delivery(KIND, body, "multipart/form-data; boundary=XyZ"), KIND)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a=b&" * 1001, URLENCODED),
        (json.dumps({str(each): each for each in range(1001)}).encode(), "application/json"),
        (
            b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n" * 1001 + b"--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_form_with_too_many_fields_is_unreadable(body: bytes, content_type: str) -> None:
    with pytest.raises(Unreadable, match="more than 1000 fields"):
        read(delivery(KIND, body, content_type), KIND)


@pytest.mark.parametrize(
    "body", ["name=Jos\u00e9".encode(), b"name=Jos\xe9", b"name=Jos%C3%A9", b"name=Jos%E9"]
)
def test_letters_arrive_in_whatever_encoding(body: bytes) -> None:
    assert read(delivery(KIND, body, URLENCODED), KIND).inquiries[0].first_name == "José"


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf{"name": "Jos\xc3\xa9", "message": "Hi"}',
        b'{"name": "Jos\xe9", "message": "Hi"}',
        b'{"name": "Jos\xc3\xa9\\ud800", "message": "Hi", "n": NaN}',
        b'{"name": "Jos\xc3\xa9", "message": "\nHi"}',
    ],
)
def test_json_that_is_only_nearly_json_is_read_all_the_same(body: bytes) -> None:
    inquiry = read(delivery(KIND, body, URLENCODED), KIND).inquiries[0]

    assert (inquiry.first_name, inquiry.message, dict(inquiry.extra)) == ("José", "Hi", {})


def test_a_list_of_named_values_is_a_form() -> None:
    fields = [{"name": "email", "value": "a@example.com"}, {"label": "Rooms", "value": 3}]
    inquiry = as_json({"fields": fields})

    assert (inquiry.email, dict(inquiry.extra)) == ("a@example.com", {"fields.Rooms": 3})


@pytest.mark.parametrize("path_secret", [SECRET, None])
def test_the_secret_may_be_in_the_path_or_a_header(path_secret: str | None) -> None:
    webhook = delivery(KIND, b"", URLENCODED)
    if path_secret:
        webhook = type(webhook)("here", b"", path_secret=path_secret)

    SOURCES[KIND].authenticate(webhook, settings(KIND), now=NOW, certificates={})


@pytest.mark.parametrize(
    ("given", "why"), [(None, "the secret is missing"), ("wrong", "the secret is wrong")]
)
def test_a_wrong_secret_is_refused(given: str | None, why: str) -> None:
    webhook = type(delivery(KIND, b"", ""))("here", b"", path_secret=given)

    with pytest.raises(BadCredentials) as refused:
        SOURCES[KIND].authenticate(webhook, settings(KIND), now=NOW, certificates={})

    assert refused.value.why == why


def test_basic_auth_is_as_good_as_a_secret_where_it_is_configured() -> None:
    config = settings(KIND, basic_auth={"username": "form", "password": "pa:ss"})
    webhook = type(delivery(KIND, b"", ""))(
        "here", b"", headers={"authorization": "basic Zm9ybTpwYTpzcw=="}
    )

    SOURCES[KIND].authenticate(webhook, config, now=NOW, certificates={})


def part(name: str, body: bytes, *headers: str) -> bytes:
    head = [f'Content-Disposition: form-data; name="{name}"', *headers]
    return b"--x\r\n" + "\r\n".join(head).encode() + b"\r\n\r\n" + body + b"\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        part("name", "José".encode()),
        part("name", "José".encode("latin-1")),
        part("name", "José".encode("latin-1"), "Content-Type: text/plain; charset=iso-8859-1"),
        part("name", b"Jos=C3=A9", "Content-Transfer-Encoding: quoted-printable"),
        part("name", b"Sm9zw6k=", "Content-Transfer-Encoding: base64"),
        part("name", "José".encode("utf-16")) + part("_charset_", b"utf-16"),
    ],
)
def test_a_part_is_read_as_its_sender_wrapped_it(parts: bytes) -> None:
    webhook = delivery(KIND, parts + b"--x--\r\n", "multipart/form-data; boundary=x")

    assert read(webhook, KIND).inquiries[0].first_name == "José"


def test_a_part_that_is_no_base64_although_it_says_so_is_taken_as_it_is() -> None:
    body = part("name", b"Ana", "Content-Transfer-Encoding: base64") + b"--x--\r\n"

    inquiry = read(delivery(KIND, body, "multipart/form-data; boundary=x"), KIND).inquiries[0]

    assert inquiry.first_name == "Ana"


def test_a_file_is_named_and_not_read() -> None:
    file = part("letter", b"email=b@example.com", "Content-Type: text/plain").replace(
        b'name="letter"', b'name="letter"; filename="letter.txt"'
    )
    body = part("email", b"a@example.com") + file + b"--x--\r\n"

    inquiry = read(delivery(KIND, body, "multipart/form-data; boundary=x"), KIND).inquiries[0]

    assert inquiry.email == "a@example.com"
    assert inquiry.extra == {"letter": {"filename": "letter.txt", "bytes": 19}}


@pytest.mark.parametrize("content_type", ["", "text/plain", URLENCODED])
def test_a_multipart_form_is_known_without_its_header(content_type: str) -> None:
    body = named(KIND, "multipart").body

    lost = read(delivery(KIND, body, content_type), KIND)

    assert lost == read(named(KIND, "multipart"), KIND)


def test_a_browser_may_name_the_encoding_in_a_field() -> None:
    body = b"name=J%A4ger&_charset_=iso-8859-15"

    assert read(delivery(KIND, body, URLENCODED), KIND).inquiries[0].first_name == "J€ger"


def test_a_second_address_in_one_field_is_kept() -> None:
    inquiry = submitted({"email": "a@example.com, b@example.com"})

    assert inquiry.email == "a@example.com"
    assert inquiry.extra == {"email_as_sent": "a@example.com, b@example.com"}


def test_a_third_name_is_kept() -> None:
    inquiry = submitted({"First name": "Ana", "Last name": "Prieto", "Full name": "Ana P. Vega"})

    assert (inquiry.first_name, inquiry.last_name) == ("Ana", "Prieto")
    assert inquiry.extra == {"full_name": "Ana P. Vega"}
