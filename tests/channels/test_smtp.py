"""E-mail against a real mail server, over real sockets, through everything it can do."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from app.channels.letter import sender_of
from app.channels.mail_server import MailServer, Patience
from app.channels.smtp import Smtp
from app.domain.outcome import Accepted, GiveUp, Outcome, TryAgain, Unknown, Withheld
from tests.channels.outgoing import A_MESSAGE, Gate
from tests.fakes.smtp import AfterContent, FakeSmtp

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
SENDER = sender_of("Harborline <leads@harborline.example.com>")
IMPATIENT = Patience(connect=0.5, command=0.5, queue=0.3)
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[FakeSmtp]:
    with FakeSmtp() as server:
        yield server


@pytest.fixture
async def channel(server: FakeSmtp) -> AsyncIterator[Smtp]:
    channel = smtp(server.url)
    yield channel
    await channel.close()


def smtp(
    url: str,
    *,
    patience: Patience = IMPATIENT,
    connections: int = 4,
    trust: ssl.SSLContext | None = None,
) -> Smtp:
    return Smtp(
        MailServer.from_url(url),
        sender=SENDER,
        connections=connections,
        patience=patience,
        trust=trust,
        clock=lambda: NOON,
    )


async def test_a_mail_arrives_as_it_was_written(channel: Smtp, server: FakeSmtp) -> None:
    gate = Gate()

    outcome = await channel.send(A_MESSAGE, gate)

    [received] = server.messages
    headers = {name: str(value) for name, value in received.mail.items()}
    assert outcome == Accepted("000001")
    assert gate.asked == 1
    assert (received.sender, received.recipients) == (
        "leads@harborline.example.com",
        ("dana@harborline.example.com",),
    )
    assert headers.pop("Content-Type").startswith("multipart/alternative")
    assert headers == {
        "From": "Harborline <leads@harborline.example.com>",
        "To": "Dana Okafor <dana@harborline.example.com>",
        "Subject": "New lead: Maria Lopez",
        "Date": "Sat, 14 Mar 2026 12:00:00 +0000",
        "Message-ID": "<01930000-0000-7000-8000-000000000001@harborline.example.com>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    assert received.text == A_MESSAGE.text + "\n"
    assert received.html == (
        '<p dir="auto">Maria Lopez asks about 1 Bay Street.</p>\n'
        '<p dir="auto">Call: +1 941 555 0123</p>\n'
    )


async def test_every_attempt_has_the_same_message_id(channel: Smtp, server: FakeSmtp) -> None:
    await channel.send(A_MESSAGE, Gate())
    await channel.send(A_MESSAGE, Gate())

    assert len({str(each.mail["Message-ID"]) for each in server.messages}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "María 李 مرحبا שלום 😀",
        ".\n..\n.hidden\n",
        "x" * 5000,
        "From the start\r\nof a line\rand on",
        "",
    ],
    ids=["any script", "leading dots", "one long line", "odd line ends", "nothing"],
)
async def test_any_text_arrives_unchanged(channel: Smtp, server: FakeSmtp, text: str) -> None:
    await channel.send(replace(A_MESSAGE, text=text), Gate())

    expected = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    assert server.messages[0].text.rstrip("\n") == expected
    # A line feed on its own is refused by strict servers: it can smuggle a second mail in.
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", server.messages[0].content) is None


async def test_no_name_or_subject_adds_a_header_or_a_recipient(
    channel: Smtp, server: FakeSmtp
) -> None:
    hostile = "Maria\r\nBcc: victim@example.com\r\n\r\nBuy now\x00\u202egpj.exe <a@b.example>"

    outcome = await channel.send(
        replace(A_MESSAGE, subject=hostile, to_name=hostile, text="Hello"), Gate()
    )

    [received] = server.messages
    said = "Maria Bcc: victim@example.com Buy nowgpj.exe <a@b.example>"
    assert outcome == Accepted("000001")
    assert received.recipients == ("dana@harborline.example.com",)
    assert received.mail["Bcc"] is None
    assert received.mail["Subject"] == said
    assert [each.display_name for each in received.mail["To"].addresses] == [said]
    assert received.text == "Hello\n"


async def test_an_international_domain_is_written_to_in_ascii(
    channel: Smtp, server: FakeSmtp
) -> None:
    await channel.send(replace(A_MESSAGE, to="dana@bücher.example"), Gate())

    assert server.messages[0].recipients == ("dana@xn--bcher-kva.example",)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "dana",
        "dana@",
        "@example.com",
        "dana@@example.com",
        "dänä@example.com",
        "dana@exa mple.com",
        "dana@example.com\r\nRCPT TO:<victim@example.com>",
        "dana@example.com, victim@example.com",
        "Dana <dana@example.com>",
        "dana@" + "a" * 300 + ".com",
        "dana@\ud800.com",
    ],
)
async def test_what_is_no_address_is_given_up(
    channel: Smtp, server: FakeSmtp, address: str
) -> None:
    gate = Gate()

    outcome = await channel.send(replace(A_MESSAGE, to=address), gate)

    assert outcome == GiveUp("not an address that e-mail can be sent to")
    assert (gate.asked, server.connections) == (0, 0)


@pytest.mark.parametrize(
    ("stage", "answer", "outcome"),
    [
        (
            "greeting",
            "421 4.3.2 busy",
            TryAgain("the mail server answered 421 4.3.2 (ConnectResponseError)"),
        ),
        (
            "greeting",
            "554 5.7.1 go away",
            TryAgain("the mail server answered 554 5.7.1 (ConnectResponseError)", A_MINUTE),
        ),
        (
            "mail",
            "451 4.3.0 later",
            TryAgain("the mail server answered 451 4.3.0 (SenderRefused)"),
        ),
        (
            "mail",
            "550 5.7.1 no",
            GiveUp("the mail server answered 550 5.7.1 (SenderRefused)"),
        ),
        (
            "mail",
            "530 5.7.0 log in first",
            TryAgain("the mail server answered 530 5.7.0 (SenderRefused)", A_MINUTE),
        ),
        (
            "rcpt",
            "450 4.2.0 greylisted",
            TryAgain("the mail server answered 450 4.2.0 (RecipientRefused)"),
        ),
        (
            "rcpt",
            "550 5.1.1 <dana@harborline.example.com> unknown",
            GiveUp("the mail server answered 550 5.1.1 (RecipientRefused)"),
        ),
        ("data", "451 later", TryAgain("the mail server answered 451 (DataError)")),
        ("data", "554 5.5.1 no", GiveUp("the mail server answered 554 5.5.1 (DataError)")),
    ],
)
async def test_a_refusal_before_the_content_is_certain(
    channel: Smtp, server: FakeSmtp, stage: str, answer: str, outcome: Outcome
) -> None:
    setattr(server.mode, stage, answer)
    gate = Gate()

    assert await channel.send(A_MESSAGE, gate) == outcome
    assert (gate.asked, server.messages) == (0, [])


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            "452 4.3.1 disk full",
            TryAgain("the mail server answered 452 4.3.1 to the content"),
        ),
        ("550 5.7.1 spam", GiveUp("the mail server answered 550 5.7.1 to the content")),
        ("354 what?", Unknown("the mail server answered 354 to the content")),
        ("250 2.0.0 Ok: queued as 4Xy-9", Accepted("4Xy-9")),
        ("250 OK id=1tXYZ-00-1", Accepted("1tXYZ-00-1")),
        (
            "250 fine",
            Accepted("<01930000-0000-7000-8000-000000000001@harborline.example.com>"),
        ),
    ],
)
async def test_the_last_answer_decides(
    channel: Smtp, server: FakeSmtp, answer: str, outcome: Outcome
) -> None:
    server.mode.final = answer

    assert await channel.send(A_MESSAGE, Gate()) == outcome


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("hang", "SMTPReadTimeoutError"),
        ("drop", "SMTPServerDisconnected"),
        ("garbage", "SMTPResponseException"),
        ("half a line", "SMTPReadTimeoutError"),
    ],
)
async def test_without_a_last_answer_nobody_knows(
    channel: Smtp, server: FakeSmtp, how: AfterContent, why: str
) -> None:
    server.mode.after_content = how

    assert await channel.send(A_MESSAGE, Gate()) == Unknown(f"no answer to the content: {why}")
    assert len(server.messages) == 1


async def test_the_next_mail_after_an_unclear_one_takes_a_new_connection(
    channel: Smtp, server: FakeSmtp
) -> None:
    server.mode.after_content = "hang"
    await channel.send(A_MESSAGE, Gate())
    server.mode.after_content = "answer"

    assert await channel.send(A_MESSAGE, Gate()) == Accepted("000002")
    assert server.connections == 2


async def test_a_slow_server_is_waited_for(channel: Smtp, server: FakeSmtp) -> None:
    server.mode.delay = 0.2

    assert await channel.send(A_MESSAGE, Gate()) == Accepted("000001")


async def test_a_closed_gate_sends_no_byte_of_content(channel: Smtp, server: FakeSmtp) -> None:
    gate = Gate(opens=False)

    outcome = await channel.send(A_MESSAGE, gate)
    after = await channel.send(A_MESSAGE, Gate())

    assert (outcome, gate.asked) == (Withheld(), 1)
    # The second mail is the only one, and came over another connection.
    assert (after, len(server.messages), server.connections) == (Accepted("000001"), 1, 2)


async def test_the_gate_is_asked_when_the_server_waits_for_the_content(
    channel: Smtp, server: FakeSmtp
) -> None:
    seen: list[tuple[int, int]] = []

    async def gate() -> bool:
        await asyncio.sleep(0.05)
        seen.append((server.content_bytes, len(server.messages)))
        return False

    await channel.send(A_MESSAGE, gate)
    await asyncio.sleep(0.05)

    assert seen == [(0, 0)]
    assert server.content_bytes == 0


async def test_a_gate_that_fails_sends_nothing(channel: Smtp, server: FakeSmtp) -> None:
    with pytest.raises(TimeoutError, match="database"):
        await channel.send(A_MESSAGE, Gate(fails_with=TimeoutError("database")))

    assert await channel.send(A_MESSAGE, Gate()) == Accepted("000001")
    assert len(server.messages) == 1


async def test_a_server_that_hangs_up_during_the_gate_has_sent_nothing(
    channel: Smtp, server: FakeSmtp
) -> None:
    async def gate() -> bool:
        server.hang_up()
        await asyncio.sleep(0.05)
        return True

    assert await channel.send(A_MESSAGE, gate) == TryAgain(
        "the mail server hung up before the content"
    )
    assert server.messages == []


async def test_connections_are_used_again(channel: Smtp, server: FakeSmtp) -> None:
    for _ in range(5):
        await channel.send(A_MESSAGE, Gate())

    assert (len(server.messages), server.connections) == (5, 1)


async def test_a_refused_recipient_costs_no_connection(channel: Smtp, server: FakeSmtp) -> None:
    server.mode.rcpt = "550 5.1.1 unknown"
    await channel.send(A_MESSAGE, Gate())
    server.mode.rcpt = None

    assert await channel.send(A_MESSAGE, Gate()) == Accepted("000001")
    assert server.connections == 1


@pytest.mark.parametrize("pause", [0.0, 0.05])
async def test_a_connection_that_the_server_closed_is_opened_again(
    channel: Smtp, server: FakeSmtp, pause: float
) -> None:
    await channel.send(A_MESSAGE, Gate())
    server.hang_up()
    await asyncio.sleep(pause)
    gate = Gate()

    assert await channel.send(A_MESSAGE, gate) == Accepted("000002")
    assert (gate.asked, server.connections) == (1, 2)


async def test_a_used_connection_that_is_turned_away_is_opened_again(
    channel: Smtp, server: FakeSmtp
) -> None:
    server.mode.one_mail_each = True
    await channel.send(A_MESSAGE, Gate())

    assert await channel.send(A_MESSAGE, Gate()) == Accepted("000002")
    assert server.connections == 2


async def test_a_connection_idle_for_too_long_is_replaced(server: FakeSmtp) -> None:
    channel = smtp(server.url, patience=replace(IMPATIENT, idle=0.01))
    await channel.send(A_MESSAGE, Gate())
    await asyncio.sleep(0.05)
    await channel.send(A_MESSAGE, Gate())
    await channel.close()

    assert server.connections == 2


async def test_many_at_once_share_a_few_connections(server: FakeSmtp) -> None:
    channel = smtp(server.url, connections=2, patience=replace(IMPATIENT, queue=5))

    outcomes = await asyncio.gather(*(channel.send(A_MESSAGE, Gate()) for _ in range(20)))
    await channel.close()

    assert {type(each) for each in outcomes} == {Accepted}
    assert (len(server.messages), server.connections) == (20, 2)


async def test_who_finds_no_free_connection_tries_again(server: FakeSmtp) -> None:
    channel = smtp(server.url, connections=1)
    server.mode.delay = 0.4
    gate = Gate()

    first = asyncio.create_task(channel.send(A_MESSAGE, Gate()))
    await asyncio.sleep(0)
    second = await channel.send(A_MESSAGE, gate)

    assert second == TryAgain("all connections to the mail server are busy")
    assert gate.asked == 0
    assert await first == Accepted("000001")
    await channel.close()


async def test_a_cancelled_send_gives_its_turn_back(server: FakeSmtp) -> None:
    channel = smtp(server.url, connections=1)
    server.mode.after_content = "hang"
    sending = asyncio.create_task(channel.send(A_MESSAGE, Gate()))
    await asyncio.sleep(0.1)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    server.mode.after_content = "answer"

    assert await channel.send(A_MESSAGE, Gate()) == Accepted("000002")
    await channel.close()


async def test_nobody_listening_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    gate = Gate()

    outcome = await smtp(f"smtp://127.0.0.1:{port}").send(A_MESSAGE, gate)

    assert outcome == TryAgain("the mail server cannot be reached: SMTPConnectError")
    assert gate.asked == 0


async def test_a_silent_server_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = await smtp(f"smtp://127.0.0.1:{silent.getsockname()[1]}").send(A_MESSAGE, Gate())

    assert outcome == TryAgain("the mail server cannot be reached: SMTPConnectTimeoutError")


async def test_a_host_that_is_none_is_tried_again() -> None:
    outcome = await smtp(f"smtp://{'a' * 70}.example:25").send(A_MESSAGE, Gate())

    assert isinstance(outcome, TryAgain)


async def test_it_logs_in() -> None:
    with FakeSmtp(credentials=("mailer", "p@ss/word")) as server:
        channel = smtp(f"smtp://mailer:p%40ss%2Fword@127.0.0.1:{server.port}")
        assert await channel.send(A_MESSAGE, Gate()) == Accepted("000001")
        await channel.close()

    assert server.logins == [("mailer", "p@ss/word")]


async def test_a_wrong_password_is_the_operators_affair() -> None:
    with FakeSmtp(credentials=("mailer", "right")) as server:
        outcome = await smtp(f"smtp://mailer:wrong@127.0.0.1:{server.port}").send(A_MESSAGE, Gate())

    assert outcome == TryAgain("the mail server answered 535 5.7.8 (AuthenticationError)", A_MINUTE)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def contexts(authority: trustme.CA) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What the server shows, and what a client that knows the authority trusts."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


async def test_it_speaks_tls_from_the_first_byte(authority: trustme.CA) -> None:
    shown, trust = contexts(authority)
    with FakeSmtp(tls=shown) as server:
        channel = smtp(server.url, trust=trust)
        assert await channel.send(A_MESSAGE, Gate()) == Accepted("000001")
        await channel.close()


@pytest.mark.parametrize("starttls", ["auto", "required"])
async def test_it_takes_starttls_where_it_is_offered(authority: trustme.CA, starttls: str) -> None:
    shown, trust = contexts(authority)
    with FakeSmtp(starttls=shown) as server:
        channel = smtp(f"{server.url}?starttls={starttls}", trust=trust)
        assert await channel.send(A_MESSAGE, Gate()) == Accepted("000001")
        await channel.close()


async def test_a_certificate_of_nobody_we_trust_is_refused(authority: trustme.CA) -> None:
    shown, _ = contexts(authority)
    with FakeSmtp(starttls=shown) as server:
        outcome = await smtp(server.url).send(A_MESSAGE, Gate())

    assert isinstance(outcome, TryAgain)
    assert server.messages == []


async def test_starttls_that_is_required_and_not_offered_sends_nothing(
    server: FakeSmtp,
) -> None:
    outcome = await smtp(f"{server.url}?starttls=required").send(A_MESSAGE, Gate())

    assert outcome == TryAgain("the mail server cannot be reached: SMTPException", A_MINUTE)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", MailServer("mail.example.com", None)),
        ("smtp://[::1]:2525", MailServer("::1", 2525)),
        (
            "smtps://a%40b:c@mail.example.com:465",
            MailServer("mail.example.com", 465, "a@b", "c", tls=True, starttls=False),
        ),
        (
            "smtp://a:c@mail.example.com:587",
            MailServer("mail.example.com", 587, "a", "c", starttls=True),
        ),
        (
            "smtp://a:c@mail.example.com:587?starttls=no",
            MailServer("mail.example.com", 587, "a", "c", starttls=False),
        ),
        ("smtp://a:c@localhost:1025", MailServer("localhost", 1025, "a", "c")),
    ],
)
def test_a_mail_server_is_read_from_its_url(url: str, server: MailServer) -> None:
    assert MailServer.from_url(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://mail.example.com",
        "smtp://",
        "smtp://a:hunter2/x@mail.example.com",
        "smtp://a:hunter2@mail.example.com:port",
        "smtp://a:hunter2@mail.example.com?starttls=maybe",
    ],
)
def test_a_url_that_is_none_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"must be") as refusal:
        MailServer.from_url(url)

    assert "hunter2" not in str(refusal.value)


async def test_nobody_can_look_a_mail_up(channel: Smtp) -> None:
    assert await channel.look_up(A_MESSAGE) is None
