"""However the lines of a mail are ordered, spaced and decorated, they name the same person."""

import random
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sources.mail.html import CONTINUED, lines_of
from app.sources.mail.labels import read_labels
from tests.sources.envelopes import a_mail, lead

LINES = {
    "Name": "Ana Prieto",
    "Email": "ana@example.com",
    "Phone": "(919) 555-0150",
    "City": "Plano",
    "Bedrooms": "3",
    "Message": "Is it still free?",
}
WRITTEN = st.sampled_from(["upper", "lower", "title", "strip"])
BEFORE = st.sampled_from(["", "- ", "* ", "\u2022 ", "  ", "**", "1. ", "\u00a0"])
BETWEEN = st.sampled_from([":", ": ", " : ", ":\t", ":   ", "\uff1a "])
AFTER = st.sampled_from(["", " ", "\t", "\r"])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_order_case_and_spacing_of_labels_do_not_change_the_person(data: st.DataObject) -> None:
    lines = []
    style = data.draw(WRITTEN)
    for label in data.draw(st.permutations(list(LINES))):
        written = getattr(label, style)()
        before = data.draw(BEFORE)
        bold = "**" if before == "**" else ""
        between, after = data.draw(BETWEEN), data.draw(AFTER)
        lines.append(f"{before}{written}{bold}{between}{LINES[label]}{after}")
    between_lines = data.draw(st.sampled_from(["\n", "\n\n", "\r\n"]))

    found = lead(a_mail("", html=None, From="x@in.example.com").rstrip() + b"\r\n\r\n"
                 + between_lines.join(lines).encode(), by="mailgun-raw")  # fmt: skip

    assert (found.first_name, found.last_name) == ("Ana", "Prieto")
    assert (found.email, found.phone) == ("ana@example.com", "+19195550150")
    assert (found.property.city, found.message) == ("Plano", "Is it still free?")
    assert found.extra[next(name for name in found.extra if name.lower() == "bedrooms")] == "3"


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("Call me at 10:30 please", {}),
        ("See https://example.com/a: b", {}),
        ("On Sat, Mar 14, 2026 at 10:00 Ana wrote:\n> hi", {}),
        ("Name: Ana\nName: Ben", {"Name": ["Ana", "Ben"]}),
        ("Address:\n1 A St\nPlano\n\nThanks", {"Address": "1 A St\nPlano"}),
        ("Phone:\n\nThanks, the team", {"Phone": ""}),
        ("Message: a\nb\n\nc\n-----\nfooter", {"Message": "a\nb\n\nc"}),
        ("Message: Two dogs; also: a cat\nwe: all", {"Message": "Two dogs; also: a cat\nwe: all"}),
        ("Ana says:\n\u201cHi\u201d\nCity: X", {"says": "Hi", "says.name": "Ana", "City": "X"}),
        ("Are you pre-approved?: yes", {"Are you pre-approved?": "yes"}),
        (f"Address: 1 A St\n{CONTINUED}City: no label", {"Address": "1 A St\nCity: no label"}),
    ],
)  # fmt: skip
def test_what_is_a_label_and_how_far_its_value_goes(text: str, members: object) -> None:
    assert read_labels(text).members == members


def test_what_stands_beside_the_labels_is_kept() -> None:
    labelled = read_labels("Hello,\n\nthere is a lead.\nName: Ana\n====\nReply to this mail.")

    assert labelled.others == "Hello,\n\nthere is a lead.\nReply to this mail."


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<p>a<p>b", "a\n\nb"),
        ("a<br/>b&nbsp;c &amp; d", "a\nb c & d"),
        ("<!-- x --><style>p{}</style><script>'<p>'</script>a", "a"),
        ("<style>p{} <body>a", "a"),
        ("<b>Name</b><br>Ana", "Name:\nAna"),
        ("<b>New lead</b><br><b>Name:</b> Ana", "New lead\nName: Ana"),
        ("<pre>a: 1\nb: 2</pre>", "a: 1\nb: 2"),
        ("1 < 2 and <3", "1 < 2 and <3"),
        ("<a href='mailto:a@example.com'>Ana</a>", "Ana <a@example.com>"),
        ("<a href='mailto:a@example.com'>a@example.com</a>", "a@example.com"),
        ("<tr><td>A:</td><td>1</td><td>B:</td><td>2</td></tr>", "A: 1\nB: 2"),
        ("<tr><td>a</td><td>b</td><td>c</td></tr>", "a\tb\tc"),
    ],
)
def test_html_becomes_the_lines_that_a_reader_sees(page: str, lines: str) -> None:
    assert lines_of(page).strip() == lines


MANY = 1024 * 1024


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    ["<", "<!--", "<a href='", "&#", "<br>", "<td>a", "<b>a<br>", "<tr><td>a<td>b", "<style>",
     "a:b\n", "\n", "says:\n", "-", "_", "> ", "a\tb\t", "|", "a*_", "Message: a\n",
     "-----Original Message-----\n", "On a wrote\n", "<adf><prospect>", "From: a@b.co\n"],
)  # fmt: skip
def test_a_mebibyte_of_malice_in_a_mail_is_survived(piece: str) -> None:
    words = piece * (MANY // len(piece))
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ana <ana@example.com>", "Fwd: x"
    headers = mail.as_bytes().rstrip()

    for kind in ("plain", "html"):
        raw = headers + b"\nContent-Type: text/" + kind.encode() + b"\n\n" + words.encode()
        assert lead(raw, by="sendgrid-raw").email == "ana@example.com"


@pytest.mark.timeout(30)
@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_labels_of_any_text_never_raise(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret depends on it.
    pieces = ["Name", ":", " ", "\n", "-", "*", "|", "\t", "says", '"', "?", "\x1e", "_", "10"]
    text = "".join(chance.choices(pieces, k=200))

    labelled = read_labels(text)

    assert all(isinstance(each, str) for each in labelled.members)
