"""RFC 5322 as it arrives: nested, encoded, broken. Nothing but `Unreadable` is ever raised."""

from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Unreadable
from app.sources.bodies.mail import Mail, read_mail
from app.sources.bodies.mail_headers import Address, address, addresses, readable
from tests.sources.examples import NOW

BASE = b"From: Ana <ana@example.com>\r\nSubject: hi\r\n"


def mail_of(raw: bytes) -> Mail:
    return read_mail(raw, now=NOW)


def rich() -> bytes:
    mail = EmailMessage()
    mail["From"] = '"Жанна, Д." <jana@example.com>'
    mail["To"] = "Leads <leads@in.example.com>, b@in.example.com"
    mail["Subject"] = "Вопрос — 一"
    mail["Message-ID"] = "<rich@mail.example.com>"
    mail.set_content("Привет\nName: Ana")
    mail.add_alternative("<p>Привет</p>", subtype="html")
    mail.add_attachment(b"<adf/>", maintype="text", subtype="xml", filename="lëad.xml")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "in@example.com", "inner"
    inner.set_content("inside")
    mail.add_attachment(inner)
    return mail.as_bytes()


def test_a_nested_mail_is_taken_apart() -> None:
    mail = mail_of(rich())

    assert mail.sender == Address("jana@example.com", "Жанна, Д.")
    assert [each.address for each in mail.recipients] == [
        "leads@in.example.com",
        "b@in.example.com",
    ]
    assert (mail.subject, mail.message_id) == ("Вопрос — 一", "rich@mail.example.com")
    assert (mail.text.strip(), mail.html.strip()) == ("Привет\nName: Ana", "<p>Привет</p>")
    (file,) = mail.attachments
    assert (file.name, file.content_type, file.content) == ("lëad.xml", "text/xml", b"<adf/>")
    (inner,) = mail.enclosed
    assert (inner.subject, inner.text.strip()) == ("inner", "inside")


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        ("utf-8", "Zoë".encode(), "Zoë"),
        ("iso-8859-1", b"Zo\xeb \x80", "Zoë €"),
        ("us-ascii", "Zoë".encode(), "Zoë"),
        ("windows-1251", "Жанна".encode("cp1251"), "Жанна"),
        ("gb2312", "张伟".encode("gb2312"), "张伟"),
        ("iso-2022-jp", "田中".encode("iso2022_jp"), "田中"),
        ("no-such-thing", b"Zo\xeb", "Zoë"),
        ("punycode", b"abc", "abc"),
        ("utf-8", b"Zo\xeb", "Zoë"),
        ("x\x00y", b"abc", "abc"),
    ],
)
def test_a_text_is_read_in_the_encoding_it_claims_or_the_likeliest(
    charset: str, content: bytes, text: str
) -> None:
    raw = BASE + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + content

    assert mail_of(raw).text == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?B?Wm/Dqw==?=", "Zoë"),
        ("=?iso-8859-1?Q?Zo=EB?= =?utf-8?Q?_Ana?=", "Zoë Ana"),
        ("=?utf-8?B?Wm_?= broken", "=?utf-8?B?Wm_?= broken"),
        ("=?zlib?Q?abc?=", "abc"),
        ("Zo\udcc3\udcab", "Zoë"),
        ("a\r\n b\x00\u202e", "a b"),
    ],
)
def test_headers_are_decoded(raw: str, text: str) -> None:
    assert readable(raw) == text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Prieto, Ana <ana@example.com>", Address("ana@example.com", "Prieto, Ana")),
        ('"Ana \\"A\\" P" <ana@example.com>', Address("ana@example.com", 'Ana "A" P')),
        ("ana@example.com (Ana)", Address("ana@example.com", "Ana")),
        ("=?utf-8?Q?Zo=C3=AB?= <z@example.com>", Address("z@example.com", "Zoë")),
        ('"leads@convo.zillow.com" <x@other.example>', Address("x@other.example", None)),
        ("undisclosed-recipients:;", None),
        ("", None),
        (None, None),
        ("(" * 5000, None),
        ("a@b@c <d@e@f>", None),
    ],
)
def test_addresses_are_found_and_names_never_pass_for_them(raw: Any, expected: Any) -> None:
    assert address(raw) == expected


def test_a_long_list_of_addresses_takes_no_long_time() -> None:
    assert len(addresses("a@example.com, " * 100_000)) < 200


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_damaged_mail_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(rich())
    odd = b"=? ?= ; \" -- *0*= ' ( \x00 \xff boundary= charset=punycode < @ , base64".split()
    pieces = [*odd, b"\n", b"\r\n\r\n"]
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                raw[at] = data.draw(st.integers(0, 255))
            case 1:
                del raw[at : min(at + data.draw(st.integers(1, 40)), len(raw) - 1)]
            case _:
                raw[at:at] = data.draw(st.sampled_from(pieces))
    try:
        mail = mail_of(bytes(raw))
    except Unreadable as error:
        assert error.where == "byte 0"  # noqa: PT017
    else:
        assert isinstance(mail.text, str)


MANY = 1024 * 1024
FORM = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "rest",
    [
        b"".join(FORM + b"--b%d\n" % each for each in range(9)),
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 20_000,
        b"Content-Type: message/rfc822\n\n" * 30_000,
        b"Content-Type: multipart/mixed; " + b"a*0=b;" * (MANY // 6) + b"\n\nhi",
        b"Content-Type: multipart/mixed; " + b"a*0=b;\n " * (MANY // 8) + b"\n\nhi",
        FORM + b"--b\n\nx\n" * (MANY // 7),
        b"To: " + b"a@b," * (MANY // 4) + b"\n\nhi",
        b"X: " + b"=?a?q?" * (MANY // 6) + b"\n\nhi",
        b"X: =?a?q?x\n" * (MANY // 11) + b"\nhi",
        b"Content-Transfer-Encoding: base64\n\n" + b"=" * MANY,
    ],
    ids=range(10),
)  # fmt: skip
def test_a_mail_made_to_be_slow_is_refused_or_read_in_time(rest: bytes) -> None:
    try:
        assert mail_of(BASE + rest).subject == "hi"
    except Unreadable as error:
        assert "nested" in error.why or "more parts" in error.why  # noqa: PT017


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"hello", b"X: y\r\n\r\nhello", b"\x00\xff"])
def test_what_has_no_headers_is_no_mail(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="This is no mail"):
        mail_of(raw)
