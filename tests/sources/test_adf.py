"""ADF is rarely well-formed: its people are found all the same, and never mixed up."""

import json
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from app.domain.errors import Unreadable
from app.domain.lead import Inquiry, Kind, Property
from app.sources.bodies.adf import looks_like_adf, read_prospects
from app.sources.sent import Sent
from tests.sources.examples import NOW, delivery, named, read

KIND = "adf"
MEBIBYTE = 1024 * 1024


def prospect(inside: str, *, around: str = "<adf><prospect>{}</prospect></adf>") -> Sent:
    return read_prospects(around.format(inside).encode(), now=NOW)[0]


def person(contact: str, **around: str) -> Sent:
    return prospect(f"<customer><contact>{contact}</contact></customer>", **around)


def arriving(*prospects: str) -> tuple[Inquiry, ...]:
    body = f"<adf>{''.join(f'<prospect>{each}</prospect>' for each in prospects)}</adf>"
    return read(delivery(KIND, body.encode(), "text/xml"), KIND).inquiries


def who(name: str, address: str = "") -> str:
    email = f"<email>{address}</email>" if address else ""
    return f'<customer><contact><name part="full">{name}</name>{email}</contact></customer>'


def test_the_specifications_own_example_can_be_read() -> None:
    example = b"""<?ADF VERSION="1.0"?>
<?XML VERSION="1.0"?>
<adf>
<prospect>
<requestdate>2000-03-30T15:30:20-08:00</requestdate>
<vehicle><year>1999</year><make>Invented & Sons</make><model>n/a</model></vehicle>
<customer><contact><name part="full">Ines Abreu</name><phone>503-555-0142</phone></contact>
</customer>
<vendor><contact><name part="full">Harborline</name></contact></vendor>
</prospect>
</adf>"""

    [sent] = read_prospects(example, now=NOW)

    assert (sent.full_name, sent.phone) == ("Ines Abreu", "503-555-0142")
    assert sent.occurred_at == datetime(2000, 3, 30, 23, 30, 20, tzinfo=UTC)
    assert sent.extra == {
        "vehicle.year": "1999",
        "vehicle.make": "Invented & Sons",
        "vehicle.model": "n/a",
        "vendor.contact.name@part": "full",
        "vendor.contact.name": "Harborline",
    }


@pytest.mark.parametrize(
    "contact",
    [
        '<name part="first">Jo</name><name part="last">Do</name><email>jo@example.com</email>',
        '<name part="first">Jo<name part="last">Do<email>jo@example.com',
        '<Name Part="FIRST">Jo</name><NAME part="surname">Do</Name><eMail>jo@example.com</EMAIL>',
        "<name part=first>Jo</name><name part=last>Do</name><email day=1>jo@example.com</email>",
        "<name part=\u201dfirst\u201d>Jo</name><name part=\u201clast\u201d>Do<email>jo@example.com",
        "<x:name part='first'>Jo</x:name><y:name part='last'>Do</y:name><email>jo@example.com",
        '<name part="first><![CDATA[Jo]]></name><name part="last">Do</name><email>jo@example.com',
        "<name part='first'>J&#111;</name><name part='last'>Do</name><email>jo&#64;example.com",
    ],
)
def test_carelessly_written_markup_names_the_same_person(contact: str) -> None:
    sent = person(contact)

    assert (sent.first_name, sent.last_name, sent.email) == ("Jo", "Do", "jo@example.com")


def test_the_vendors_address_is_never_taken_for_the_persons() -> None:
    unclosed = (
        '<customer><contact><name part="full">Jo Do</name><phone>919-555-0101'
        "<vendor><contact><name>Desk</name><email>desk@example.com</email>"
        "<phone type=mobile>919-555-0199</phone></contact>"
        "<provider><name>Portal</name><email>portal@example.com</email>"
    )

    sent = prospect(unclosed)

    assert (sent.full_name, sent.phone, sent.email) == ("Jo Do", "919-555-0101", None)
    assert sent.provider_agent == "desk@example.com"
    assert sent.extra["provider.email"] == "portal@example.com"


def test_a_prospect_without_a_customer_element_is_not_its_vendor() -> None:
    sent = prospect(
        "<vendor><contact><name>Desk</name><email>desk@example.com</email></contact></vendor>"
        "<contact><name>Jo Do</name><email>jo@example.com</email></contact>"
    )

    assert (sent.full_name, sent.email) == ("Jo Do", "jo@example.com")


@pytest.mark.parametrize(
    ("phones", "taken"),
    [
        ("<phone type='voice'>1</phone><phone type='cellphone'>2</phone>", "2"),
        ("<phone>1</phone><phone type='Mobile'>2</phone>", "2"),
        ("<phone type='fax'>1</phone><phone type='work'>2</phone>", "2"),
        ("<phone type='fax'>1</phone><phone type='pager'>2</phone>", None),
        ("<phone type='mobile'>n/a</phone><phone>2</phone>", "2"),
    ],
)
def test_a_mobile_number_is_preferred_and_a_fax_is_never_called(
    phones: str, taken: str | None
) -> None:
    assert person(phones).phone == taken


def test_of_two_people_the_one_who_can_be_reached_is_taken_whole() -> None:
    sent = prospect(
        "<customer><contact><name part='full'>Ana Ruiz</name></contact>"
        "<contact><name part='full'>Luis Ruiz</name><email>luis@example.com</email></contact>"
        "</customer>"
    )

    assert (sent.full_name, sent.email) == ("Luis Ruiz", "luis@example.com")
    assert sent.extra["customer.contact.name"] == "Ana Ruiz"


@pytest.mark.parametrize(
    ("interest", "kind"),
    [
        ("buy", Kind.BUYER),
        ("test-drive", Kind.BUYER),
        ("Lease", Kind.RENTER),
        ("sell", Kind.SELLER),
        ("trade-in", Kind.SELLER),
        ("", Kind.UNKNOWN),
        ("hover", Kind.UNKNOWN),
    ],
)
def test_the_interest_says_what_kind_of_lead_it_is(interest: str, kind: Kind) -> None:
    assert prospect(f'<vehicle interest="{interest}"/>').kind is kind


def test_only_a_sellers_home_is_taken_to_be_the_one_asked_about() -> None:
    address = (
        "<name>Jo</name><address><street>5 Bay Rd</street><city>Durham</city>"
        "<regioncode>NC</regioncode><postalcode>27701</postalcode></address>"
    )
    customer = f"<customer><contact>{address}</contact></customer>"

    buys = prospect(f'<vehicle interest="buy"/>{customer}').property
    sells = prospect(f'<vehicle interest="sell"/>{customer}').property

    assert buys == Property(city="Durham", state="NC", zip="27701")
    assert sells == Property(address="5 Bay Rd", city="Durham", state="NC", zip="27701")


def test_a_listing_inside_the_vehicle_is_the_home_asked_about() -> None:
    home = (
        "<vehicle><price>$415,000</price><street>42 Pelican Loop</street><city>Sarasota</city>"
        "<state>florida</state><zip>34236</zip><mlsnumber>INV-1</mlsnumber></vehicle>"
    )

    assert prospect(home + who("Jo")).property == Property(
        "42 Pelican Loop", "Sarasota", "FL", "34236", 415_000, "INV-1"
    )


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-14T15:30:00-05:00", datetime(2026, 3, 14, 20, 30, tzinfo=UTC)),
        ("2026-03-14 15:30", datetime(2026, 3, 14, 15, 30, tzinfo=UTC)),
        ("03/14/2026 3:05 PM", datetime(2026, 3, 14, 15, 5, tzinfo=UTC)),
        ("3/14/2026 03:05:09 pm", datetime(2026, 3, 14, 15, 5, 9, tzinfo=UTC)),
    ],
)
def test_dates_are_read_in_the_ways_that_are_seen(text: str, instant: datetime) -> None:
    sent = prospect(f"<requestdate>{text}</requestdate>")

    assert sent.occurred_at == instant
    assert "requestdate" not in sent.extra


def test_a_date_that_nobody_can_read_is_kept() -> None:
    assert prospect("<requestdate>last Tuesday</requestdate>").extra == {
        "requestdate": "last Tuesday"
    }


def test_what_a_person_wrote_keeps_its_signs_and_lines() -> None:
    written = "<comments>Is <5% ok?<br/>A & B &lt;3<![CDATA[ <b>&amp;</b> ]]></comments>"

    sent = prospect(f"<customer>{written}</customer>")

    assert sent.message == "Is <5% ok?\nA & B <3 <b>&amp;</b>"


def test_an_id_given_to_everybody_makes_nobody_a_repeat() -> None:
    constant = '<id sequence="1" source="Spring promotion">promo</id>'

    ana, luis, again = arriving(
        constant + who("Ana Ruiz", "ana@example.com"),
        constant + who("Luis Ortiz", "luis@example.com"),
        constant + who("Ana Ruiz", "ANA@example.com") + "<requestdate>2026-03-14</requestdate>",
    )

    assert ana.external_id == luis.external_id == "promo"
    assert ana.dedupe_key != luis.dedupe_key
    assert ana.dedupe_key == again.dedupe_key
    assert ana.dedupe_window is None


def test_a_resend_without_an_id_is_a_repeat() -> None:
    first, resent = (
        read_prospects(
            f'<adf><prospect status="{status}">{who("Ana Ruiz")}</prospect></adf>'.encode(), now=NOW
        )[0]
        for status in ("new", "resend")
    )

    assert first.identity == resent.identity


def test_one_prospect_that_is_nobody_does_not_hold_up_the_others() -> None:
    found = arriving("<customer/>", who("Ana Ruiz"), "<vehicle/>", who("Luis Ortiz"))

    assert [each.first_name for each in found] == ["Ana", "Luis"]
    assert (
        found[0].extra["unread_beside"]
        == ["There is nobody in this delivery: no name, e-mail, phone or message (at $)"] * 2
    )


def test_a_document_of_nobodies_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        arriving("<customer/>")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_any_unicode_encoding_is_read(codec: str) -> None:
    body = f"<adf><prospect>{who('Łukasz Żak')}</prospect></adf>".encode(codec)

    assert looks_like_adf(body)
    [inquiry] = read(delivery(KIND, body, "text/xml"), KIND).inquiries
    assert (inquiry.first_name, inquiry.last_name) == ("Łukasz", "Żak")


def test_a_document_escaped_for_a_mail_in_html_is_read() -> None:
    plain = f"<adf><prospect>{who('Ana &amp; Luis')}</prospect></adf>"
    escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    mail = f"<html><body><pre>{escaped}</pre></body></html>".encode()

    assert looks_like_adf(mail)
    assert read_prospects(mail, now=NOW)[0].full_name == "Ana & Luis"


@pytest.mark.parametrize(
    "data", [b"", b"<html>adf</html>", b"<adfs>", b"an adf lead", b"<?ADF VERSION='1.0'?>"]
)
def test_what_only_speaks_of_adf_is_none(data: bytes) -> None:
    assert not looks_like_adf(data)


def test_the_ways_to_post_it_read_the_same() -> None:
    xml = f"<adf><prospect>{who('Ana Ruiz')}</prospect></adf>"
    part = (
        f'--x\r\nContent-Disposition: form-data; name="f"; filename="a.xml"\r\n\r\n{xml}\r\n--x--'
    )
    bodies = [
        (xml, "application/x-adf+xml"),
        (xml, "application/x-www-form-urlencoded"),
        (f"Please answer:\n\n{xml}", "text/plain"),
        (f"adf={xml.replace('=', '%3D')}", "application/x-www-form-urlencoded"),
        (json.dumps({"lead": {"xml": xml}}), "application/json"),
        (part, "multipart/form-data; boundary=x"),
    ]

    found = [read(delivery(KIND, body.encode(), kind), KIND).inquiries[0] for body, kind in bodies]

    assert {(each.first_name, each.last_name, each.dedupe_key) for each in found} == {
        ("Ana", "Ruiz", found[0].dedupe_key)
    }


def test_the_config_can_name_what_a_sender_puts_elsewhere() -> None:
    body = f"<adf><prospect><vehicle><stock>INV-9</stock></vehicle>{who('Ana')}</prospect></adf>"

    reading = read(delivery(KIND, body.encode(), "text/xml"), KIND, fields={"mls": "vehicle.stock"})

    assert reading.inquiries[0].property.mls == "INV-9"


def test_a_dtd_is_passed_over_and_its_entities_are_only_text() -> None:
    bomb = (
        '<!DOCTYPE adf [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
        f"<adf><prospect>{who('A &b; &f; B')}</prospect></adf>"
    )

    assert read_prospects(bomb.encode(), now=NOW)[0].full_name == "A &b; &f; B"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "There is no XML in this (at byte 0)"),
        (b"just words", "There is no XML in this (at byte 0)"),
        (b"<adf></adf>", "This ADF document asks for nobody (at byte 0)"),
        (b"<a><b>" * 40, "This XML is nested more than 32 deep (at byte 96)"),
        ("é<i/>".encode() * 30_000, "This XML has more than 50000 tags (at byte 150002)"),
    ],
    ids=["empty", "words", "no prospect", "deep", "many"],
)
def test_what_cannot_be_read_says_where_reading_stopped(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable) as unread:
        read_prospects(body, now=NOW)

    assert str(unread.value) == why


@pytest.mark.parametrize(
    "piece",
    [
        "<a>", "<a><b>", '<a b="', "&a;", "<", "<!", "<!--", "<![CDATA[", "<!DOCTYPE>",
        "<!DOCTYPE [", "<?", "</a>", '<a "', "<a '\"", "<prospect>", "&lt;prospect", "<a ",
        "a=", "x", "\u201c",
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", ["", "<prospect ", "<prospect><customer><contact><phone>1"])
def test_a_mebibyte_of_malice_costs_less_than_two_seconds(start: str, piece: str) -> None:
    body = (start + piece * (MEBIBYTE // len(piece))).encode()
    since = time.process_time()

    with suppress(Unreadable):
        read_prospects(body, now=NOW)

    assert time.process_time() - since < 2


def test_the_sample_of_the_odd_reads_the_second_prospect_too() -> None:
    reading = read(named(KIND, "odd"), KIND)

    assert [each.last_name for each in reading.inquiries] == ["O\u2019Dowd", "Sato"]
