"""Portals without a specification: whatever they post is recognised by how it begins."""

from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.domain.errors import Unreadable
from app.domain.lead import Inquiry, Kind
from app.sources.files import SAMPLES
from tests.sources.envelopes import MAILS
from tests.sources.examples import delivery, read

KINDS = ("homes-com", "apartments-com")
by_kind = pytest.mark.parametrize("kind", KINDS)

ADF = (
    b"<?ADF VERSION='1.0'?><adf><prospect><id source='X'>7</id><customer><contact>"
    b"<name part='full'>Ana Prieto</name><email>ana@example.com</email></contact></customer>"
    b"</prospect></adf>"
)
MITS = (
    b"<LeadManagement><Prospects><Prospect><Customers><Customer Type='prospect'><Name><FirstName>"
    b"Ana</FirstName><LastName>Prieto</LastName></Name><Email>ana@example.com</Email></Customer>"
    b"</Customers></Prospect></Prospects></LeadManagement>"
)
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nAna Prieto\r\n'
    b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nana@example.com\r\n--b--\r\n'
)


def lead(kind: str, body: bytes, content_type: str = "", **changes: object) -> Inquiry:
    (inquiry,) = read(delivery(kind, body, content_type), kind, **changes).inquiries
    return inquiry


@by_kind
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"From: x@in.example.com\r\n\r\nName: Ana Prieto\r\nEmail: ana@example.com", ""),
        (b"Received: by mx\nFrom: Ana Prieto <ana@example.com>\n\nHello", "text/plain"),
        (b"Subject: a\nFrom: Ana Prieto <ana@example.com>\n\nHello", "message/rfc822"),
        (ADF, "application/x-adf+xml"),
        (b"\xef\xbb\xbf  " + ADF, "text/plain"),
        (MITS, "text/xml"),
        (urlencode({"Xml": MITS.decode()}).encode(), "application/x-www-form-urlencoded"),
        (b'{"name": "Ana Prieto", "email": "ana@example.com"}', "text/plain"),
        (b"name=Ana+Prieto&email=ana%40example.com", "application/x-www-form-urlencoded"),
        (MULTIPART, "multipart/form-data; boundary=b"),
    ],
)  # fmt: skip
def test_a_lead_is_read_in_whatever_form_it_comes(
    kind: str, body: bytes, content_type: str
) -> None:
    found = lead(kind, body, content_type)

    assert (found.first_name, found.last_name, found.email) == ("Ana", "Prieto", "ana@example.com")
    assert found.kind is (Kind.RENTER if b"Lead" in body or kind == KINDS[1] else Kind.BUYER)


@by_kind
@pytest.mark.parametrize("name", ["zillow", "realtor", "homes", "apartments"])
def test_a_mail_of_any_portal_keeps_its_own_medium(kind: str, name: str) -> None:
    mediums = {
        "zillow": "zillow",
        "realtor": "realtor.com",
        "homes": "homes.com",
        "apartments": "apartments.com",
    }

    assert lead(kind, (MAILS / f"{name}.eml").read_bytes()).medium == mediums[name]


@by_kind
def test_a_json_body_is_read_by_the_mapping(kind: str) -> None:
    body = b'{"who": {"n": "Ana Prieto", "m": "ana@example.com"}, "unit": "4B"}'

    found = lead(kind, body, mapping={"name": "who.n", "email": "who.m"})

    assert (found.first_name, found.email, found.extra) == (
        "Ana",
        "ana@example.com",
        {"unit": "4B"},
    )


def test_several_prospects_in_one_document_are_several_leads() -> None:
    body = MITS.replace(
        b"</Prospects>",
        b"<Prospect><Customers><Customer><Name><FirstName>Ben</FirstName></Name></Customer>"
        b"</Customers></Prospect></Prospects>",
    )

    reading = read(delivery("apartments-com", body, "text/xml"), "apartments-com")

    assert [each.first_name for each in reading.inquiries] == ["Ana", "Ben"]


@by_kind
@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html><body>Hello</body></html>", "neither ADF nor MITS"),
        (b"<adf></adf>", "ADF document"),
        (b"From: x@in.example.com\r\nTo: y@in.example.com\r\n\r\nHello", "names nobody"),
        (b"unit=4B", "nobody in this delivery"),
    ],
)
def test_what_names_nobody_is_kept_for_a_person_to_look_at(
    kind: str, body: bytes, why: str
) -> None:
    with pytest.raises(Unreadable, match=why):
        read(delivery(kind, body, ""), kind)


def test_the_samples_that_come_with_the_kinds_are_the_portals_own_mails() -> None:
    for name, kind in (("homes", "homes-com"), ("apartments", "apartments-com")):
        assert Path(SAMPLES / f"{kind}.eml").read_bytes() == (MAILS / f"{name}.eml").read_bytes()
