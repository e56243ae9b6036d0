"""A real mail server (aiosmtpd) on the loopback, that keeps the mail and can misbehave.

with FakeSmtp() as server:
    server.mode.rcpt = "550 5.1.1 no such user"
    ... server.url, server.messages
"""

import asyncio
import ssl
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope

from tests.fakes.background import Background

AfterContent = Literal["answer", "hang", "drop", "garbage", "half a line"]


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One accepted mail. `at` is `time.time()` when its last byte was read."""

    at: float
    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: Literal["plain", "html"]) -> str:
        part = self.mail.get_body((kind,))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


@dataclass(slots=True)
class Mode:
    """What the server says at each stage instead of yes, and how slowly."""

    greeting: str | None = None
    mail: str | None = None
    rcpt: str | None = None
    data: str | None = None
    """In place of 354."""
    final: str | None = None
    """In place of the last 250: said after the content was read."""
    after_content: AfterContent = "answer"
    one_mail_each: bool = False
    """Whether a connection that was used before is turned away with 421."""
    keeps: bool = True
    """Whether a mail whose answer is lost was stored all the same."""
    delay: float = 0.0
    """Seconds before the last answer."""


class FakeSmtp(Background):
    """See the module. `credentials` makes it want that login."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(tls=tls)
        self.starttls = starttls
        self.credentials = credentials
        self.mode = Mode()
        self.messages: list[ReceivedMail] = []
        self.logins: list[tuple[str, str]] = []
        self.connections = 0
        self.content_bytes = 0
        """Bytes of content read, of mail that was never finished too."""
        self._open: set[_Session] = set()

    @property
    def url(self) -> str:
        return f"smtp{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    def hang_up(self) -> None:
        """Close every connection, as servers do with idle ones."""

        async def close() -> None:
            for session in tuple(self._open):
                if session.transport is not None:
                    session.transport.close()

        self.in_loop(close)

    async def listen(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            self._session, sock=self.socket, ssl=self.tls
        )

    def _session(self) -> "_Session":
        return _Session(self)


@dataclass(slots=True)
class _Handler:
    fake: FakeSmtp
    mails: int = 0

    async def handle_MAIL(  # noqa: N802 - aiosmtpd looks the handlers up by these names.
        self, _server: Any, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.mails += 1
        if self.fake.mode.one_mail_each and self.mails > 1:
            return "421 4.3.2 one mail for each connection"
        if self.fake.mode.mail:
            return self.fake.mode.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - as above.
        self, _server: Any, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.fake.mode.rcpt:
            return self.fake.mode.rcpt
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as above.
        self, server: "_Session", _session: Any, envelope: Envelope
    ) -> str:
        mode = self.fake.mode
        received = ReceivedMail(
            at=time.time(),
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            content=envelope.original_content or b"",
        )
        if mode.final is None and mode.keeps:
            self.fake.messages.append(received)
        await asyncio.sleep(mode.delay)
        if mode.after_content != "answer":
            await server.misbehave(mode.after_content)
        return mode.final or f"250 2.0.0 OK: queued as {len(self.fake.messages):06X}"


class _Session(SMTP):
    def __init__(self, fake: FakeSmtp) -> None:
        self.fake = fake
        super().__init__(
            _Handler(fake),
            hostname="fake.mail.test",
            tls_context=fake.starttls,
            authenticator=self._check_login if fake.credentials else None,
            auth_require_tls=False,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.fake.connections += 1
        self.fake._open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.fake._open.discard(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._in_content:
            self.fake.content_bytes += len(data)
        super().data_received(data)

    _in_content = False

    async def push(self, status: str | bytes) -> None:
        line = status.decode() if isinstance(status, bytes) else status
        if line.startswith("220 fake.mail.test") and self.fake.mode.greeting:
            line = self.fake.mode.greeting
        self._in_content = line.startswith("354")
        await super().push(line)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name.
        if self.fake.mode.data:
            await self.push(self.fake.mode.data)
            return
        await super().smtp_DATA(arg)

    async def misbehave(self, how: AfterContent) -> None:
        """Do not answer the content in a way that anybody understands."""
        if how == "garbage":
            await self.push("lorem ipsum")
        elif how == "half a line" and self.transport is not None:
            cast(asyncio.WriteTransport, self.transport).write(b"250 2.0.0 O")
        if how == "drop" and self.transport is not None:
            self.transport.close()
        await asyncio.sleep(60)

    def _check_login(self, *parts: Any) -> AuthResult:
        login = parts[-1]
        given = (login.login.decode(), login.password.decode())
        self.fake.logins.append(given)
        return AuthResult(success=given == self.fake.credentials, handled=False)
