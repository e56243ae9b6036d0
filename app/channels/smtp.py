"""E-mail over SMTP, at most once where the protocol allows it.

A message is accepted between the end of its content and the server's last answer. All
that fails before has certainly not sent it; when the last answer is missing, nobody can
know (RFC 5321 §6.1, RFC 1047). So the gate is asked as late as it can be: when the
server has agreed to sender and recipient and waits for the content.
"""

import re
import ssl
from datetime import timedelta
from email.headerregistry import Address

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from aiosmtplib.response import SMTPResponse

from app.channels.base import Gate
from app.channels.letter import Letter, NoSuchAddress, write
from app.channels.mail_server import PATIENCE, MailServer, Patience, Pool
from app.domain.clock import Clock, utc_now
from app.domain.message import Outgoing
from app.domain.outcome import Accepted, GiveUp, Outcome, TryAgain, Unknown, Withheld

_OPERATORS_AFFAIR = timedelta(seconds=60)
_ENHANCED_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_QUEUE_ID = re.compile(r"(?:queued as|queued|id=)\s*([\w.-]{1,100})", re.IGNORECASE)
_AUTHENTICATION = frozenset({530, 534, 535, 538})
"""RFC 4954: the server wants a login, or another one, whatever the message."""


class Smtp:
    """One mail server, over a few connections that stay open."""

    name = "email"
    is_sandbox = False
    keyed = False

    def __init__(
        self,
        server: MailServer,
        *,
        sender: Address,
        connections: int = 4,
        patience: Patience = PATIENCE,
        trust: ssl.SSLContext | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """`trust` replaces the system's certificate authorities."""
        self._sender = sender
        self._patience = patience
        self._clock = clock
        self._pool = Pool(
            server, greet_as=sender.domain, size=connections, patience=patience, trust=trust
        )

    async def send(self, message: Outgoing, gate: Gate) -> Outcome:
        try:
            letter = write(message, sender=self._sender, now=self._clock())
        except NoSuchAddress:
            return GiveUp("not an address that e-mail can be sent to")
        if not await self._pool.wait_for_turn():
            return TryAgain("all connections to the mail server are busy")
        try:
            return await self._deliver(letter, gate)
        finally:
            self._pool.end_turn()

    async def look_up(self, message: Outgoing) -> Accepted | GiveUp | None:  # noqa: ARG002 - SMTP has no such question.
        return None

    async def close(self) -> None:
        await self._pool.close()

    async def _deliver(self, letter: Letter, gate: Gate) -> Outcome:
        try:
            connection = await self._agreed(letter)
        except (SMTPException, OSError, ValueError) as trouble:
            return _before_the_content(trouble)
        answer: Outcome | None = None
        try:
            answer = await self._hand_over(connection, letter, gate)
        finally:
            # A connection in doubt is not used again: the server may still be reading.
            if isinstance(answer, Accepted | GiveUp):
                self._pool.keep(connection)
            else:
                connection.close()
        return answer

    async def _agreed(self, letter: Letter) -> SMTP:
        """A connection on which the server waits for the content of `letter`.

        A server may close an idle connection at any moment. Nothing has left by then, so
        the same is said once more on a new one.
        """
        if (used := self._pool.take()) is not None:
            try:
                return await self._agree(used, letter)
            except SMTPServerDisconnected:
                pass
            except SMTPResponseException as refusal:
                if refusal.code != 421:
                    raise
        return await self._agree(await self._pool.open(), letter)

    async def _agree(self, connection: SMTP, letter: Letter) -> SMTP:
        try:
            await connection.mail(letter.sender)
            await connection.rcpt(letter.recipient)
            await _begin_content(connection)
        except SMTPResponseException:
            await self._start_over(connection)
            raise
        except BaseException:
            connection.close()
            raise
        return connection

    async def _start_over(self, connection: SMTP) -> None:
        """After a refusal the connection is as good as new, if the server says so."""
        try:
            await connection.rset()
        except (SMTPException, OSError):
            connection.close()
        else:
            self._pool.keep(connection)

    async def _hand_over(self, connection: SMTP, letter: Letter, gate: Gate) -> Outcome:
        """Ask, then write. After a no the connection is dropped: SMTP knows no way back."""
        if not await gate():
            return Withheld()
        protocol = connection.protocol
        if protocol is None or not protocol.is_connected:
            return TryAgain("the mail server hung up before the content")
        try:
            protocol.write(_as_data(letter.content))
        except SMTPServerDisconnected:
            return TryAgain("the mail server hung up before the content")
        try:
            response = await protocol.read_response(timeout=self._patience.command)
        except (SMTPException, OSError) as trouble:
            return Unknown(f"no answer to the content: {type(trouble).__name__}")
        return _after_the_content(response, letter)


async def _begin_content(connection: SMTP) -> None:
    response = await connection.execute_command(b"DATA")
    if response.code != 354:
        raise SMTPDataError(response.code, response.message)


def _as_data(content: bytes) -> bytes:
    """Leading dots doubled, and the lone dot that ends it (RFC 5321 §4.5.2)."""
    return re.sub(rb"(?m)^\.", b"..", content) + b".\r\n"


def _before_the_content(trouble: Exception) -> TryAgain | GiveUp:
    """Certainly not sent. What concerns every message alike is the operator's to mend."""
    match trouble:
        case SMTPConnectResponseError() | SMTPAuthenticationError() | SMTPHeloError():
            return TryAgain(_refusal(trouble), after=_pause(trouble.code))
        case SMTPResponseException(code=code) if code in _AUTHENTICATION:
            return TryAgain(_refusal(trouble), after=_OPERATORS_AFFAIR)
        case SMTPResponseException(code=code) if 500 <= code < 600:
            return GiveUp(_refusal(trouble))
        case SMTPResponseException():
            return TryAgain(_refusal(trouble))
        case OSError() if not isinstance(trouble, ssl.SSLError):
            return TryAgain(_named(trouble))
    # No STARTTLS, a certificate nobody vouches for, a host name that is none.
    return TryAgain(_named(trouble), after=_OPERATORS_AFFAIR)


def _after_the_content(response: SMTPResponse, letter: Letter) -> Outcome:
    code, said = response
    answer = f"the mail server answered {_codes(code, said)} to the content"
    match code // 100:
        case 2:
            queued = _QUEUE_ID.search(said)
            return Accepted(queued[1] if queued else letter.message_id)
        case 4:
            return TryAgain(answer)
        case 5:
            return GiveUp(answer)
    return Unknown(answer)


def _refusal(refusal: SMTPResponseException) -> str:
    """The stage and the codes. Never the server's words: they quote the address."""
    stage = type(refusal).__name__.removeprefix("SMTP")
    return f"the mail server answered {_codes(refusal.code, refusal.message)} ({stage})"


def _codes(code: int, said: str) -> str:
    enhanced = _ENHANCED_CODE.match(said)
    return f"{code} {enhanced[0]}" if enhanced else str(code)


def _pause(code: int) -> timedelta | None:
    return _OPERATORS_AFFAIR if code >= 500 else None


def _named(trouble: Exception) -> str:
    return f"the mail server cannot be reached: {type(trouble).__name__}"
