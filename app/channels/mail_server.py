"""Connections to one mail server: how they are opened, kept and given up."""

import asyncio
import contextlib
import ssl
from collections import deque
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import SMTP, SMTPException

_STARTTLS = {"yes": True, "required": True, "no": False, "auto": None}
_NO_URL = "the URL must be smtp://user:password@host:port, or smtps://, with %-encoded parts"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where the server is, and how to be let in."""

    host: str
    port: int | None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    """TLS from the first byte (`smtps://`)."""
    starttls: bool | None = None
    """Insist on it, go without it, or `None`: take it where it is offered."""

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read `smtp[s]://user:password@host:port?starttls=auto|required|no`.

        With a password and nothing said, STARTTLS is required, except on this machine: or
        whoever sits on the way could strip the offer and read the password. The
        `ValueError` for anything else does not quote the URL.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            # The parser's own words quote what it takes for a port: often half a password.
            raise ValueError(_NO_URL) from None
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError(_NO_URL)
        tls = parts.scheme == "smtps"
        safe = parts.password is None or parts.hostname in _LOOPBACK
        wanted = parse_qs(parts.query).get("starttls", ["auto" if safe else "required"])[-1]
        if wanted not in _STARTTLS:
            raise ValueError("starttls must be auto, required or no")
        return cls(
            host=parts.hostname,
            port=port,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
            starttls=False if tls else _STARTTLS[wanted],
        )


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each part of a delivery may take, and a connection be kept, in seconds."""

    connect: float = 3.0
    command: float = 10.0
    queue: float = 10.0
    """How long a message waits for one of our connections to be free."""
    idle: float = 30.0
    """Servers close silent connections after minutes; we do it first."""


PATIENCE = Patience()


class Pool:
    """At most `size` connections at a time, each used by one message after another."""

    def __init__(
        self,
        server: MailServer,
        *,
        greet_as: str,
        size: int,
        patience: Patience,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._greet_as = greet_as
        self._patience = patience
        self._trust = trust
        self._free = asyncio.Semaphore(size)
        self._idle: deque[tuple[SMTP, float]] = deque()

    async def wait_for_turn(self) -> bool:
        """Wait until a connection may be used; `end_turn` must follow. False: none came free."""
        try:
            async with asyncio.timeout(self._patience.queue):
                return await self._free.acquire()
        except TimeoutError:
            return False

    def end_turn(self) -> None:
        self._free.release()

    def take(self) -> SMTP | None:
        """An open connection that was used a moment ago, if there is one."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection, used_at = self._idle.pop()
            if connection.is_connected and now - used_at < self._patience.idle:
                return connection
            connection.close()
        return None

    async def open(self) -> SMTP:
        """A new connection, greeted and logged in. Raises what aiosmtplib raises."""
        connection = SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.username,
            password=self._server.password,
            use_tls=self._server.tls,
            start_tls=self._server.starttls,
            tls_context=self._trust,
            # Otherwise aiosmtplib asks the resolver for our own name, which can take seconds.
            local_hostname=self._greet_as,
            timeout=self._patience.command,
        )
        await connection.connect(timeout=self._patience.connect)
        return connection

    def keep(self, connection: SMTP) -> None:
        """Put a connection back that stands between two messages."""
        if connection.is_connected:
            self._idle.append((connection, asyncio.get_running_loop().time()))

    async def close(self) -> None:
        """Say goodbye on the idle connections, a second at most each."""
        while self._idle:
            connection, _ = self._idle.pop()
            with contextlib.suppress(SMTPException, OSError):
                await connection.quit(timeout=1.0)
            connection.close()
